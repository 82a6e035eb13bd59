/** The rows on show: searched, filtered and sorted. It stands still while values change, until asked again. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { ViewStatus } from "../../domain/status.ts";
import { STATUS_WORDS } from "../badge.tsx";
import { money } from "../format.ts";
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

/** Marks an entry of `rows` as the heading of a group; the rest of its bits are the group's place in `groups`. */
const GROUP = 2 ** 31;
export const isGroup = (entry: number): boolean => entry >= GROUP;

export interface Group {
  /** The value its rows have in common, as text; empty for nothing. */
  readonly label: string;
  readonly count: number;
  /** Its records, while it is folded in too. */
  readonly rows: Uint32Array;
}

interface Arranged {
  readonly rows: Uint32Array;
  readonly groups: ReadonlyArray<Group>;
  /** Records in order, those of closed groups too. */
  readonly found: Uint32Array;
}

export class View {
  readonly #shape: Signal<Shape>;
  readonly #asked = signal(0);
  readonly #arranged: ReadonlySignal<Arranged>;
  /** The labels of the groups that are folded in. */
  readonly closed: Signal<ReadonlySet<string>> = signal(new Set<string>());
  /** Rows on show, and headings of groups among them. */
  readonly rows: ReadonlySignal<Uint32Array>;
  /** The records that match, in order; those of closed groups too. */
  readonly found: ReadonlySignal<Uint32Array>;
  /** How many records match. */
  readonly count: ReadonlySignal<number>;
  /** How many rows on show have changed so that they no longer match. */
  readonly strays: ReadonlySignal<number>;

  constructor(records: Records, shape: Shape) {
    this.#shape = signal(shape);
    this.#arranged = computed(() => {
      this.#asked.value;
      const shape = this.#shape.value;
      const found = arranged(records, shape);
      return shape.group === ""
        ? { rows: found, groups: [], found }
        : grouped(found, (row) => labelOf(records, row, shape.group), this.closed.value);
    });
    this.rows = computed(() => this.#arranged.value.rows);
    this.found = computed(() => this.#arranged.value.found);
    this.count = computed(() => this.found.value.length);
    this.strays = computed(() => {
      records.changes.value;
      if (!isNarrowed(this.#shape.value)) return 0;
      const matches = matcher(records, this.#shape.value);
      return this.rows.value.reduce(
        (strays, row) => isGroup(row) || matches(row) ? strays : strays + 1,
        0,
      );
    });
  }

  get shape(): ReadonlySignal<Shape> {
    return this.#shape;
  }

  /** The group whose heading stands there. */
  groupAt(at: number): Group | undefined {
    const { rows, groups } = this.#arranged.value;
    const entry = rows[at];
    return entry !== undefined && isGroup(entry) ? groups[entry - GROUP] : undefined;
  }

  /** Folds the group in, or out again. */
  fold({ label }: Group): void {
    const closed = new Set(this.closed.peek());
    if (!closed.delete(label)) closed.add(label);
    this.closed.value = closed;
  }

  /** Folds every group in, or out again. */
  foldAll(close: boolean): void {
    const labels = this.#arranged.peek().groups.map(({ label }) => label);
    this.closed.value = new Set(close ? labels : []);
  }

  reshape(shape: Shape): void {
    if (shape.group !== this.#shape.peek().group) this.closed.value = new Set();
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
  if (shape.sort === "" && shape.group === "" && records.inOrder) return found;
  const keysOf = (name: string) =>
    Array.from({ length: rows.length }, (_, row) => sortKey(records, row, name));
  const keys = keysOf(shape.sort || "pfaId");
  const groups = shape.group === "" ? undefined : keysOf(shape.group);
  const direction = shape.descending ? -1 : 1;
  return found.sort((a, b) =>
    groups && compare(groups[a]!, groups[b]!, 1) || compare(keys[a]!, keys[b]!, direction)
  );
}

/** The rows, which stand by their groups, with a heading before each group. */
function grouped(
  found: Uint32Array,
  labelOf: (row: Row) => string,
  closed: ReadonlySet<string>,
): Arranged {
  const entries: number[] = [];
  const groups: Group[] = [];
  const labels = Array.from(found, labelOf);
  for (let from = 0; from < found.length;) {
    const label = labels[from]!;
    let to = from + 1;
    while (to < found.length && labels[to] === label) to++;
    const rows = found.subarray(from, to);
    entries.push(GROUP + groups.length);
    groups.push({ label, count: rows.length, rows });
    if (!closed.has(label)) { for (const row of rows) entries.push(row); }
    from = to;
  }
  return { rows: Uint32Array.from(entries), groups, found };
}

/** As the group's rows are sorted: without regard to letter case. */
function labelOf(records: Records, row: Row, name: string): string {
  if (name === "sync") return STATUS_WORDS[records.sync(row).status];
  const value = records.value(row, name as FieldName);
  if (typeof value === "boolean") return value ? "Yes" : "No";
  return typeof value === "number" ? money(value) : value ?? "";
}

function stateOf(records: Records, row: Row): string {
  if (records.value(row, "isDiscontinued")) return "discontinued";
  return records.value(row, "isActualized") ? "actualized" : "active";
}

function matcher(records: Records, shape: Shape): (row: Row) => boolean {
  const { status, state, from, to } = shape;
  const words = shape.search.toLowerCase().split(/\s+/).filter(Boolean);
  const exact = (["category", "class", "source", "dor"] as const)
    .filter((name) => shape[name] !== "");
  const { area } = shape;
  return (row) => {
    const is = records.sync(row).status;
    if (status === "attention" ? !ATTENTION.has(is) : status !== "" && is !== status) return false;
    if (!exact.every((name) => records.value(row, name) === shape[name])) return false;
    if (area !== "" && records.value(row, "areaSilo") !== area) return false;
    if (state !== "" && stateOf(records, row) !== state) return false;
    const start = String(records.value(row, "forecastStart") ?? "");
    if (from !== "" && start < from || to !== "" && start > to) return false;
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
