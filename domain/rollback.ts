/** Rollback: which earlier values are written back, and which are left to a person since others changed them. Pure. */
import {
  applied,
  type Change,
  type Delta,
  type Edits,
  entries,
  isEmpty,
  sameValue,
} from "./delta.ts";
import { FIELD_NAMES, type FieldName, type FieldValue, type Pfa } from "./pfa.ts";
import { type BrokenRule, brokenRules } from "./rules.ts";
import type { ModificationStatus } from "./status.ts";
import type { Operation } from "./threeway.ts";

/** The plan is immutable here, and a soft delete is not undone by writing a field. */
export const NEVER: ReadonlySet<FieldName> = new Set([
  "originalStart",
  "originalEnd",
  "isDiscontinued",
]);

export interface Past {
  /** PEMS's record now. */
  readonly pems: Pfa;
  /** The same with all that is pending, which is cancelled by it. */
  readonly seen: Pfa;
  readonly target: Pfa;
  /** The newest value that we ourselves have written since the target, by field. */
  readonly own: Edits;
}

export interface Undoing {
  readonly field: FieldName;
  readonly from: FieldValue;
  readonly to: FieldValue;
  /** Others have changed it since: it is left alone unless it is named. */
  readonly changedSince: boolean;
}

/**
 * Takes a record back to an earlier version. What is undone is what we wrote since, or, when that is nothing, whatever
 * happened since; a field that does not stand there any more was changed by others.
 * @param named fields to be taken back although others changed them
 */
export function rollbackRecord(
  { pems, seen, target, own }: Past,
  named: ReadonlySet<FieldName>,
): {
  readonly changes: ReadonlyArray<Undoing>;
  readonly delta: Delta;
  readonly broken: ReadonlyArray<BrokenRule>;
} {
  const anyOwn = Object.keys(own).length > 0;
  const isOurs = (name: FieldName) =>
    !anyOwn || name in own && sameValue(name, pems[name], own[name]);
  const changes: Undoing[] = [];
  const delta: { [name in FieldName]?: Change } = {};
  for (const field of FIELD_NAMES) {
    const differs = !sameValue(field, pems[field], target[field]);
    if (NEVER.has(field) || !differs && sameValue(field, seen[field], target[field])) continue;
    const changedSince = differs && !isOurs(field);
    const to = target[field];
    changes.push({ field, from: seen[field], to, changedSince });
    if (differs && (!changedSince || named.has(field))) delta[field] = { from: pems[field], to };
  }
  return { changes, delta, broken: isEmpty(delta) ? [] : brokenRules(applied(pems, delta)) };
}

/** A modification of the job that is rolled back. */
export interface Undone {
  readonly modificationId: string;
  readonly operation: Operation;
  readonly status: ModificationStatus;
  /** It is on the wire, or frozen for its next try. */
  readonly onWire: boolean;
  /** What stood of it. */
  readonly changes: Delta;
}

export type Fate =
  | "restored"
  | "changed_since"
  | "cancelled"
  | "waits"
  | "conflict"
  | "breaks_rule";

export interface Line {
  readonly modificationId: string;
  readonly field: FieldName;
  readonly from: FieldValue;
  readonly to: FieldValue;
  readonly outcome: Fate;
}

/**
 * Undoes what one job did to one record.
 * @param seen the record with what stays pending
 * @param items of the job, newest first
 */
export function rollbackItems(
  seen: Pfa,
  items: ReadonlyArray<Undone>,
): {
  readonly lines: ReadonlyArray<Line>;
  readonly delta: Delta;
  readonly cancelled: ReadonlyArray<string>;
} {
  let record = seen;
  const lines: Line[] = [];
  for (const item of items) {
    const told = linesOf(record, item);
    lines.push(...told);
    const back = told.filter(({ outcome }) => outcome === "restored");
    record = { ...record, ...Object.fromEntries(back.map(({ field, to }) => [field, to])) } as Pfa;
  }
  const restored = new Set(
    lines.filter(({ outcome }) => outcome === "restored").map(({ field }) => field),
  );
  const delta: Delta = Object.fromEntries(
    [...restored].filter((name) => !sameValue(name, seen[name], record[name]))
      .map((name) => [name, { from: seen[name], to: record[name] }]),
  );
  const cancelled = items.filter(isCancelled).map(({ modificationId }) => modificationId);
  const stands = isEmpty(delta) || !seen.isDiscontinued && brokenRules(record).length === 0;
  return stands ? { lines, delta, cancelled } : {
    lines: lines.map((line) =>
      line.outcome === "restored" ? { ...line, outcome: "breaks_rule" } : line
    ),
    delta: {},
    cancelled,
  };
}

/** Never sent, or refused by PEMS: there is nothing of it to write back. */
export const isCancelled = ({ status, onWire }: Pick<Undone, "status" | "onWire">): boolean =>
  !onWire && (status === "queued" || status === "failed");

function linesOf(record: Pfa, item: Undone): ReadonlyArray<Line> {
  const { modificationId, status, operation } = item;
  if (status === "discarded") return [];
  const changes: Delta = operation === "DELETE"
    ? { isDiscontinued: { from: false, to: true } }
    : item.changes;
  return entries(changes).map(([field, { from, to }]): Line => {
    const outcome = status === "synced" ? synced(field, record, to) : pending(item);
    const now = outcome === "changed_since" ? record[field] : to;
    return { modificationId, field, from: now, to: from, outcome };
  });
}

const synced = (field: FieldName, record: Pfa, to: FieldValue): Fate =>
  !sameValue(field, record[field], to)
    ? "changed_since"
    : NEVER.has(field)
    ? "breaks_rule"
    : "restored";

const pending = (item: Undone): Fate =>
  isCancelled(item) ? "cancelled" : item.status === "conflict" ? "conflict" : "waits";
