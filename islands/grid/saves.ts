/** Edits on their way to the server: shown at once, sent in order per record, taken back when refused. */
import { type Signal, signal } from "@preact/signals";
import type { FieldName } from "../../domain/pfa.ts";
import type { SyncState } from "../../domain/status.ts";
import { Refusal, type SavedDrafts, saveDraft } from "../api.ts";
import type { Value } from "../record.ts";
import { toast } from "../toasts.tsx";
import type { Records, Row } from "./records.ts";
import type { GridProps } from "./state.ts";
import { inWords } from "./wording.ts";

interface Edit {
  readonly value: Value;
  /** What stood there before. */
  readonly seen: Value;
}
type Edits = Map<FieldName, Edit>;

const NONE: ReadonlySet<FieldName> = new Set();

export class Saves {
  readonly #props: Pick<GridProps, "workplace" | "fields">;
  readonly #records: Records;
  readonly #refetch: (pfaIds: ReadonlyArray<string>) => void;
  readonly #waiting = new Map<Row, Edits>();
  readonly #sent = new Map<Row, Edits>();
  /** The badge before the first unsaved edit, to return to. */
  readonly #before = new Map<Row, SyncState>();
  #idle: Array<() => void> = [];
  readonly saving: Signal<boolean> = signal(false);

  /** @param props the organization, and the labels of its fields */
  constructor(
    props: Pick<GridProps, "workplace" | "fields">,
    records: Records,
    refetch: (pfaIds: ReadonlyArray<string>) => void,
  ) {
    this.#props = props;
    this.#records = records;
    this.#refetch = refetch;
  }

  /** Shows the edit and sends it; edits of one record made in one turn travel together. */
  edit(row: Row, name: FieldName, value: Value): void {
    const seen = this.#records.value(row, name);
    if (seen === value) return;
    if (!this.#before.has(row)) this.#before.set(row, this.#records.sync(row));
    const edits: Edits = this.#waiting.get(row) ?? new Map();
    edits.set(name, { value, seen: edits.get(name)?.seen ?? seen });
    this.#waiting.set(row, edits);
    this.#records.refuse(row, name, undefined);
    this.#records.setValue(row, name, value);
    this.#records.setSync(row, { status: "draft" });
    this.saving.value = true;
    queueMicrotask(() => this.#send(row));
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

  async #send(row: Row): Promise<void> {
    const edits = this.#waiting.get(row);
    if (edits === undefined || this.#sent.has(row)) return;
    this.#waiting.delete(row);
    this.#sent.set(row, edits);
    try {
      const { drafts } = await saveDraft({
        organizationId: this.#props.workplace.organizationId,
        pfaId: this.#records.ids[row]!,
        changes: pick(edits, "value"),
        seen: pick(edits, "seen"),
      });
      this.#saved(row, drafts[0]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#fallBack(row, edits, error);
    } finally {
      this.#sent.delete(row);
      if (this.#waiting.has(row)) void this.#send(row);
      else this.#rest(row);
    }
  }

  #saved(row: Row, saved: SavedDrafts["drafts"][number] | undefined) {
    // Back at its base there is no draft left; what the record shows instead, the server knows.
    if (saved?.syncStatus !== "draft" || saved.modificationId === null) {
      return this.#refetch([this.#records.ids[row]!]);
    }
    const draft: SyncState = { status: "draft", modificationId: saved.modificationId };
    this.#before.set(row, draft);
    if (this.#records.sync(row).status === "draft") this.#records.setSync(row, draft);
  }

  #fallBack(row: Row, edits: Edits, refusal: Refusal) {
    const later = this.#waiting.get(row);
    for (const [name, { value, seen }] of edits) {
      const again = later?.get(name);
      if (again !== undefined) later!.set(name, { ...again, seen });
      else if (this.#records.value(row, name) === value) this.#records.setValue(row, name, seen);
      const told = refusal.errors.find(({ path }) => path.split(/[./]/).includes(name));
      const reason = inWords(told?.message ?? refusal.message, this.#props.fields);
      this.#records.refuse(row, name, reason);
    }
    if (later === undefined) this.#records.setSync(row, this.#before.get(row)!);
    const message = inWords(refusal.message, this.#props.fields);
    toast("bad", `${this.#records.ids[row]} was not changed: ${message}`);
  }

  #rest(row: Row) {
    this.#before.delete(row);
    if (this.#before.size > 0) return;
    this.saving.value = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const pick = (edits: Edits, part: keyof Edit): { readonly [field: string]: Value } =>
  Object.fromEntries([...edits].map(([name, edit]) => [name, edit[part]]));
