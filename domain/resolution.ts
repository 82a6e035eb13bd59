/** Resolutions: what becomes of the modifications in a conflict once a person has chosen. Pure. */
import {
  applied,
  type Change,
  type Delta,
  type Edits,
  entries,
  isEmpty,
  mergeDeltas,
  sameValue,
} from "./delta.ts";
import { FIELD_NAMES, type FieldName, type FieldValue, type Pfa } from "./pfa.ts";
import { brokenRules } from "./rules.ts";
import { GROUPS, type Operation, threeWay } from "./threeway.ts";

export const RESOLUTIONS = ["use_local", "use_pems", "merge"] as const;
export type ResolutionName = typeof RESOLUTIONS[number];

export type Choice =
  | { readonly _tag: "use_local" | "use_pems" }
  /** A value for every conflict field, in normal form; values of other fields are decided along with them. */
  | { readonly _tag: "merge"; readonly values: Edits };

/** A conflict as it was shown: what one request was to carry, in order, against PEMS's record. */
export interface Dispute {
  readonly items: ReadonlyArray<{
    readonly modificationId: string;
    readonly operation: Operation;
    readonly changes: Delta;
  }>;
  readonly fields: ReadonlyArray<FieldName>;
  readonly pems: Pfa;
}

export type Fate =
  /** Goes to PEMS after all, as this delta. */
  | { readonly _tag: "Requeued"; readonly modificationId: string; readonly changes: Delta }
  | { readonly _tag: "Discarded"; readonly modificationId: string; readonly reason: string };

export type Resolved =
  | {
    readonly _tag: "Resolved";
    readonly fates: ReadonlyArray<Fate>;
    /** The resolver's own modification, ahead of what is requeued; undefined when there is nothing for it to say. */
    readonly merged: Delta | undefined;
    /** All that will be sent for it, against the record that was shown. */
    readonly sent: Delta;
  }
  | {
    readonly _tag: "Refused";
    readonly errors: ReadonlyArray<{ readonly field: FieldName | null; readonly message: string }>;
  };

/** Decides by the choice; refused where the whole record after it could not stand, with every reason. */
export function resolve(dispute: Dispute, choice: Choice): Resolved {
  const deletes = dispute.items.some(({ operation }) => operation === "DELETE");
  switch (choice._tag) {
    case "use_local":
      return deletes ? deleteAfterAll(dispute) : useLocal(dispute);
    case "use_pems":
      return usePems(dispute);
    case "merge":
      return deletes
        ? refused("A DELETE cannot be merged: use_local deletes the record, use_pems keeps it")
        : merge(dispute, choice.values);
  }
}

type Values = { readonly [name in FieldName]?: FieldValue };

/** What is given up by a resolution, by conflict field: PEMS's values, ours, or for a merge perhaps both. */
export function losersOf(
  { items, fields, pems }: Dispute,
  resolution: ResolutionName,
): { readonly local?: Values; readonly pems?: Values } {
  const wanted = wantedOf(items);
  const local = Object.fromEntries(
    fields.filter((name) => name in wanted).map((name) => [name, wanted[name]!.to]),
  );
  const theirs = Object.fromEntries(fields.map((name) => [name, pems[name]]));
  return {
    ...(resolution === "use_local" ? {} : { local }),
    ...(resolution === "use_pems" ? {} : { pems: theirs }),
  };
}

/** Whether PEMS has come to agree by itself: nothing of the delta is left to send. */
export function isAgreed(operation: Operation, delta: Delta, pems: Pfa): boolean {
  const verdict = threeWay({ operation, delta, remote: pems });
  return verdict._tag === "Clear" && isEmpty(verdict.delta);
}

/** What the planner saw is now what was shown: PEMS moving on once more is noticed, and nothing else is. */
function useLocal({ items, pems }: Dispute): Resolved {
  const wanted = wantedOf(items);
  const touched = new Set<FieldName>();
  const fates = items.map(({ modificationId, changes }): Fate => {
    const rebased: { [name in FieldName]?: Change } = {};
    for (const [name, { from, to }] of entries(changes)) {
      if (!(name in wanted)) continue;
      const base = touched.has(name) ? from : pems[name];
      touched.add(name);
      if (!sameValue(name, base, to)) rebased[name] = { from: base, to };
    }
    return { _tag: "Requeued", modificationId, changes: rebased };
  });
  return judged({ fates, merged: undefined }, pems);
}

function usePems({ items, fields }: Dispute): Resolved {
  const dropped = new Set([
    ...fields,
    ...GROUPS.filter((group) => group.some((name) => fields.includes(name))).flat(),
  ]);
  const fates = left(items, dropped, "PEMS's values were kept in the conflict about it");
  return { _tag: "Resolved", fates, merged: undefined, sent: sentBy(fates) };
}

function merge({ items, fields, pems }: Dispute, values: Edits): Resolved {
  const missing = fields.filter((name) => !(name in values));
  if (missing.length > 0) {
    const errors = missing.map((field) => ({ field, message: "A merge needs a value for it" }));
    return { _tag: "Refused", errors };
  }
  const decided = Object.entries(values) as Array<[FieldName, FieldValue]>;
  const merged: Delta = Object.fromEntries(
    decided.filter(([name, to]) => !sameValue(name, pems[name], to))
      .map(([name, to]) => [name, { from: pems[name], to }]),
  );
  const names = new Set(decided.map(([name]) => name));
  const fates = left(items, names, "The conflict about it was resolved by a merge");
  return judged({ fates, merged: isEmpty(merged) ? undefined : merged }, pems);
}

/** The record that was shown is the one to be deleted. */
function deleteAfterAll({ items, pems }: Dispute): Resolved {
  const seen = Object.fromEntries(
    FIELD_NAMES.map((name) => [name, { from: pems[name], to: pems[name] }]),
  );
  const changes: Delta = { ...seen, isDiscontinued: { from: false, to: true } };
  return {
    _tag: "Resolved",
    fates: items.map(({ modificationId }) => ({ _tag: "Requeued", modificationId, changes })),
    merged: undefined,
    sent: { isDiscontinued: { from: false, to: true } },
  };
}

/** Each item without the fields that were decided; one of which nothing is left is discarded. */
const left = (
  items: Dispute["items"],
  decided: ReadonlySet<FieldName>,
  reason: string,
): ReadonlyArray<Fate> => {
  const wanted = wantedOf(items);
  return items.map(({ modificationId, operation, changes }) => {
    const kept: Delta = Object.fromEntries(
      entries(changes).filter(([name]) => name in wanted && !decided.has(name)),
    );
    return operation === "DELETE" || isEmpty(kept)
      ? { _tag: "Discarded", modificationId, reason }
      : { _tag: "Requeued", modificationId, changes: kept };
  });
};

/** What the items come to together: a field that ends where it began is no wish of theirs. */
const wantedOf = (items: Dispute["items"]): Delta =>
  items.map(({ changes }) => changes).reduce(mergeDeltas, {});

const sentBy = (fates: ReadonlyArray<Fate>, merged: Delta = {}): Delta =>
  fates.map((fate) => fate._tag === "Requeued" ? fate.changes : {}).reduce(mergeDeltas, merged);

/** The whole record after it must stand. */
function judged(
  { fates, merged }: { readonly fates: ReadonlyArray<Fate>; readonly merged: Delta | undefined },
  pems: Pfa,
): Resolved {
  const sent = sentBy(fates, merged);
  if (pems.isDiscontinued) {
    return refused("PEMS has discontinued the record: only use_pems can resolve this");
  }
  const broken = isEmpty(sent) ? [] : brokenRules(applied(pems, sent));
  return broken.length === 0 ? { _tag: "Resolved", fates, merged, sent } : {
    _tag: "Refused",
    errors: broken.map(({ fields, message }) => ({
      field: fields.findLast((name) => name in sent) ?? fields.at(-1)!,
      message,
    })),
  };
}

const refused = (message: string): Resolved => ({
  _tag: "Refused",
  errors: [{ field: null, message }],
});
