/** What a bulk operation comes to: pure, so that its preview tells what its saving does. */
import type { Basis } from "../db/drafts.ts";
import { type BulkOperation, NOTHING, planRecord, plus, type Sums } from "../domain/bulk.ts";
import { applied, entries } from "../domain/delta.ts";
import { fromCents, wireMoney } from "../domain/money.ts";
import { type Pfa, wireValue } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import type { BulkReport } from "./bulk_shapes.ts";
import { captureEdit } from "./capture.ts";
import type { ReadEdit } from "./edit.ts";
import { type Mask, seesMoney } from "./mask.ts";

export interface Planning {
  readonly operation: BulkOperation;
  readonly withDrafts: boolean;
  readonly changeReason: string | null;
}

type Reason = BulkReport["leftAlone"][number]["reason"];

export type Fate =
  | {
    readonly _tag: "Changes";
    readonly pfaId: string;
    readonly edit: ReadEdit;
    readonly before: Pfa;
    readonly after: Pfa;
    readonly merged: boolean;
  }
  | {
    readonly _tag: "Alone";
    readonly pfaId: string;
    readonly reason: Reason;
    /** The same for all that are left alone for it. */
    readonly why: string;
    readonly message: string;
    readonly conflictId?: string;
  };

/** What becomes of one record. */
export function fateOf(
  pfaId: string,
  { basis, conflictId }: {
    readonly basis: Basis | undefined;
    readonly conflictId: string | undefined;
  },
  { operation, withDrafts, changeReason }: Planning,
): Fate {
  const alone = (reason: Reason, why: string, message = why): Fate => ({
    _tag: "Alone",
    pfaId,
    reason,
    why,
    message,
    ...(conflictId && { conflictId }),
  });
  if (basis === undefined) return alone("unknown", "There is no such record");
  const { draft, record } = basis;
  if (record.isDiscontinued) return alone("discontinued", "It is discontinued");
  if (conflictId !== undefined) return alone("conflict", "It waits for a conflict to be decided");
  if (draft?.operation === "DELETE") return alone("own_draft", "Your own draft deletes it");
  if (draft !== undefined && !withDrafts) return alone("own_draft", "You have a draft of it");
  const before = applied(record, draft?.changes ?? {});
  const planned = planRecord(operation, before);
  if (planned._tag === "Alone") return alone(planned.reason, planned.message);
  const edit: ReadEdit = {
    pfaId,
    path: "",
    operation: planned._tag === "Deletes" ? "DELETE" : "UPDATE",
    edits: planned._tag === "Deletes" ? {} : planned.edits,
    seen: {},
    baseVersion: null,
    changeReason,
  };
  const captured = captureEdit(basis, draft, edit);
  const after = planned._tag === "Deletes"
    ? { ...before, isDiscontinued: true }
    : applied(before, deltaOf(planned.edits));
  if (captured._tag === "Broken" || captured._tag === "Deleted") {
    const [first] = brokenRules(after);
    return alone("rule", first?.rule ?? "It cannot be changed", first?.message);
  }
  return { _tag: "Changes", pfaId, edit, before, after, merged: draft !== undefined };
}

const deltaOf = (edits: ReadEdit["edits"]) =>
  Object.fromEntries(Object.entries(edits).map(([name, to]) => [name, { from: null, to }]));

const EXAMPLES = 5;
/** Records shown with before and after. */
const SHOWN = 100;

interface Telling {
  readonly preview: boolean;
  readonly permissions: Parameters<typeof seesMoney>[0];
  readonly mask: Mask;
}

/** The report of these fates, without drafts. */
export function reportOf(
  fates: ReadonlyArray<Fate>,
  { preview, permissions, mask }: Telling,
): Omit<BulkReport, "drafts"> {
  const changes = fates.filter((fate) => fate._tag === "Changes");
  const money = seesMoney(permissions);
  return {
    preview,
    matched: fates.length,
    changed: changes.length,
    effect: money ? effectOf(changes) : null,
    byCategory: categoriesOf(changes, money),
    leftAlone: groupsOf(fates, mask),
    changes: changes.slice(0, SHOWN).map(({ pfaId, before, after }) => ({
      pfaId,
      description: before.description,
      fields: differing(before, after)
        .filter(([name]) => money || (name !== "monthlyRate" && name !== "purchasePrice"))
        .map(([name]) => ({
          field: name,
          from: wireValue(name, before[name]),
          to: wireValue(name, after[name]),
        })),
    })),
  };
}

type Changes = Extract<Fate, { _tag: "Changes" }>;

const differing = (before: Pfa, after: Pfa) =>
  entries(
    Object.fromEntries(
      (Object.keys(before) as Array<keyof Pfa>)
        .filter((name) => before[name] !== after[name])
        .map((name) => [name, { from: before[name], to: after[name] }]),
    ),
  );

const span = (before: Sums, after: Sums) => {
  const of = (name: keyof Sums) => ({
    before: wireMoney(fromCents(before[name])),
    after: wireMoney(fromCents(after[name])),
  });
  return {
    plan: of("plan"),
    forecast: of("forecast"),
    actual: of("actual"),
    variance: of("variance"),
  };
};

const effectOf = (changes: ReadonlyArray<Changes>) =>
  span(
    changes.reduce((sums, { before }) => plus(sums, before), NOTHING),
    changes.reduce((sums, { after }) => plus(sums, after), NOTHING),
  );

/** A record that changes its category leaves the one and joins the other. */
function categoriesOf(
  changes: ReadonlyArray<Changes>,
  money: boolean,
): BulkReport["byCategory"] {
  const found = new Map<string, { records: number; before: Sums; after: Sums }>();
  const of = (category: string) => {
    const known = found.get(category) ?? { records: 0, before: NOTHING, after: NOTHING };
    found.set(category, known);
    return known;
  };
  for (const { before, after } of changes) {
    const [old, now] = [of(before.category), of(after.category)];
    old.before = plus(old.before, before);
    now.after = plus(now.after, after);
    now.records++;
    if (old !== now) old.records++;
  }
  return [...found].sort(([a], [b]) => a < b ? -1 : 1).map(([category, sums]) => ({
    category,
    records: sums.records,
    effect: money ? span(sums.before, sums.after) : null,
  }));
}

/** The largest groups first. */
function groupsOf(fates: ReadonlyArray<Fate>, mask: Mask): BulkReport["leftAlone"] {
  const groups = new Map<string, Array<Extract<Fate, { _tag: "Alone" }>>>();
  for (const fate of fates) {
    if (fate._tag !== "Alone") continue;
    const key = `${fate.reason} ${fate.why}`;
    const group = groups.get(key) ?? [];
    group.push(fate);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).map((group) => ({
    reason: group[0]!.reason,
    message: group[0]!.why,
    records: group.length,
    examples: group.slice(0, EXAMPLES).map(({ pfaId, message, conflictId }) => ({
      pfaId,
      message: mask.text(message),
      ...(conflictId && { conflictId }),
    })),
  }));
}
