/** Edits on their way to the server: shown at once, sent in order per record, taken back when refused. */
import { batch, type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { SyncState } from "../../domain/status.ts";
import { type DraftEdit, Refusal, type SavedDrafts, saveDrafts } from "../api.ts";
import { plural } from "../format.ts";
import type { Value } from "../record.ts";
import { toast } from "../toasts.tsx";
import { type Edit, type Edits, laidOver, pick, portions, toldOf } from "./edits.ts";
import type { DeskProps } from "./desk.ts";
import type { Records, Row } from "./records.ts";
import type { CellChange } from "./steps.ts";
import { inWords } from "./wording.ts";

export interface CellEdit {
  readonly row: Row;
  readonly name: FieldName;
  readonly value: Value;
}

const NONE: ReadonlySet<FieldName> = new Set();

export class Saves {
  readonly #props: Pick<DeskProps, "workplace" | "fields">;
  readonly #records: Records;
  readonly #refetch: (pfaIds: ReadonlyArray<string>) => void;
  readonly #waiting = new Map<Row, Edits>();
  readonly #sent = new Map<Row, Edits>();
  /** The badge before the first unsaved edit, to return to. */
  readonly #before = new Map<Row, SyncState>();
  #idle: Array<() => void> = [];
  readonly saving: Signal<boolean> = signal(false);
  /** Hears of each value that the server refused. */
  onRefused: (edit: CellEdit) => void = () => {};

  /** @param props the organization, and the labels of its fields */
  constructor(
    props: Pick<DeskProps, "workplace" | "fields">,
    records: Records,
    refetch: (pfaIds: ReadonlyArray<string>) => void,
  ) {
    this.#props = props;
    this.#records = records;
    this.#refetch = refetch;
  }

  /**
   * Shows the edits and sends them; those made in one turn travel together in one request.
   * @returns what each cell had and has, of the cells that changed
   */
  edit(edits: ReadonlyArray<CellEdit>): ReadonlyArray<CellChange> {
    const changes = edits.flatMap(({ row, name, value: after }) => {
      const before = this.#records.value(row, name);
      return before === after ? [] : [{ row, name, before, after }];
    });
    if (changes.length === 0) return changes;
    batch(() => changes.forEach((change) => this.#show(change)));
    this.saving.value = true;
    queueMicrotask(() => this.#flush());
    return changes;
  }

  #show({ row, name, before, after }: CellChange) {
    if (!this.#before.has(row)) this.#before.set(row, this.#records.sync(row));
    const edits: Edits = this.#waiting.get(row) ?? new Map();
    edits.set(name, { value: after, seen: edits.get(name)?.seen ?? before });
    this.#waiting.set(row, edits);
    this.#records.refuse(row, name, undefined);
    this.#records.setValue(row, name, after);
    this.#records.setSync(row, { status: "draft" });
  }

  /** Fields of the row that hold what the server has not answered yet. */
  unsaved(row: Row): ReadonlySet<FieldName> {
    if (!this.#before.has(row)) return NONE;
    return new Set([
      ...(this.#sent.get(row)?.keys() ?? []),
      ...(this.#waiting.get(row)?.keys() ?? []),
    ]);
  }

  /** Resolves once every edit has been answered. */
  settled(): Promise<void> {
    return this.#before.size === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Sends what waits; a record on its way goes again once it has been answered. */
  #flush() {
    const ready = [...this.#waiting].filter(([row]) => !this.#sent.has(row));
    const drafts = ready.map(([row, edits]) => ({ row, edits, draft: this.#draftOf(row, edits) }));
    for (const some of portions(drafts)) void this.#send(some);
  }

  #draftOf(row: Row, edits: Edits): DraftEdit {
    const pfaId = this.#records.ids[row]!;
    return { pfaId, changes: pick(edits, "value"), seen: pick(edits, "seen") };
  }

  async #send(sending: ReadonlyArray<{ row: Row; edits: Edits; draft: DraftEdit }>): Promise<void> {
    for (const { row, edits } of sending) {
      this.#waiting.delete(row);
      this.#sent.set(row, edits);
    }
    try {
      const { drafts } = await saveDrafts(
        this.#props.workplace.organizationId,
        sending.map(({ draft }) => draft),
      );
      batch(() => this.#saved(sending.map(({ row }, nth) => ({ row, saved: drafts[nth] }))));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      batch(() => this.#refused(sending, error));
    } finally {
      for (const { row } of sending) {
        this.#sent.delete(row);
        if (!this.#waiting.has(row)) this.#before.delete(row);
      }
      this.#flush();
      this.#rest();
    }
  }

  #saved(answers: ReadonlyArray<{ row: Row; saved: SavedDrafts["drafts"][number] | undefined }>) {
    const gone: string[] = [];
    for (const { row, saved } of answers) {
      // Back at its base there is no draft left; what the record shows instead, the server knows.
      if (saved?.syncStatus !== "draft" || saved.modificationId === null) {
        gone.push(this.#records.ids[row]!);
        continue;
      }
      const draft: SyncState = { status: "draft", modificationId: saved.modificationId };
      this.#before.set(row, draft);
      if (this.#records.sync(row).status === "draft") this.#records.setSync(row, draft);
    }
    this.#refetch(gone);
  }

  /** The records that were found fault with fall back; the others, refused along with them, go again. */
  #refused(sending: ReadonlyArray<{ row: Row; edits: Edits }>, refusal: Refusal) {
    const told = toldOf(refusal, sending.length);
    const isGuilty = (nth: number) => told.size === 0 || told.has(nth);
    const guilty = sending.filter((_, nth) => isGuilty(nth));
    sending.forEach(({ row, edits }, nth) => {
      const later = this.#waiting.get(row);
      if (!isGuilty(nth)) this.#waiting.set(row, laidOver(edits, later));
      else this.#fallBack(row, edits, (name) => told.get(nth)?.get(name) ?? refusal.message);
    });
    const first = this.#records.ids[guilty[0]!.row]!;
    const message = inWords(refusal.message, this.#props.fields);
    toast(
      "bad",
      guilty.length === 1
        ? `${first} was not changed: ${message}`
        : `${plural(guilty.length, "record")} were not changed, the first is ${first}: ${message}`,
    );
  }

  #fallBack(row: Row, edits: Edits, reasonOf: (name: FieldName) => string) {
    const later = this.#waiting.get(row);
    for (const [name, { value, seen }] of edits) {
      const again: Edit | undefined = later?.get(name);
      if (again !== undefined) later!.set(name, { ...again, seen });
      else if (this.#records.value(row, name) === value) this.#records.setValue(row, name, seen);
      this.#records.refuse(row, name, inWords(reasonOf(name), this.#props.fields));
      this.onRefused({ row, name, value });
    }
    if (later === undefined) this.#records.setSync(row, this.#before.get(row)!);
  }

  #rest() {
    if (this.#before.size > 0) return;
    this.saving.value = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
