/** The records in the tab, as the API sent them, and a signal only for rows that somebody looks at. */
import { batch, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { SyncState } from "../../domain/status.ts";
import { type PfaView, plainValue, type Value, type Values } from "../record.ts";

/** A record's place in the arrays; it never changes while the tab lives. */
export type Row = number;

const PORTION = 250;

export class Records {
  readonly ids: string[] = [];
  readonly #syncs: SyncState[] = [];
  /** Not copied into a column for each field: that was half of the time until 10,000 records were on show. */
  readonly #data: Values[] = [];
  readonly #searched: ReadonlyArray<FieldName>;
  /** PEMS's value of each field that differs, for the few rows that have any. */
  readonly #baselines = new Map<Row, Values>();
  readonly #refusals = new Map<Row, ReadonlyMap<FieldName, string>>();
  readonly #rowOf = new Map<string, Row>();
  /** 100,000 signals took 129 MB: they exist while a visible row reads them. */
  readonly #held = new Set<string>();
  readonly #watched: Watched = new Map();
  /** The same for badges, which change more often than all the rest of a row. */
  readonly #watchedBadges: Watched = new Map();
  /** Undefined: not made yet, or made of values that have gone. */
  readonly #haystacks: Array<string | undefined> = [];
  /** Up to here all have been made. */
  #prepared = 0;
  readonly #touched = new Map<string, number>();
  /** Counts what happened, so that answers can be told from older ones. */
  now = 0;
  /** Whether the ids ascend, as the server sends them; records that come later are appended. */
  inOrder = true;
  readonly #size = signal(0);
  readonly #drafts = signal(0);
  readonly #changes = signal(0);
  readonly #values = signal(0);

  /** @param searched the fields whose text a search looks into, as the API's does */
  constructor(searched: ReadonlyArray<FieldName>) {
    this.#searched = searched;
  }

  get size(): ReadonlySignal<number> {
    return this.#size;
  }

  /** Moves with every change of any row. */
  get changes(): ReadonlySignal<number> {
    return this.#changes;
  }

  /** Moves with every change of any value: badges move more often. */
  get values(): ReadonlySignal<number> {
    return this.#values;
  }

  /** How many rows show an own draft. */
  get drafts(): ReadonlySignal<number> {
    return this.#drafts;
  }

  rowOf(pfaId: string): Row | undefined {
    return this.#rowOf.get(pfaId);
  }

  value(row: Row, name: FieldName): Value {
    return plainValue(this.#data[row]![name]);
  }

  sync(row: Row): SyncState {
    return this.#syncs[row]!;
  }

  baseline(row: Row): Values {
    return this.#baselines.get(row) ?? {};
  }

  refusal(row: Row, name: FieldName): string | undefined {
    return this.#refusals.get(row)?.get(name);
  }

  rowsWith(status: SyncState["status"]): ReadonlyArray<Row> {
    return this.#syncs.flatMap((sync, row) => sync.status === status ? [row] : []);
  }

  /** Called while rendering: what is rendered is rendered again when values of the row change. */
  watch(row: Row): void {
    follow(this.#watched, row);
  }

  /** The same for the row's badge. */
  watchBadge(row: Row): void {
    follow(this.#watchedBadges, row);
  }

  /** Lower-case text of the record, for searching. */
  haystack(row: Row): string {
    return this.#haystacks[row] ??= this.#textOf(row);
  }

  /**
   * Makes the texts of some records that came in, once they are drawn: for 50,000 at the first key it took 200 ms, for
   * 1,000 at once 120 ms on a slow phone.
   * @returns whether more are left
   */
  prepare(): boolean {
    const until = Math.min(this.#prepared + PORTION, this.ids.length);
    while (this.#prepared < until) this.haystack(this.#prepared++);
    return until < this.ids.length;
  }

  #textOf(row: Row): string {
    let text = this.ids[row]!;
    for (const name of this.#searched) {
      const value = this.value(row, name);
      if (typeof value === "string") text += "\n" + value;
    }
    return text.toLowerCase();
  }

  /** Notes that something happened to the record: an answer asked for earlier does not know of it. */
  touch(pfaId: string): void {
    this.#touched.set(pfaId, ++this.now);
  }

  /**
   * Takes records as the server had them; known ones are replaced unless touched since, or held.
   * @param asked `now` when the request was made
   * @param keep fields of a row that hold edits the server has not answered yet
   * @returns the ids touched since, or held: to be asked for again
   */
  take(
    views: ReadonlyArray<PfaView>,
    asked: number,
    keep: (row: Row) => ReadonlySet<FieldName>,
  ): ReadonlyArray<string> {
    const touched = views.map(({ pfaId }) => pfaId)
      .filter((pfaId) => (this.#touched.get(pfaId) ?? 0) > asked || this.#held.has(pfaId));
    const late = new Set(touched);
    batch(() => {
      for (const view of views) {
        const known = this.#rowOf.get(view.pfaId);
        if (known === undefined) this.#add(view);
        else if (!late.has(view.pfaId)) this.#fill(known, view, keep(known));
      }
      this.#changes.value++;
      this.#values.value++;
      this.#size.value = this.ids.length;
    });
    return touched;
  }

  /** While the rows are being committed nothing that was read of them is news. Returns the way to let them go. */
  hold(rows: ReadonlyArray<Row>): () => void {
    const pfaIds = rows.map((row) => this.ids[row]!);
    for (const pfaId of pfaIds) this.#held.add(pfaId);
    return () => {
      for (const pfaId of pfaIds) {
        this.#held.delete(pfaId);
        // What was asked for meanwhile may be older than the commit.
        this.touch(pfaId);
      }
    };
  }

  /** Nobody looks at the row yet, and no edit of it waits. */
  #add({ pfaId, data, baseline, sync }: PfaView) {
    if (this.inOrder && pfaId < (this.ids.at(-1) ?? "")) this.inOrder = false;
    const row = this.ids.push(pfaId) - 1;
    this.#rowOf.set(pfaId, row);
    this.#data.push(data);
    this.#syncs.push(sync);
    this.#haystacks.push(undefined);
    if (sync.status === "draft") this.#drafts.value++;
    const differing = Object.entries(baseline);
    if (differing.length > 0) this.#setBaseline(row, plain(differing));
  }

  #fill(row: Row, { data, baseline, sync }: PfaView, kept: ReadonlySet<FieldName>) {
    const held = [...kept].map((name) => [name, this.#data[row]![name]]);
    this.#data[row] = held.length === 0 ? data : { ...data, ...Object.fromEntries(held) };
    const differing = Object.entries(baseline);
    if (differing.length > 0 || this.#baselines.has(row)) {
      const own = Object.entries(this.baseline(row)).filter(([name]) =>
        kept.has(name as FieldName)
      );
      this.#setBaseline(row, { ...Object.fromEntries(own), ...plain(differing) });
    }
    this.#haystacks[row] = undefined;
    if (kept.size === 0) this.#badge(row, sync);
    tell(this.#watched, row);
  }

  setSync(row: Row, sync: SyncState): void {
    this.touch(this.ids[row]!);
    this.#badge(row, sync);
    this.#changes.value++;
  }

  #badge(row: Row, sync: SyncState) {
    const before = this.#syncs[row]?.status === "draft";
    const after = sync.status === "draft";
    this.#syncs[row] = sync;
    if (before !== after) this.#drafts.value += after ? 1 : -1;
    tell(this.#watchedBadges, row);
  }

  /** Sets a value over what PEMS has, and remembers what that was. */
  setValue(row: Row, name: FieldName, value: Value): void {
    this.touch(this.ids[row]!);
    const { [name]: base = this.value(row, name), ...others } = this.baseline(row);
    this.#data[row] = { ...this.#data[row], [name]: value };
    this.#values.value++;
    this.#haystacks[row] = undefined;
    this.#setBaseline(row, base === value ? others : { ...others, [name]: base });
    this.#changed(row);
  }

  /** PEMS now has what the row shows. */
  settle(row: Row): void {
    this.touch(this.ids[row]!);
    this.#baselines.delete(row);
    this.#changed(row);
  }

  /** Keeps at the cell why its edit was refused; undefined: forgets it. */
  refuse(row: Row, name: FieldName, message: string | undefined): void {
    const refusals = new Map(this.#refusals.get(row));
    if (message === undefined) refusals.delete(name);
    else refusals.set(name, message);
    this.#refusals.set(row, refusals);
    this.#changed(row);
  }

  #setBaseline(row: Row, baseline: Values) {
    if (Object.keys(baseline).length === 0) this.#baselines.delete(row);
    else this.#baselines.set(row, baseline);
  }

  #changed(row: Row) {
    this.#changes.value++;
    tell(this.#watched, row);
  }
}

const plain = (entries: ReadonlyArray<[string, Value]>): Values =>
  Object.fromEntries(entries.map(([name, value]) => [name, plainValue(value)]));

type Watched = Map<Row, Signal<number>>;

function follow(watched: Watched, row: Row): void {
  let known = watched.get(row);
  if (known === undefined) {
    known = signal(0, { unwatched: () => watched.delete(row) });
    watched.set(row, known);
  }
  known.value;
}

function tell(watched: Watched, row: Row): void {
  const known = watched.get(row);
  if (known !== undefined) known.value = known.peek() + 1;
}
