/** The plot of costs by month: bars of plan and forecast, lines of actual and variance, with a crosshair and legend. */
import uPlot from "uplot";
import type { CostMonths } from "../../app/review_shapes.ts";
import { shortMoney, signedMoney } from "../format.ts";
import { inkOf, keepPlot } from "../plotting.ts";

type Month = NonNullable<CostMonths["months"]>[number];

const HEIGHT = 260;

/** Draws into the element and follows its width and the theme; returns the way to stop. */
export const draw = (place: HTMLElement, months: ReadonlyArray<Month>): () => void =>
  keepPlot(place, () => plotted(place, months)).stop;

function plotted(place: HTMLElement, months: ReadonlyArray<Month>): uPlot {
  const times = months.map(({ month }) => Date.parse(`${month}-01T00:00:00Z`) / 1000);
  const ink = (name: string) => inkOf(place, name);
  const [soft, line] = [ink("soft"), ink("line")];
  const bars = (align: -1 | 1) => uPlot.paths.bars!({ size: [0.42, 26], align });
  const told = (write: (value: number) => string) => (_: uPlot, value: number | null) =>
    value === null ? "–" : write(value);
  const axis = {
    stroke: soft,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  const plan = ink("plan");
  const forecast = ink("forecast");
  const options: uPlot.Options = {
    width: place.clientWidth,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    legend: { live: true },
    scales: { x: { time: true } },
    axes: [
      { ...axis, grid: { show: false }, values: "{MMM}\n{YYYY}", space: 56 },
      { ...axis, size: 64, values: (_, values) => values.map((value) => shortMoney(value)) },
    ],
    series: [
      { label: "Month", value: "{MMM} {YYYY}" },
      { label: "Plan", fill: plan, stroke: plan, paths: bars(-1), value: told(shortMoney) },
      {
        label: "Forecast",
        fill: forecast,
        stroke: forecast,
        paths: bars(1),
        value: told(shortMoney),
      },
      { label: "Actual", stroke: ink("actual"), width: 2, value: told(shortMoney) },
      {
        label: "Variance",
        stroke: ink("variance"),
        width: 2,
        dash: [5, 4],
        value: told(signedMoney),
      },
    ].map((series) => ({ ...series, points: { show: false } })),
  };
  const columns: Array<Array<number | null>> = (["plan", "forecast", "actual", "variance"] as const)
    .map((name) => months.map((month) => month[name]));
  // Where no more has been spent yet the line ends: zero would say that nothing was.
  const spent = months.findLastIndex(({ actual }) => actual !== 0);
  columns[2] = columns[2]!.map((actual, nth) => nth > spent ? null : actual);
  return new uPlot(options, [times, ...columns] as uPlot.AlignedData, place);
}
