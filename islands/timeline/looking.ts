/** Where the planner looks: nearer and farther, along the axis, at everything at once. */
import { dayNumber } from "../../domain/dates.ts";
import type { Row } from "../records/records.ts";
import { type Days, fitting, zoomed } from "./scale.ts";
import { BAR_FIELDS, type TimelineState } from "./state.ts";
import { neighbour } from "./ticks.ts";

/** Nearer (-1) or farther (1), around the pixel of the screen, or its middle. */
export const zoomBy = (chart: TimelineState, step: number, x?: number): void =>
  chart.zoomTo(zoomed(chart.zoom.peek(), step), x);

/** To the next stretch of the lower header, or the one before. */
export function pan(chart: TimelineState, step: 1 | -1): void {
  const left = chart.left.peek() ?? chart.scale.peek().from;
  // A pixel's worth beyond the edge: what was scrolled to is never quite there.
  const near = Math.round(left * 1000) / 1000;
  chart.lookAt(
    neighbour(chart.zoom.peek(), step === 1 ? Math.floor(near) : Math.ceil(near), step),
    0,
  );
}

/** From the first day of the rows' bars to their last; undefined without rows. */
export function extentOf(chart: TimelineState, rows: Iterable<Row>): Days | undefined {
  let first: string | undefined;
  let last: string | undefined;
  for (const row of rows) {
    for (const name of BAR_FIELDS) {
      const date = chart.date(row, name);
      if (date === null) continue;
      if (first === undefined || date < first) first = date;
      if (last === undefined || date > last) last = date;
    }
  }
  return first === undefined ? undefined : { from: dayNumber(first), to: dayNumber(last!) + 1 };
}

const MARGIN = 0.02;

/** The selected bars, or all on show, in sight at once, as near as that allows. */
export function fit(chart: TimelineState): void {
  const picked = chart.picked.peek();
  const days = extentOf(chart, picked.size > 1 ? picked : chart.view.found.peek());
  if (days === undefined) return;
  chart.zoomTo(fitting(days.to - days.from, chart.width.peek() * (1 - 2 * MARGIN)));
  const shown = chart.width.peek() / chart.scale.peek().pixels;
  chart.lookAt(days.from, Math.max(MARGIN, (1 - (days.to - days.from) / shown) / 2));
}
