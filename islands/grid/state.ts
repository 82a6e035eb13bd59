/** One grid: its records, what is on show, where the cursor stands, what is being edited. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { Following } from "./following.ts";
import { Loading } from "./loading.ts";
import { type Reading, readTyped } from "./reading.ts";
import { Records, type Row } from "./records.ts";
import { Saves } from "./saves.ts";
import { type Shape, sortedBy } from "./shape.ts";
import { View } from "./view.ts";

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
  readonly cursor: Signal<Place> = signal({ at: HEADER, column: 0 });
  readonly editing: Signal<Editing | undefined> = signal(undefined);
  /** The row whose badge is open. */
  readonly details: Signal<Row | undefined> = signal(undefined);
  readonly categories: ReadonlySignal<ReadonlyArray<string>>;
  /** Set by moves, cleared when the cell under the cursor has got the focus. */
  wantsFocus = false;

  constructor(readonly props: GridProps) {
    const { organizationId } = props.workplace;
    this.records = new Records(props.fields.map(({ name }) => name));
    this.view = new View(this.records, props.shape);
    this.loading = new Loading(organizationId, this.records, (row) => this.saves.unsaved(row));
    this.saves = new Saves(props, this.records, this.loading.again);
    this.following = new Following(this.records, this.loading);
    this.categories = computed(() => {
      const seen = new Set<string>();
      for (let row = 0; row < this.records.size.value; row++) {
        seen.add(String(this.records.value(row, "category")));
      }
      return [...seen].sort();
    });
  }

  get columns(): number {
    return this.props.fields.length + FROZEN;
  }

  fieldAt(column: number): FieldMeta | undefined {
    return this.props.fields[column - FROZEN];
  }

  columnName(column: number): string {
    return column === ID_COLUMN
      ? "pfaId"
      : column === BADGE_COLUMN
      ? "sync"
      : this.fieldAt(column)!.name;
  }

  rowAt(at: number): Row | undefined {
    return this.view.rows.peek()[at];
  }

  /** Puts the cursor there, within what is on show. */
  moveTo(at: number, column: number): void {
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
      this.saves.edit(row, field.name, !this.records.value(row, field.name));
    } else this.editing.value = { row, field, typed };
  }

  /** Sets the cell under the cursor from text; a wrong one is told at the cell. */
  set(typed: string): void {
    const { at, column } = this.cursor.peek();
    const row = this.rowAt(at);
    const field = this.fieldAt(column);
    if (row === undefined || field === undefined || this.lockAt(row, field)) return;
    const reading = readTyped(field, typed);
    if ("value" in reading) this.saves.edit(row, field.name, reading.value);
    else this.records.refuse(row, field.name, reading.message);
  }

  /** Ends the editor with its text; a text that cannot be read keeps it open. */
  finish(typed: string, step: { readonly rows: number; readonly columns: number }): Reading {
    const { row, field } = this.editing.peek()!;
    const reading = readTyped(field, typed);
    if (!("value" in reading)) return reading;
    batch(() => {
      this.editing.value = undefined;
      this.saves.edit(row, field.name, reading.value);
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
