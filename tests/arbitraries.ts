/** Any record, any value, any delta: what properties of the domain are tried on. */
import fc from "fast-check";
import { capture, type Delta, type Edits } from "../domain/delta.ts";
import { addDays } from "../domain/dates.ts";
import { fromCents } from "../domain/money.ts";
import { FIELD_NAMES, type FieldName, FIELDS, type FieldValue, type Pfa } from "../domain/pfa.ts";
import type { FieldPolicy, Policies } from "../domain/threeway.ts";

/** From a small choice, so that two values are often the same; `wide`: from all there are. */
export function aValue(name: FieldName, wide = false): fc.Arbitrary<FieldValue> {
  const { kind, nullable, choices } = FIELDS[name];
  const some: { readonly [kind in typeof kind]: () => fc.Arbitrary<FieldValue> } = {
    text: () =>
      wide
        ? fc.string({ minLength: 1, maxLength: 200 }).map((text) => text.trim() || "x")
        : fc.constantFrom("p", "q", "r"),
    choice: () => fc.constantFrom(...choices!),
    money: () => fc.bigInt({ min: 0n, max: wide ? 99_999_999_999_999n : 2n }).map(fromCents),
    date: () =>
      fc.integer({ min: 0, max: wide ? 40_000 : 2 }).map((days) => addDays("2026-01-31", days)),
    flag: () => fc.boolean(),
  };
  return nullable ? fc.option(some[kind](), { nil: null }) : some[kind]();
}

/** A record in normal form; it may break rules. */
export const aRecord = (wide = false): fc.Arbitrary<Pfa> =>
  fc.record(
    Object.fromEntries(FIELD_NAMES.map((name) => [name, aValue(name, wide)])) as {
      [name in FieldName]: fc.Arbitrary<FieldValue>;
    },
  ) as unknown as fc.Arbitrary<Pfa>;

/** Edits of any fields that people edit. */
export const someEdits = (): fc.Arbitrary<Edits> =>
  fc.record(
    Object.fromEntries(EDITED.map((name) => [name, aValue(name)])),
    { requiredKeys: [] },
  ) as fc.Arbitrary<Edits>;

const EDITED = FIELD_NAMES.filter((name) => FIELDS[name].permission !== undefined)
  .filter((name) => name !== "isDiscontinued");

/** A delta as a planner makes it, with the record that was seen. */
export const aCapture = (): fc.Arbitrary<{ readonly seen: Pfa; readonly delta: Delta }> =>
  fc.tuple(aRecord(), someEdits()).map(([seen, edits]) => ({ seen, delta: capture(seen, edits) }));

/** Policies for any fields. */
export const somePolicies = (): fc.Arbitrary<Policies> =>
  fc.dictionary(
    fc.constantFrom(...EDITED),
    fc.constantFrom<FieldPolicy>("manual", "use_local", "use_pems"),
  ) as fc.Arbitrary<Policies>;
