/** Four charts of the dashboard by the product's own plots, with series that are in the page already. */
import { joined, type Series, seriesOf, totalsOf } from "../../../domain/series.ts";
import { PANELS, sentence } from "../../../islands/metrics/panels.ts";
import { draw, type Plot, type Shown } from "../../../islands/metrics/plot.ts";
import { instant } from "../../../islands/metrics/ranges.ts";
import { rowOf, STEP } from "./made.ts";

type Metrics = Shown["metrics"];

const FROM = 1_800_000_000;
const FOUR = PANELS.slice(0, 4);

export interface Bench {
  readonly points: number;
  /** Draws them for the first time. */
  mount(element: HTMLElement, points: number): Promise<void>;
  /** Ten seconds later: takes the newest point in. Returns the ms that took. */
  take(): number;
  /** Draws what was taken in. Returns the ms that took. */
  draw(): Promise<number>;
}

let next: ReadonlyArray<Shown> = [];
let series: Series;
let plots: ReadonlyArray<Plot> = [];
let nth = 0;
let length = 0;

/** What the feed makes of the newest two points. */
function goOn(): Metrics {
  const now = FROM + (nth + 1) * STEP;
  const newest = seriesOf([rowOf(nth - 1, FROM), rowOf(nth, FROM)], {
    from: now - 2 * STEP,
    to: now,
    step: STEP,
    now,
  });
  nth++;
  series = joined(series, newest, now - length * STEP);
  return metricsOf(series);
}

const metricsOf = (series: Series): Metrics => ({
  ...series,
  from: instant(series.at[0]!),
  to: instant(series.at.at(-1)! + STEP),
  totals: totalsOf(series),
  marks: [{ at: instant(series.at[length >> 1]!), event: "PAUSE", reason: null }],
});

const bench: Bench = {
  get points() {
    return series.at.length;
  },
  mount: async (element, points) => {
    length = nth = points;
    const to = FROM + points * STEP;
    const rows = Array.from({ length: points }, (_, at) => rowOf(at, FROM));
    series = seriesOf(rows, { from: FROM, to, step: STEP, now: to });
    const metrics = metricsOf(series);
    plots = FOUR.map((panel) => {
      const place = element.appendChild(document.createElement("div"));
      place.className = "metric-plot";
      return draw({ element: place, panel, zoom: () => {} }, {
        metrics,
        lines: panel.lines(metrics),
      });
    });
    await Promise.resolve();
  },
  take: () => {
    const from = performance.now();
    const metrics = goOn();
    next = FOUR.map((panel) => ({ metrics, lines: panel.lines(metrics) }));
    FOUR.forEach((panel, at) => sentence(panel, next[at]!.lines, String));
    return performance.now() - from;
  },
  draw: async () => {
    const from = performance.now();
    plots.forEach((plot, at) => plot.show(next[at]!));
    // The plots draw in a microtask, which was asked for before this one.
    await Promise.resolve();
    return performance.now() - from;
  },
};
Object.assign(globalThis, { bench });
