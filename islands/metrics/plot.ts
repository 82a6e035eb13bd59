/** The plot of one panel: its cursor and its zoom are those of all. */
import uPlot from "uplot";
import type { Metrics } from "../../app/series.ts";
import { inkOf, keepPlot } from "../plotting.ts";
import type { Drawn, Panel } from "./panels.ts";

const HEIGHT = 190;
const cursors = uPlot.sync("metrics");

export interface Shown {
  readonly metrics: Metrics;
  readonly lines: ReadonlyArray<Drawn>;
}

export interface Plot {
  /** Other values for the same lines; another set of lines needs another plot. */
  readonly show: (shown: Shown) => void;
  readonly stop: () => void;
}

interface Place {
  readonly element: HTMLElement;
  readonly panel: Panel;
  /** Seconds since 1970. */
  readonly zoom: (from: number, to: number) => void;
}

export function draw(place: Place, first: Shown): Plot {
  let shown = first;
  const kept = keepPlot(place.element, () => plotted(place, () => shown));
  return {
    show: (next) => {
      shown = next;
      kept.plot().setData(dataOf(next));
    },
    stop: kept.stop,
  };
}

const dataOf = ({ metrics, lines }: Shown): uPlot.AlignedData => [
  metrics.at as number[],
  ...lines.map(({ values }) => values as Array<number | null>),
];

function plotted({ element, panel, zoom }: Place, shown: () => Shown): uPlot {
  const ink = (name: string) => inkOf(element, name);
  const [soft, line] = [ink("soft"), ink("line")];
  const axis = {
    stroke: soft,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      cursor: {
        sync: { key: cursors.key },
        drag: { x: true, y: false, setScale: false },
        points: { size: 6 },
      },
      scales: {
        x: { time: true, range: () => spanOf(shown()) },
        y: {
          range: (_, least, most) => [
            Math.min(panel.floor ?? 0, least ?? 0),
            Math.max(panel.reach, (most ?? 0) * (panel.floor === undefined ? 1.08 : 1)),
          ],
        },
      },
      axes: [
        { ...axis, grid: { show: false } },
        { ...axis, size: 62, values: (_, values) => values.map(panel.write) },
      ],
      series: [
        { label: "Time" },
        ...shown().lines.map(({ label, ink: name, dash }) => ({
          label,
          stroke: ink(name),
          width: 1.75,
          dash: [...dash ?? []],
          points: { show: false },
          value: (_: uPlot, value: number | null) => value === null ? "–" : panel.write(value),
        })),
      ],
      hooks: {
        draw: [(plot) => mark(plot, shown(), ink("mark"))],
        setSelect: [(plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          zoom(from, to);
        }],
      },
    },
    dataOf(shown()),
    element,
  );
}

const spanOf = ({ metrics: { from, to } }: Shown): [number, number] => [
  Date.parse(from) / 1000,
  Date.parse(to) / 1000,
];

/** A line where something happened that explains a bend. */
function mark(plot: uPlot, { metrics: { marks } }: Shown, ink: () => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ink();
  ctx.setLineDash([3, 4]);
  for (const { at } of marks) {
    const x = Math.round(plot.valToPos(Date.parse(at) / 1000, "x", true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
