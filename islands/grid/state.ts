/** One grid: its records, what is on show, where the cursor stands, what is being edited. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { type DayOrder, dayOrder } from "./days.ts";
import { Following } from "./following.ts";
import { Loading } from "./loading.ts";
import { type Range, rangeOf } from "./range.ts";
import { type Reading, readTyped } from "./reading.ts";
import { Records, type Row } from "./records.ts";
import { type CellEdit, Saves } from "./saves.ts";
import { fitting, type Shape, sortedBy } from "./shape.ts";
import { Steps } from "./steps.ts";
import { isGroup, View } from "./view.ts";

export interface GridProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly shape: Shape;
}

/** The header's place among the rows on show. */
export const HEADER = -1;
/** The columns before the fields: the record's id and its badge. */
export const ID_COLUMN = 0;
export const BADGE_COLUMN = 1;
export const FROZEN = 2;

export interface Place {
  /** Index among the rows on show; HEADER for the header. */
  readonly at: number;
  readonly column: number;
}

export interface Editing {
  readonly row: Row;
  readonly field: FieldMeta;
  /** Text that replaces the value; undefined: the value itself. */
  readonly typed: string | undefined;
}

export class GridState {
  readonly records: Records;
  readonly view: View;
  readonly saves: Saves;
  readonly loading: Loading;
  readonly following: Following;
  readonly steps: Steps = new Steps();
  readonly cursor: Signal<Place> = signal({ at: HEADER, column: 0 });
  /** The other corner of the selection; undefined: the cursor's cell alone, `all`: every cell. */
  readonly anchor: Signal<Place | "all" | undefined> = signal(undefined);
  /** The selected cells; undefined while only the cursor's cell is. */
  readonly range: ReadonlySignal<Range | undefined>;
  /** The last thing done that does not show by itself; read out. */
  readonly said: Signal<string> = signal("");
  readonly editing: Signal<Editing | undefined> = signal(undefined);
  /** The row whose badge is open. */
  readonly details: Signal<Row | undefined> = signal(undefined);
  /** The column whose menu is open. */
  readonly menu: Signal<number | undefined> = signal(undefined);
  /** The window that is open over the grid. */
  readonly window: Signal<"help" | "columns" | "views" | "import" | undefined> = signal(undefined);
  /** The fields on show, in order. */
  readonly fields: ReadonlySignal<ReadonlyArray<FieldMeta>>;
  /** Set by moves, cleared when the cell under the cursor has got the focus. */
  wantsFocus = false;

  constructor(readonly props: GridProps) {
    const { organizationId } = props.workplace;
    const texts = props.fields.filter(({ kind }) => kind === "text");
    this.records = new Records(
      props.fields.map(({ name }) => name),
      texts.map(({ name }) => name),
    );
    this.view = new View(this.records, props.shape);
    this.loading = new Loading(organizationId, this.records, (row) => this.saves.unsaved(row));
    this.saves = new Saves(props, this.records, this.loading.again);
    this.following = new Following(this.records, this.loading);
    this.saves.onRefused = ({ row, name, value }) => this.steps.forget(row, name, value);
    this.range = computed(() => this.#ranged());
    this.fields = computed(() => {
      const { columns } = this.view.shape.value;
      const named = columns.flatMap((name) =>
        props.fields.find((field) => field.name === name) ?? []
      );
      return named.length === 0 ? props.fields : named;
    });
  }

  /** The values that records have in the column, sorted. */
  valuesOf(name: FieldName): ReadonlyArray<string> {
    const seen = new Set<string>();
    for (let row = 0; row < this.records.size.value; row++) {
      seen.add(String(this.records.value(row, name) ?? ""));
    }
    seen.delete("");
    return [...seen].sort();
  }

  #ranged(): Range | undefined {
    const anchor = this.anchor.value;
    const cursor = this.cursor.value;
    const bottom = this.view.rows.value.length - 1;
    if (anchor === undefined || cursor.at === HEADER || bottom < 0) return undefined;
    if (anchor === "all") return { top: 0, left: 0, bottom, right: this.columns - 1 };
    const range = rangeOf(anchor, cursor);
    return { ...range, bottom: Math.min(range.bottom, bottom) };
  }

  /** The selected cells, be it one; undefined in the header. */
  get selection(): Range | undefined {
    const cursor = this.cursor.peek();
    if (cursor.at === HEADER || this.rowAt(cursor.at) === undefined) return undefined;
    return this.range.peek() ?? rangeOf(cursor, cursor);
  }

  /** In dates with slashes, as the browser's language has it. */
  get order(): DayOrder {
    return dayOrder(navigator.language);
  }

  get columns(): number {
    return this.fields.value.length + FROZEN;
  }

  fieldAt(column: number): FieldMeta | undefined {
    return this.fields.value[column - FROZEN];
  }

  /** Where the field is on show; undefined: its column is hidden. */
  columnOf(name: FieldName): number | undefined {
    const at = this.fields.peek().findIndex((field) => field.name === name);
    return at < 0 ? undefined : at + FROZEN;
  }

  columnName(column: number): string {
    return column === ID_COLUMN
      ? "pfaId"
      : column === BADGE_COLUMN
      ? "sync"
      : this.fieldAt(column)!.name;
  }

  /** The record's row there; undefined for the heading of a group, and beyond the last. */
  rowAt(at: number): Row | undefined {
    const entry = this.view.rows.peek()[at];
    return entry === undefined || isGroup(entry) ? undefined : entry;
  }

  /** Puts the cursor there, within what is on show. */
  moveTo(at: number, column: number): void {
    this.anchor.value = undefined;
    this.#go(at, column);
  }

  /** Takes the selection from where it began to there. */
  extendTo(at: number, column: number): void {
    const cursor = this.cursor.peek();
    if (cursor.at === HEADER) return this.moveTo(at, column);
    const { anchor } = this;
    if (anchor.peek() === undefined || anchor.peek() === "all") anchor.value = cursor;
    this.#go(Math.max(0, at), column);
  }

  #go(at: number, column: number) {
    const last = this.view.rows.peek().length - 1;
    this.wantsFocus = true;
    this.cursor.value = {
      at: Math.max(HEADER, Math.min(at, last)),
      column: Math.max(0, Math.min(column, this.columns - 1)),
    };
  }

  sortBy(column: number): void {
    this.view.reshape(sortedBy(this.view.shape.peek(), this.columnName(column)));
  }

  /** Makes a field's column so many pixels wide. */
  widen(column: number, width: number): void {
    const name = this.fieldAt(column)?.name;
    const shape = this.view.shape.peek();
    if (name === undefined) return;
    this.view.reshape({ ...shape, widths: { ...shape.widths, [name]: fitting(width) } });
  }

  /** Why the cell cannot be edited; undefined where it can. */
  lockAt(row: Row, field: FieldMeta): string | undefined {
    return field.locked ??
      (this.records.value(row, "isDiscontinued")
        ? "A discontinued record is not changed."
        : undefined);
  }

  /** Opens the editor of the cell under the cursor, where the user may edit it. */
  edit(typed?: string): void {
    const { at, column } = this.cursor.peek();
    const row = this.rowAt(at);
    const field = this.fieldAt(column);
    if (row === undefined || field === undefined || this.lockAt(row, field)) return;
    if (field.kind === "flag") {
      this.change([{ row, name: field.name, value: !this.records.value(row, field.name) }]);
    } else this.editing.value = { row, field, typed };
  }

  /**
   * Makes the edits, as one step that can be undone.
   * @param what they are together; one edit is told by its cell
   * @returns how many cells changed
   */
  change(edits: ReadonlyArray<CellEdit>, what = "edit"): number {
    const cells = this.saves.edit(edits);
    if (cells.length === 0) return 0;
    const { row, name } = cells[0]!;
    const label = this.props.fields.find((field) => field.name === name)!.label;
    const where = cells.length === 1
      ? `${label} of ${this.records.ids[row]}`
      : plural(cells.length, "cell");
    this.steps.note({ what: `${what} of ${where}`, cells });
    return cells.length;
  }

  /** Ends the editor with its text; a text that cannot be read keeps it open. */
  finish(typed: string, step: { readonly rows: number; readonly columns: number }): Reading {
    const { row, field } = this.editing.peek()!;
    const reading = readTyped(field, typed, this.order);
    if (!("value" in reading)) return reading;
    batch(() => {
      this.editing.value = undefined;
      this.change([{ row, name: field.name, value: reading.value }]);
      const { at, column } = this.cursor.peek();
      this.moveTo(at + step.rows, column + step.columns);
    });
    return reading;
  }

  /** Ends the editor, nothing changed. */
  cancel(): void {
    this.editing.value = undefined;
    this.wantsFocus = true;
  }

  forgetRefusal(): void {
    const { at, column } = this.cursor.peek();
    const row = this.rowAt(at);
    const field = this.fieldAt(column);
    if (row !== undefined && field) this.records.refuse(row, field.name as FieldName, undefined);
  }
}
