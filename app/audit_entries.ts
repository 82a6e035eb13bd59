/** Entries of the audit trail as they leave: masked, told in words, field by field. */
import type { TrailRow } from "../db/trail.ts";
import { type FieldValue, isFieldName, wireValue } from "../domain/pfa.ts";
import { summaryOf } from "./audit_words.ts";
import type { Mask } from "./mask.ts";

type Details = { readonly [name: string]: unknown };

/** The entry as the API tells it to who sees through the mask. */
export function entryOf({ moment: _, at, aboutName, link, ...entry }: TrailRow, mask: Mask) {
  const details = mask.deep(entry.details) as Details;
  return {
    ...entry,
    at: at.toISOString(),
    summary: summaryOf({ ...entry, aboutName, details }),
    changes: changesOf(entry.details, mask),
    details,
    sealed: link !== null,
    link: link === null ? null : Number(link),
  };
}

export type Entry = ReturnType<typeof entryOf>;

interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly masked: boolean;
}

/** A plan goes from and to; what PEMS turned out to have has no from. */
function changesOf({ changes, operation }: Details, mask: Mask): ReadonlyArray<FieldChange> {
  if (typeof changes !== "object" || changes === null) return [];
  const named = Object.entries(changes).filter(([name]) => isFieldName(name));
  const shown = mask.fields(
    Object.fromEntries(named.map(([name]) => [name, true as boolean | null])),
  );
  return named
    // A deletion carries every field that was seen: only one of them is changed.
    .filter(([name]) => operation !== "DELETE" || name === "isDiscontinued")
    .map(([field, change]) => {
      const { from = null, to = null } = isChange(change) ? change : { to: change };
      return shown[field] === null
        ? { field, from: null, to: null, masked: true }
        : { field, from: wired(field, from, mask), to: wired(field, to, mask), masked: false };
    });
}

const isChange = (change: unknown): change is { readonly from?: unknown; readonly to?: unknown } =>
  typeof change === "object" && change !== null && "to" in change;

const wired = (field: string, value: unknown, mask: Mask): unknown =>
  mask.deep(isFieldName(field) ? wireValue(field, value as FieldValue) : value);
