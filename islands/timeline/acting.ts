/** What is done to forecasts: moved together or set, as one step, with what it costs; what may not move stays and says why. */
import { batch } from "@preact/signals";
import { costOf, type Priced } from "../../domain/cost.ts";
import { addMonths, daysBetween } from "../../domain/dates.ts";
import { readMoney } from "../../domain/money.ts";
import { calendarDay, plural } from "../format.ts";
import { MOST_DRAFTS } from "../records/edits.ts";
import type { Row } from "../records/records.ts";
import { toast } from "../toasts.tsx";
import { type Grip, moved, shiftSaid, type Span } from "./moving.ts";
import type { TimelineState } from "./state.ts";

export type Change = (span: Span) => Span;

/** Those of the rows that may move, and why the first of the others may not. */
export function parted(chart: TimelineState, rows: Iterable<Row>) {
  const free: Row[] = [];
  const held: Row[] = [];
  for (const row of rows) (chart.lockOf(row) === undefined ? free : held).push(row);
  return { free, held };
}

/** Why rows stay, in words; empty when all of them move. */
export function stayWords(chart: TimelineState, held: ReadonlyArray<Row>): string {
  if (held.length === 0) return "";
  const reason = chart.lockOf(held[0]!);
  const first = chart.records.ids[held[0]!];
  return held.length === 1
    ? `${first} stays: ${reason}`
    : `${plural(held.length, "record")} stay, the first is ${first}: ${reason}`;
}

/**
 * Gives the rows new forecasts, as one step.
 * @param what was done, such as `moved`
 */
export function reschedule(
  chart: TimelineState,
  rows: ReadonlyArray<Row>,
  { change, what }: { readonly change: Change; readonly what: string },
): void {
  const { free, held } = parted(chart, rows);
  if (free.length > MOST_DRAFTS) {
    return toast("bad", `Nothing was changed: at most ${MOST_DRAFTS} records at once.`);
  }
  const edits = free.flatMap((row) => {
    const { start, end } = change(chart.forecast(row));
    return [
      { row, name: "forecastStart", value: start },
      { row, name: "forecastEnd", value: end },
    ] as const;
  });
  batch(() => {
    const cells = chart.saves.edit(edits);
    const changed = [...new Set(cells.map(({ row }) => row))];
    const stays = stayWords(chart, held);
    if (stays !== "") toast("bad", stays);
    if (changed.length === 0) {
      chart.said.value = stays || "Nothing changed.";
      return;
    }
    const said = told(chart, changed, what);
    chart.steps.note({ what: said, cells });
    // Moved again and again it must be read out again and again: the same words would not be.
    const first = chart.forecast(changed[0]!).start;
    const where = changed.length === 1 ? "" : `, the first to ${calendarDay(first)}`;
    chart.said.value = `${said}${where}. ${stays}`.trim();
  });
}

/** `PFA-10002 moved: forecast Jan 4, 2027 to Aug 2, 2027`, or how many were. */
function told(chart: TimelineState, rows: ReadonlyArray<Row>, what: string): string {
  if (rows.length > 1) return `${plural(rows.length, "record")} ${what}`;
  const { start, end } = chart.forecast(rows[0]!);
  return `${chart.records.ids[rows[0]!]} ${what}: forecast ${calendarDay(start)} to ${
    calendarDay(end)
  }`;
}

const DONE: { readonly [grip in Grip]: string } = {
  whole: "moved",
  start: "start moved",
  end: "end moved",
};

/** Moves the bars, or one end of each, by so many days. */
export const shift = (
  chart: TimelineState,
  rows: ReadonlyArray<Row>,
  { grip, days }: { readonly grip: Grip; readonly days: number },
): void =>
  reschedule(chart, rows, {
    change: (span) => moved(span, grip, days),
    what: `${DONE[grip]} ${shiftSaid(days)}`,
  });

/** By a month of the cursor's record: all of them go the same days, so that they keep their distances. */
export function shiftMonth(chart: TimelineState, months: 1 | -1): void {
  const rows = chart.targets();
  const first = rows[0];
  if (first === undefined) return;
  const { start } = chart.forecast(chart.rowAt(chart.cursor.peek()) ?? first);
  shift(chart, rows, { grip: "whole", days: daysBetween(start, addMonths(start, months)) });
}

/** What of the record its cost depends on. */
export const pricedOf = ({ records }: TimelineState, row: Row): Priced => {
  const amount = (name: "monthlyRate" | "purchasePrice") => {
    const value = records.value(row, name);
    return typeof value === "number" ? readMoney(value) ?? null : null;
  };
  return {
    source: records.value(row, "source") as Priced["source"],
    monthlyRate: amount("monthlyRate"),
    purchasePrice: amount("purchasePrice"),
  };
};

/** By how many cents the forecast of the rows would change; undefined for who may not see money. */
export function effect(
  chart: TimelineState,
  rows: Iterable<Row>,
  change: Change,
): bigint | undefined {
  if (!chart.seesMoney) return undefined;
  let sum = 0n;
  for (const row of rows) {
    const before = chart.forecast(row);
    const after = change(before);
    const days = daysBetween(before.start, before.end);
    const then = daysBetween(after.start, after.end);
    if (days === then) continue;
    const priced = pricedOf(chart, row);
    sum += (costOf(priced, then) ?? 0n) - (costOf(priced, days) ?? 0n);
  }
  return sum;
}
