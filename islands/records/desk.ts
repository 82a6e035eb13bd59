/** A planner's desk in the tab: the records, which are on show, and what was done to them; each screen draws it its own way. */
import { type Signal, signal, untracked } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { plural } from "../format.ts";
import type { PfaView } from "../record.ts";
import { Following } from "./following.ts";
import { Loading } from "./loading.ts";
import { Records, type Row } from "./records.ts";
import { type CellEdit, Saves } from "./saves.ts";
import type { Shape } from "./shape.ts";
import { Steps, type Walk } from "./steps.ts";
import { isGroup, View } from "./view.ts";

export interface DeskProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly shape: Shape;
  /** The first records in the order of their ids, as the server read them for the page; they come again with all. */
  readonly first?: ReadonlyArray<PfaView>;
}

export class Desk {
  readonly records: Records;
  readonly view: View;
  readonly saves: Saves;
  readonly loading: Loading;
  readonly following: Following;
  readonly steps: Steps = new Steps();
  /** The last thing done that does not show by itself; read out. */
  readonly said: Signal<string> = signal("");
  /** The row whose badge is open. */
  readonly details: Signal<Row | undefined> = signal(undefined);

  constructor(readonly props: DeskProps) {
    const { organizationId } = props.workplace;
    const texts = props.fields.filter(({ kind }) => kind === "text");
    this.records = new Records(texts.map(({ name }) => name));
    this.view = new View(this.records, props.shape);
    this.loading = new Loading(organizationId, this.records, (row) => this.saves.unsaved(row));
    this.saves = new Saves(props, this.records, this.loading.again);
    this.following = new Following(this.records, this.loading);
    // While a component is drawn for the first time: what is read here must not draw all of it again.
    untracked(() => this.records.take(props.first ?? [], 0, (row) => this.saves.unsaved(row)));
    this.saves.onRefused = ({ row, name, value }) => this.steps.forget(row, name, value);
  }

  /** The values that records have in the field, sorted. */
  valuesOf(name: FieldName): ReadonlyArray<string> {
    const seen = new Set<string>();
    for (let row = 0; row < this.records.size.value; row++) {
      seen.add(String(this.records.value(row, name) ?? ""));
    }
    seen.delete("");
    return [...seen].sort();
  }

  /** The record's row there; undefined for the heading of a group, and beyond the last. */
  rowAt(at: number): Row | undefined {
    const entry = this.view.rows.peek()[at];
    return entry === undefined || isGroup(entry) ? undefined : entry;
  }

  /** Why the field of the record cannot be edited; undefined where it can. */
  lockAt(row: Row, field: FieldMeta): string | undefined {
    return field.locked ??
      (this.records.value(row, "isDiscontinued")
        ? "A discontinued record is not changed."
        : undefined);
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

  undo(): void {
    this.#walk("Undone", this.steps.undo(this.#valueOf));
  }

  redo(): void {
    this.#walk("Done again", this.steps.redo(this.#valueOf));
  }

  readonly #valueOf = (row: Row, name: FieldName) => this.records.value(row, name);

  /** Makes the step's edits, says what they were, and goes to where they are. */
  #walk(did: string, step: Walk | undefined) {
    if (step === undefined) {
      this.said.value = `There is nothing to ${did === "Undone" ? "undo" : "redo"}.`;
      return;
    }
    this.saves.edit(step.edits);
    const moved = step.moved === 0
      ? ""
      : ` ${plural(step.moved, "cell")} changed since and stayed as they are.`;
    this.said.value = `${did}: ${step.what}.${moved}`;
    const [first] = step.edits;
    if (first !== undefined) this.goTo(first.row, first.name);
  }

  /** Brings the field of the record in sight; each screen knows how. */
  protected goTo(_row: Row, _name: FieldName): void {}
}
