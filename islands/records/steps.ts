/** What was done in this session, step by step, to be undone and done again. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { Value } from "../record.ts";
import type { Row } from "./records.ts";

export interface CellChange {
  readonly row: Row;
  readonly name: FieldName;
  readonly before: Value;
  readonly after: Value;
}

/** One edit, paste, fill or clearing. */
export interface Step {
  /** In words, such as `paste into 12 cells`. */
  readonly what: string;
  readonly cells: ReadonlyArray<CellChange>;
}

/** What a step back or forth asks for. */
export interface Walk {
  readonly what: string;
  readonly edits: ReadonlyArray<{ readonly row: Row; readonly name: FieldName; value: Value }>;
  /** Cells that show something else by now, from PEMS or a colleague: they stay as they are. */
  readonly moved: number;
}

type ValueOf = (row: Row, name: FieldName) => Value;

export class Steps {
  readonly #done: Signal<ReadonlyArray<Step>> = signal([]);
  readonly #undone: Signal<ReadonlyArray<Step>> = signal([]);
  readonly mayUndo: ReadonlySignal<boolean> = computed(() => this.#done.value.length > 0);
  readonly mayRedo: ReadonlySignal<boolean> = computed(() => this.#undone.value.length > 0);

  /** A new step; what was undone before it is gone for good. */
  note(step: Step): void {
    this.#done.value = [...this.#done.peek(), step];
    this.#undone.value = [];
  }

  undo(valueOf: ValueOf): Walk | undefined {
    const step = this.#move(this.#done, this.#undone);
    return step && walked(step, "after", "before", valueOf);
  }

  redo(valueOf: ValueOf): Walk | undefined {
    const step = this.#move(this.#undone, this.#done);
    return step && walked(step, "before", "after", valueOf);
  }

  /** The server refused the value at the cell: no step has set it. */
  forget(row: Row, name: FieldName, value: Value): void {
    const without = (steps: ReadonlyArray<Step>) =>
      steps.flatMap((step) => {
        const cells = step.cells.filter((cell) =>
          cell.row !== row || cell.name !== name || cell.after !== value
        );
        return cells.length === 0
          ? []
          : [cells.length < step.cells.length ? { ...step, cells } : step];
      });
    this.#done.value = without(this.#done.peek());
  }

  #move(from: Signal<ReadonlyArray<Step>>, to: Signal<ReadonlyArray<Step>>): Step | undefined {
    const step = from.peek().at(-1);
    if (step === undefined) return undefined;
    from.value = from.peek().slice(0, -1);
    to.value = [...to.peek(), step];
    return step;
  }
}

function walked(
  { what, cells }: Step,
  from: "before" | "after",
  to: "before" | "after",
  valueOf: ValueOf,
): Walk {
  const here = cells.filter((cell) => valueOf(cell.row, cell.name) === cell[from]);
  return {
    what,
    edits: here.map((cell) => ({ row: cell.row, name: cell.name, value: cell[to] })),
    moved: cells.length - here.length,
  };
}
