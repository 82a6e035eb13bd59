/** Deltas: what one user changed of one record, as from and to by field. Absent is no opinion, null is cleared. */
import { type FieldName, FIELDS, type FieldValue, type Pfa } from "./pfa.ts";
import { readMoney } from "./money.ts";

export interface Change {
  /** What the planner saw when deciding. */
  readonly from: FieldValue;
  readonly to: FieldValue;
}
export type Delta = { readonly [name in FieldName]?: Change };
export type Edits = { readonly [name in FieldName]?: FieldValue };

/** The delta's entries, typed. */
export const entries = (delta: Delta): ReadonlyArray<readonly [FieldName, Change]> =>
  Object.entries(delta) as Array<[FieldName, Change]>;

export const isEmpty = (delta: Delta): boolean => Object.keys(delta).length === 0;

/** Equal by meaning: 5500 = 5500.00, text trimmed, absent = null. Dates are normalised when read. */
export function sameValue(
  name: FieldName,
  a: FieldValue | undefined,
  b: FieldValue | undefined,
): boolean {
  const normal = (value: FieldValue | undefined): FieldValue => {
    if (typeof value !== "string") return value ?? null;
    if (FIELDS[name].kind === "money") return readMoney(value) ?? value;
    return value.trim() || null;
  };
  return normal(a) === normal(b);
}

/** The edits as a delta against what the planner saw; an edit to the value already there is none. */
export const capture = (seen: Edits, edits: Edits): Delta =>
  Object.fromEntries(
    (Object.entries(edits) as Array<[FieldName, FieldValue]>)
      .filter(([name, to]) => !sameValue(name, seen[name], to))
      .map(([name, to]) => [name, { from: seen[name] ?? null, to }]),
  );

/** The delta between two sides of a conflict: what was seen and what was wanted, by field. */
export const deltaOf = (base: Edits, local: Edits): Delta =>
  Object.fromEntries(
    (Object.entries(local) as Array<[FieldName, FieldValue]>)
      .map(([name, to]) => [name, { from: base[name] ?? null, to }]),
  );

/** A later delta laid over an earlier one: the first from is kept, the later to wins, a field back at its from drops out. */
export function mergeDeltas(earlier: Delta, later: Delta): Delta {
  const merged: { [name in FieldName]?: Change } = { ...earlier };
  for (const [name, change] of entries(later)) {
    const from = (earlier[name] ?? change).from;
    if (sameValue(name, from, change.to)) delete merged[name];
    else merged[name] = { from, to: change.to };
  }
  return merged;
}

/** The record with the delta's values in it. */
export const applied = (record: Pfa, delta: Delta): Pfa => ({
  ...record,
  ...Object.fromEntries(entries(delta).map(([name, { to }]) => [name, to])),
});
