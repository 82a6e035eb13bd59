/** Rolling back: a record to an earlier version, or all that a job did; judged, then queued, in one transaction. */
import {
  findVersion,
  listUndone,
  lockPresent,
  overlaid,
  ownSince,
  type Present,
  recordRollback,
} from "../db/rollbacks.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import type { Delta } from "../domain/delta.ts";
import { type FieldName, isFieldName, MONEY_FIELDS } from "../domain/pfa.ts";
import {
  isCancelled,
  type Line,
  NEVER,
  rollbackItems,
  rollbackRecord,
  type Undoing,
  type Undone,
} from "../domain/rollback.ts";
import { requirePermission } from "./edit.ts";
import type { Membership } from "./env.ts";
import { broken, invalid, Problem, unknown } from "./problem.ts";

export interface RollingBack {
  readonly tenant: Tenant;
  readonly organization: Membership;
  /** Undefined: only a preview is wanted. */
  readonly reason: string | undefined;
  readonly maxRetries: number;
}

/** The reason, or undefined for a preview. Throws 422 without one. */
export function readReason(
  { reason, preview = false }: {
    readonly reason?: string | null;
    readonly preview?: boolean;
  },
): string | undefined {
  if (preview) return undefined;
  const said = reason?.trim();
  if (!said) throw broken([{ path: "reason", message: "Say why this is rolled back" }]);
  return said;
}

/** Fields that others changed and that are to be taken back all the same. Throws 400 and 422. */
export function readFields(fields: ReadonlyArray<string>): ReadonlySet<FieldName> {
  const at = (message: (name: string) => string) => (name: string) => ({
    path: "fields",
    message: message(name),
  });
  const strange = fields.filter((name) => !isFieldName(name));
  if (strange.length > 0) throw invalid(strange.map(at((name) => `${name} is no field`)));
  const named = fields.filter(isFieldName);
  const never = named.filter((name) => NEVER.has(name));
  if (never.length > 0) throw broken(never.map(at((name) => `${name} is never rolled back`)));
  return new Set(named);
}

export interface RecordTarget {
  readonly pfaId: string;
  readonly targetVersion: number;
  readonly fields: ReadonlySet<FieldName>;
}

export interface RolledBack {
  readonly changes: ReadonlyArray<Undoing>;
  /** Null: a preview. */
  readonly jobId: string | null;
  /** Null: a preview, or there was only something to cancel. */
  readonly modificationId: string | null;
}

/** Rolls a record back. Throws 403, 404, 409 or 422, and then nothing is changed. */
export async function rollBackRecord(
  tx: Tx,
  rolling: RollingBack,
  { pfaId, targetVersion, fields }: RecordTarget,
): Promise<RolledBack> {
  const { tenant, organization, reason, maxRetries } = rolling;
  const present = (await lockPresent(tx, tenant.organizationId, [pfaId])).get(pfaId);
  if (present === undefined) throw unknown(`This organization has no record ${pfaId}`);
  const at = { ...tenant, pfaId, version: targetVersion };
  const [target, own] = await Promise.all([findVersion(tx, at), ownSince(tx, at)]);
  if (target === undefined) throw unknown(`${pfaId} has no known version ${targetVersion}`);
  const { pems: { record: pems, version: baseVersion }, lane } = present;
  const past = { pems, seen: overlaid(pems, lane), target, own };
  const { changes, delta, broken: rules } = rollbackRecord(past, fields);
  if (reason === undefined) return { changes, jobId: null, modificationId: null };
  requireMoney(organization, [delta]);
  requireFree(pfaId, present);
  if (pems.isDiscontinued) {
    throw broken([{ path: "pfaId", message: `${pfaId} is discontinued and cannot be changed` }]);
  }
  if (rules.length > 0) {
    throw broken(rules.map(({ fields: [field], message }) => ({ path: field!, message })));
  }
  const isEmpty = Object.keys(delta).length === 0;
  if (isEmpty && lane.length === 0) {
    const message = "Nothing is left to roll back, but for what others have changed since";
    throw broken([{ path: "targetVersion", message }]);
  }
  const { jobId, made } = await recordRollback(tx, tenant, {
    reason,
    maxRetries,
    written: isEmpty ? [] : [{ pfaId, changes: delta, baseVersion }],
    cancelled: lane.map(({ modificationId }) => ({ pfaId, modificationId })),
    of: { targetVersion },
  });
  return { changes, jobId, modificationId: made.get(pfaId) ?? null };
}

function requireFree(pfaId: string, { lane }: Present): void {
  const held = lane.find((item) => !isCancelled(item));
  if (held === undefined) return;
  const why = held.status === "conflict"
    ? "its open conflict must be resolved first"
    : "a change of it is on its way, and its outcome must be known first";
  throw new Problem("moved_on", `Cannot roll ${pfaId} back yet: ${why}`);
}

function requireMoney(organization: Membership, deltas: ReadonlyArray<Delta>): void {
  const name = MONEY_FIELDS.find((name) => deltas.some((delta) => name in delta));
  if (name !== undefined) requirePermission(organization, "ViewFinancials", `roll ${name} back`);
}

export interface JobRolledBack {
  /** Null: a preview, or nothing of it can be rolled back. */
  readonly jobId: string | null;
  readonly changes: ReadonlyArray<Line & { readonly pfaId: string }>;
}

/** Rolls back what can be of a job, each record by itself; what cannot is told. Throws 403. */
export async function rollBackJob(
  tx: Tx,
  { tenant, organization, reason, maxRetries }: RollingBack,
  job: string,
): Promise<JobRolledBack> {
  const { organizationId } = tenant;
  const records = async () => {
    const items = await listUndone(tx, organizationId, job);
    return Map.groupBy(items, ({ pfaId }) => pfaId);
  };
  const presents = await lockPresent(tx, organizationId, [...(await records()).keys()]);
  // Read again: only now does nothing of it move any more.
  const undone = [...await records()].flatMap(([pfaId, items]) => {
    const present = presents.get(pfaId);
    return present === undefined ? [] : [{ pfaId, ...undo(present, items) }];
  });
  const changes = undone.flatMap(({ pfaId, lines }) => lines.map((line) => ({ pfaId, ...line })));
  if (reason === undefined) return { jobId: null, changes };
  requireMoney(organization, undone.map(({ delta }) => delta));
  const written = undone.filter(({ delta }) => Object.keys(delta).length > 0)
    .map(({ pfaId, delta, baseVersion }) => ({ pfaId, changes: delta, baseVersion }));
  const cancelled = undone.flatMap(({ pfaId, cancelled }) =>
    cancelled.map((modificationId) => ({ pfaId, modificationId }))
  );
  if (written.length + cancelled.length === 0) return { jobId: null, changes };
  const { jobId } = await recordRollback(tx, tenant, {
    reason,
    maxRetries,
    written,
    cancelled,
    of: { job },
  });
  return { jobId, changes };
}

/** What the job's items of one record come to, over what stays pending of it. */
function undo({ pems, lane }: Present, items: ReadonlyArray<Omit<Undone, "onWire">>) {
  const waiting = new Map(lane.map((item) => [item.modificationId, item]));
  const ours = items.map((item) => ({
    ...item,
    onWire: waiting.get(item.modificationId)?.onWire ?? false,
  }));
  const gone = new Set(ours.filter(isCancelled).map(({ modificationId }) => modificationId));
  const left = lane.filter(({ modificationId }) => !gone.has(modificationId));
  return { ...rollbackItems(overlaid(pems.record, left), ours), baseVersion: pems.version };
}
