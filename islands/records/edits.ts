/** The edits of a record as they travel: put together for a request, and told apart when it is refused. */
import type { FieldName } from "../../domain/pfa.ts";
import type { DraftEdit, Refusal } from "../api.ts";
import type { Value } from "../record.ts";

export interface Edit {
  readonly value: Value;
  /** What stood there before. */
  readonly seen: Value;
}
export type Edits = Map<FieldName, Edit>;

/** What the server takes in one request; its bodies may have 4 MB. */
export const MOST_DRAFTS = 5000;
const MOST_CHARACTERS = 3_000_000;

/** Cut into as few requests as the server's limits allow: nearly always one. */
export function portions<Item extends { readonly draft: DraftEdit }>(
  items: ReadonlyArray<Item>,
): ReadonlyArray<ReadonlyArray<Item>> {
  const cut: Item[][] = [];
  let characters = 0;
  for (const item of items) {
    const length = JSON.stringify(item.draft).length;
    characters += length;
    if (cut.length === 0 || cut.at(-1)!.length === MOST_DRAFTS || characters > MOST_CHARACTERS) {
      cut.push([]);
      characters = length;
    }
    cut.at(-1)!.push(item);
  }
  return cut;
}

export const pick = (edits: Edits, part: keyof Edit): { readonly [field: string]: Value } =>
  Object.fromEntries([...edits].map(([name, edit]) => [name, edit[part]]));

/** Earlier edits with later ones over them; what was seen first stays what was seen. */
export function laidOver(earlier: Edits, later: Edits | undefined): Edits {
  const all: Edits = new Map(earlier);
  for (const [name, edit] of later ?? []) {
    all.set(name, { value: edit.value, seen: earlier.get(name)?.seen ?? edit.seen });
  }
  return all;
}

/** What the server found fault with, by the draft's place in the request and the field. */
export function toldOf(
  { errors }: Refusal,
  drafts: number,
): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const told = new Map<number, Map<string, string>>();
  for (const { path, message } of errors) {
    const steps = path.split(/[./]/);
    const nth = steps[0] === "drafts" ? Number(steps[1]) : drafts === 1 ? 0 : NaN;
    if (!Number.isInteger(nth)) continue;
    const fields = told.get(nth) ?? new Map();
    told.set(nth, fields.set(steps.at(-1), message));
  }
  return told;
}
