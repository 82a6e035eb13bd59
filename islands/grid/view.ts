/** The rows on show: searched, filtered and sorted. It stands still while values change, until asked again. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { ViewStatus } from "../../domain/status.ts";
import type { Value } from "../record.ts";
import type { Records, Row } from "./records.ts";
import { addressOf, isNarrowed, type Shape } from "./shape.ts";

/** What needs a person first. */
const BY_URGENCY: ReadonlyArray<ViewStatus> = [
  "failed",
  "conflict",
  "unknown",
  "retrying",
  "waiting",
  "draft",
  "queued",
  "syncing",
  "synced",
  "clean",
];
export const ATTENTION: ReadonlySet<ViewStatus> = new Set(["failed", "conflict"]);

export class View {
  readonly #shape: Signal<Shape>;
  readonly #records: Records;
  readonly #asked = signal(0);
  readonly rows: ReadonlySignal<Uint32Array>;
  /** How many rows on show have changed so that they no longer match. */
  readonly strays: ReadonlySignal<number>;

  constructor(records: Records, shape: Shape) {
    this.#records = records;
    this.#shape = signal(shape);
    this.rows = computed(() => {
      this.#asked.value;
      return arranged(records, this.#shape.value);
    });
    this.strays = computed(() => {
      records.changes.value;
      if (!isNarrowed(this.#shape.value)) return 0;
      const matches = matcher(records, this.#shape.value);
      return this.rows.value.reduce((strays, row) => matches(row) ? strays : strays + 1, 0);
    });
  }

  get shape(): ReadonlySignal<Shape> {
    return this.#shape;
  }

  reshape(shape: Shape): void {
    this.#shape.value = shape;
    history.replaceState(null, "", addressOf(shape, new URL(location.href)));
  }

  /** Arranges anew with the values as they are now. */
  arrange(): void {
    this.#asked.value++;
  }
}

/** Rows that match, in order. 50,000 rows: about 10 ms to search, 60 ms to sort. */
function arranged(records: Records, shape: Shape): Uint32Array {
  const matches = matcher(records, shape);
  const rows = new Uint32Array(records.size.value);
  let length = 0;
  for (let row = 0; row < rows.length; row++) if (matches(row)) rows[length++] = row;
  const found = rows.subarray(0, length);
  if (shape.sort === "" && records.inOrder) return found;
  const sort = shape.sort || "pfaId";
  const keys = Array.from({ length: rows.length }, (_, row) => sortKey(records, row, sort));
  const direction = shape.descending ? -1 : 1;
  return found.sort((a, b) => compare(keys[a]!, keys[b]!, direction));
}

function matcher(records: Records, { search, status, category }: Shape): (row: Row) => boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) => {
    const is = records.sync(row).status;
    if (status === "attention" ? !ATTENTION.has(is) : status !== "" && is !== status) return false;
    if (category !== "" && records.value(row, "category") !== category) return false;
    return words.every((word) => records.haystack(row).includes(word));
  };
}

function sortKey(records: Records, row: Row, name: string): Value {
  if (name === "pfaId") return records.ids[row]!;
  if (name === "sync") return BY_URGENCY.indexOf(records.sync(row).status);
  const value = records.value(row, name as FieldName);
  return typeof value === "string" ? value.toLowerCase() : value;
}

/** Nothing comes last, in both directions. */
function compare(a: Value, b: Value, direction: number): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -direction : direction;
}
