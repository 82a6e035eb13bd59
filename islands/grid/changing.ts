/** What is done to the selected cells at once: copied, pasted over, filled, cleared, undone. */
import { batch } from "@preact/signals";
import { STATUS_WORDS } from "../badge.tsx";
import { plural } from "../format.ts";
import { toast } from "../toasts.tsx";
import { MOST_DRAFTS } from "../records/edits.ts";
import { labelOf } from "./header.tsx";
import { laidOver, type Range } from "./range.ts";
import { readTyped } from "./reading.ts";
import type { Row } from "../records/records.ts";
import type { CellEdit } from "../records/saves.ts";
import { type GridState, ID_COLUMN } from "./state.ts";
import { readTable, type Table, writeTable } from "./table.ts";

/** The cell as another program reads it: dates in ISO, amounts without separators, flags as Excel's. */
function textAt(grid: GridState, row: Row, column: number): string {
  const field = grid.fieldAt(column);
  if (field === undefined) {
    return column === ID_COLUMN
      ? grid.records.ids[row]!
      : STATUS_WORDS[grid.records.sync(row).status];
  }
  const value = grid.records.value(row, field.name);
  if (value === null) return "";
  return field.kind === "flag" ? String(value).toUpperCase() : String(value);
}

function tableOf(grid: GridState, { top, bottom, left, right }: Range): Table {
  const table: string[][] = [];
  for (let at = top; at <= bottom; at++) {
    const row = grid.rowAt(at);
    if (row === undefined) continue;
    const cells: string[] = [];
    for (let column = left; column <= right; column++) cells.push(textAt(grid, row, column));
    table.push(cells);
  }
  return table;
}

/** The selection as a table for the clipboard; undefined when nothing is selected. */
export function copied(grid: GridState): string | undefined {
  const range = grid.selection;
  if (range === undefined) return undefined;
  const table = tableOf(grid, range);
  grid.said.value = `Copied ${plural(table.length * table[0]!.length, "cell")}.`;
  return writeTable(table);
}

export function pasteText(grid: GridState, text: string): void {
  const range = grid.selection;
  if (range === undefined || text === "") return;
  const table = readTable(text);
  const columns = Math.max(...table.map((row) => row.length));
  lay(grid, { what: "paste", table, range: laidOver(range, table.length, columns) });
}

/** The selection's first row into those below it; a selection of one row takes the row above. */
export function fillDown(grid: GridState): void {
  const range = grid.selection;
  if (range === undefined) return;
  const from = range.top === range.bottom ? range.top - 1 : range.top;
  if (grid.rowAt(from) === undefined) return;
  const table = tableOf(grid, { ...range, top: from, bottom: from });
  lay(grid, { what: "fill", table, range: { ...range, top: from + 1 } });
}

export function clear(grid: GridState): void {
  const range = grid.selection;
  if (range !== undefined) lay(grid, { what: "clearing", table: [[""]], range });
}

interface Laying {
  readonly what: string;
  readonly table: Table;
  readonly range: Range;
}

/** A cell that does not take what was laid on it. */
interface Misfit {
  readonly row: Row;
  readonly column: number;
  readonly message: string;
}

/** The records' rows from the range's first on, until its last, or as many as the table has. */
function rowsUnder(grid: GridState, { top, bottom }: Range): ReadonlyArray<Row> {
  const rows: Row[] = [];
  for (let at = top; at <= bottom; at++) {
    const row = grid.rowAt(at);
    if (row !== undefined) rows.push(row);
    // A block goes on below the heading of a group.
    else if (grid.view.groupAt(at) && bottom !== grid.selection?.bottom) bottom++;
  }
  return rows;
}

/** Lays the table over the range, again and again where the range is larger; cells that cannot take it are told. */
function lay(grid: GridState, { what, table, range }: Laying): void {
  const edits: CellEdit[] = [];
  const misfits: Misfit[] = [];
  const rows = rowsUnder(grid, range);
  rows.forEach((row, nth) => {
    layRow(grid, { row, texts: table[nth % table.length]!, range, edits, misfits });
  });
  const beyond = Math.max(0, table.length - rows.length);
  if (new Set(edits.map(({ row }) => row)).size > MOST_DRAFTS) {
    return toast("bad", `Nothing was changed: at most ${MOST_DRAFTS} records at once.`);
  }
  batch(() => {
    const changed = grid.change(edits, what);
    for (const { row, column, message } of misfits) {
      const field = grid.fieldAt(column);
      if (field && !grid.lockAt(row, field)) grid.records.refuse(row, field.name, message);
    }
    tell(grid, { what, changed, misfits, beyond });
  });
}

interface RowLaying {
  readonly row: Row;
  readonly texts: ReadonlyArray<string>;
  readonly range: Range;
  readonly edits: CellEdit[];
  readonly misfits: Misfit[];
}

function layRow(grid: GridState, { row, texts, range, edits, misfits }: RowLaying): void {
  const { order } = grid;
  for (let column = range.left; column <= range.right; column++) {
    const text = texts[(column - range.left) % texts.length]!;
    // What is there already needs no permission.
    if (column < grid.columns && text === textAt(grid, row, column)) continue;
    const field = grid.fieldAt(column);
    const locked = field === undefined
      ? column < grid.columns ? "This column is not edited." : "There is no such column."
      : grid.lockAt(row, field);
    const reading = locked ? { message: locked } : readTyped(field!, text, order);
    if ("message" in reading) misfits.push({ row, column, message: reading.message });
    else edits.push({ row, name: field!.name, value: reading.value });
  }
}

interface Told {
  readonly what: string;
  readonly changed: number;
  readonly misfits: ReadonlyArray<Misfit>;
  readonly beyond: number;
}

/** So many cells are named; the others are marked. */
const NAMED = 3;

function tell(grid: GridState, { what, changed, misfits, beyond }: Told): void {
  const done = `${what[0]!.toUpperCase()}${what.slice(1)}: ${plural(changed, "cell")} changed`;
  if (misfits.length === 0 && beyond === 0) {
    grid.said.value = `${done}.`;
    return;
  }
  const names = misfits.slice(0, NAMED).map(({ row, column, message }) =>
    `${grid.records.ids[row]} ${column < grid.columns ? labelOf(grid, column) : ""}: ${message}`
  );
  const more = misfits.length - names.length;
  const parts = [
    misfits.length > 0 ? `${plural(misfits.length, "cell")} refused. ${names.join(" ")}` : "",
    more > 0 ? `And ${more} more.` : "",
    beyond > 0 ? `${plural(beyond, "row")} had no record to go to.` : "",
  ];
  toast("bad", `${done}; ${parts.filter(Boolean).join(" ")}`);
}
