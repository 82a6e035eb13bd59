/** One grid: its records, what is on show, where the cursor stands, what is being edited. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldMeta } from "../field.ts";
import { Desk, type DeskProps } from "../records/desk.ts";
import type { Row } from "../records/records.ts";
import { fitting, sortedBy } from "../records/shape.ts";
import { type DayOrder, dayOrder } from "./days.ts";
import { type Range, rangeOf } from "./range.ts";
import { type Reading, readTyped } from "./reading.ts";

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

export class GridState extends Desk {
  readonly cursor: Signal<Place> = signal({ at: HEADER, column: 0 });
  /** The other corner of the selection; undefined: the cursor's cell alone, `all`: every cell. */
  readonly anchor: Signal<Place | "all" | undefined> = signal(undefined);
  /** The selected cells; undefined while only the cursor's cell is. */
  readonly range: ReadonlySignal<Range | undefined>;
  readonly editing: Signal<Editing | undefined> = signal(undefined);
  /** The column whose menu is open. */
  readonly menu: Signal<number | undefined> = signal(undefined);
  /** The window that is open over the grid. */
  readonly window: Signal<"help" | "columns" | "views" | "import" | undefined> = signal(undefined);
  /** The fields on show, in order. */
  readonly fields: ReadonlySignal<ReadonlyArray<FieldMeta>>;
  /** Set by moves, cleared when the cell under the cursor has got the focus. */
  wantsFocus = false;

  constructor(props: DeskProps) {
    super(props);
    this.range = computed(() => this.#ranged());
    this.fields = computed(() => {
      const { columns } = this.view.shape.value;
      const named = columns.flatMap((name) =>
        props.fields.find((field) => field.name === name) ?? []
      );
      return named.length === 0 ? props.fields : named;
    });
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

  protected override goTo(row: Row, name: FieldName): void {
    const at = this.view.rows.peek().indexOf(row);
    const column = this.columnOf(name);
    if (at >= 0 && column !== undefined) this.moveTo(at, column);
  }

  forgetRefusal(): void {
    const { at, column } = this.cursor.peek();
    const row = this.rowAt(at);
    const field = this.fieldAt(column);
    if (row !== undefined && field) this.records.refuse(row, field.name as FieldName, undefined);
  }
}
