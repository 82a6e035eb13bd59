/** The keyboard in the timeline: rows, the axis, and moves of what is selected. */
import { shift, shiftMonth } from "./acting.ts";
import { fit, pan, zoomBy } from "./looking.ts";
import type { TimelineState } from "./state.ts";

/** Rows that fit on a page of the screen, told by the plane. */
type Go = (at: number, chart: TimelineState, page: number) => number;

const GOES: { readonly [key: string]: Go } = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  PageUp: (at, _chart, page) => at - page,
  PageDown: (at, _chart, page) => at + page,
  Home: () => 0,
  End: (_at, chart) => chart.view.rows.peek().length - 1,
};

type Command = (chart: TimelineState) => void;

const PLAIN: { readonly [key: string]: Command } = {
  "+": (chart) => zoomBy(chart, -1),
  "=": (chart) => zoomBy(chart, -1),
  "-": (chart) => zoomBy(chart, 1),
  ArrowLeft: (chart) => sideways(chart, -1),
  ArrowRight: (chart) => sideways(chart, 1),
  Enter: open,
  " ": (chart) => chart.toggle(chart.cursor.peek()),
  Escape: (chart) => chart.picked.value = new Set(),
  t: (chart) => chart.showToday(),
  f: fit,
  b: (chart) => {
    const row = chart.rowAt(chart.cursor.peek());
    if (row !== undefined) chart.showBar(row);
  },
};

/** With Ctrl (or Cmd). */
const CONTROLLED: { readonly [key: string]: Command } = {
  a: (chart) => chart.pickAll(),
  z: (chart) => chart.undo(),
  Z: (chart) => chart.redo(),
  y: (chart) => chart.redo(),
  " ": (chart) => chart.toggle(chart.cursor.peek()),
};

const WEEK = 7;

/** Handles a key on a row; what it does not know stays the browser's. */
export function press(chart: TimelineState, event: KeyboardEvent, page: number): void {
  if (event.isComposing || chart.drag.peek() !== undefined) return;
  const control = event.ctrlKey || event.metaKey;
  const go = GOES[event.key];
  if (event.altKey) {
    if (!alter(chart, event, control)) return;
  } else if (go !== undefined) {
    const at = go(chart.cursor.peek(), chart, page);
    if (event.shiftKey) chart.extendTo(at);
    else chart.go(at);
  } else {
    const key = control || event.key.length > 1 ? event.key : event.key.toLowerCase();
    const command = (control ? CONTROLLED : PLAIN)[key];
    if (command === undefined) return;
    command(chart);
  }
  event.preventDefault();
}

/** With Alt: moves what is selected. @returns whether the key did something */
function alter(chart: TimelineState, { key, shiftKey }: KeyboardEvent, control: boolean): boolean {
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (direction !== undefined) {
    const move = control
      ? { grip: shiftKey ? "start" : "end", days: direction } as const
      : { grip: "whole", days: shiftKey ? direction * WEEK : direction } as const;
    shift(chart, chart.targets(), move);
    return true;
  }
  if (control) return false;
  if (key === "PageUp" || key === "PageDown") shiftMonth(chart, key === "PageDown" ? 1 : -1);
  else if (key === "Enter") chart.details.value = chart.rowAt(chart.cursor.peek());
  else return false;
  return true;
}

/** A group folds, a record's row goes along the axis. */
function sideways(chart: TimelineState, step: 1 | -1): void {
  const group = chart.view.groupAt(chart.cursor.peek());
  if (group === undefined) return pan(chart, step);
  if (chart.view.closed.peek().has(group.label) === (step === 1)) chart.view.fold(group);
}

function open(chart: TimelineState): void {
  const group = chart.view.groupAt(chart.cursor.peek());
  if (group !== undefined) chart.view.fold(group);
  else editDates(chart);
}

/** Opens the form for the dates of what is selected, or says why not. */
export function editDates(chart: TimelineState): void {
  const rows = chart.targets();
  if (rows.length === 0) return;
  const lock = rows.length === 1 ? chart.lockOf(rows[0]!) : chart.locked;
  if (lock === undefined) chart.window.value = "dates";
  else chart.said.value = rows.length === 1 ? `${chart.records.ids[rows[0]!]}: ${lock}` : lock;
}
