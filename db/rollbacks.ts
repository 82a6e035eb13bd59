/** Rollbacks: what they start from, locked with the lanes, and what they come to, as one job. */
import type { Delta, Edits } from "../domain/delta.ts";
import { applied, entries } from "../domain/delta.ts";
import type { Remote } from "../domain/outcome.ts";
import type { Pfa } from "../domain/pfa.ts";
import type { Undone } from "../domain/rollback.ts";
import { record } from "./audit.ts";
import { insertDecided } from "./decided.ts";
import { enqueue } from "./enqueue.ts";
import { discardItems, followHeads, lockLanes } from "./lane_items.ts";
import { remoteOf } from "./mirror.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { announce } from "./notices.ts";
import type { Tenant, Tx } from "./sql.ts";

type Columns = { readonly [column: string]: unknown };

export interface Present {
  readonly pems: Remote;
  /** What is pending, in the order of the lane. */
  readonly lane: ReadonlyArray<Undone>;
}

/** The records as they stand, locked with their lanes; those that are not there are left out. */
export async function lockPresent(
  tx: Tx,
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, Present>> {
  await lockLanes(tx, organizationId, pfaIds);
  const rows = await tx<Array<{ pfa_id: string; mirror: Columns; lane: Undone[] }>>`
    select m.pfa_id, to_jsonb(m) as mirror, coalesce((
      select jsonb_agg(jsonb_build_object('modificationId', q.modification_id,
        'operation', q.operation, 'status', d.sync_status, 'changes', q.payload,
        'onWire', q.status in ('syncing', 'unknown') or coalesce(q.write_id = l.write_id, false)
          -- claimed, and just about to be frozen
          or (l.state = 'leased' and l.write_id is null)) order by q.id)
      from pfa_write_queue q
      join pfa_modification d on d.id = q.modification_id
      join pfa_lane l on l.organization_id = q.organization_id and l.pfa_id = q.pfa_id
      where q.organization_id = m.organization_id and q.pfa_id = m.pfa_id), '[]') as lane
    from pfa_mirror m
    where m.organization_id = ${organizationId} and m.pfa_id = any(${pfaIds as string[]}::text[])`;
  return new Map(
    rows.map(({ pfa_id, mirror, lane }) => [pfa_id, { pems: remoteOf(mirror), lane }]),
  );
}

/** The record with these pending changes in it. */
export const overlaid = (pems: Pfa, pending: ReadonlyArray<Undone>): Pfa =>
  pending.reduce(
    (record, { operation, changes }) =>
      operation === "DELETE" ? { ...record, isDiscontinued: true } : applied(record, changes),
    pems,
  );

/** The record as it was at a version; undefined when that is not known. */
export async function findVersion(
  tx: Tx,
  { organizationId, pfaId, version }: {
    readonly organizationId: string;
    readonly pfaId: string;
    readonly version: number;
  },
): Promise<Pfa | undefined> {
  const [row] = await tx<Array<{ record: Columns }>>`
    select record from (
      select to_jsonb(m) as record, version, now() as known from pfa_mirror m
      where organization_id = ${organizationId} and pfa_id = ${pfaId}
      union all
      select record, version, replaced_at from pfa_mirror_history
      where organization_id = ${organizationId} and pfa_id = ${pfaId}
    ) v
    where version = ${version}
    order by known desc limit 1`;
  return row && remoteOf(row.record).record;
}

/** The newest value that our own writes gave each field after that version. */
export async function ownSince(
  tx: Tx,
  { organizationId, pfaId, version }: {
    readonly organizationId: string;
    readonly pfaId: string;
    readonly version: number;
  },
): Promise<Edits> {
  const rows = await tx<Array<{ delta: Delta }>>`
    select w.delta from pfa_modification m join pems_write w on w.id = m.write_id
    where m.organization_id = ${organizationId} and m.pfa_id = ${pfaId}
      and m.sync_status = 'synced' and m.pems_version > ${version}
    order by m.pems_version`;
  return Object.fromEntries(
    rows.flatMap(({ delta }) => entries(delta).map(([name, { to }]) => [name, to])),
  );
}

/** A modification of a job, as it was when it was read. */
export interface JobItem extends Omit<Undone, "onWire"> {
  readonly pfaId: string;
}

/** The modifications of the job, newest first. */
export const listUndone = (tx: Tx, organizationId: string, jobId: string): Promise<JobItem[]> =>
  tx<JobItem[]>`
    select id as "modificationId", pfa_id as "pfaId", operation, sync_status as status,
      coalesce(standing, changes) as changes
    from pfa_modification
    where organization_id = ${organizationId} and job_id = ${jobId}
    order by committed_nth desc`;

export interface Rollback {
  readonly reason: string;
  readonly maxRetries: number;
  /** What is written back, by record. */
  readonly written: ReadonlyArray<
    { readonly pfaId: string; readonly changes: Delta; readonly baseVersion: number }
  >;
  readonly cancelled: ReadonlyArray<{ readonly pfaId: string; readonly modificationId: string }>;
  /** For the trail: what was rolled back. */
  readonly of: { readonly targetVersion: number } | { readonly job: string };
}

/** Cancels and queues as one job; returns it with the new modifications by record. */
export async function recordRollback(
  tx: Tx,
  tenant: Tenant,
  { reason, maxRetries, written, cancelled, of }: Rollback,
): Promise<{ readonly jobId: string; readonly made: ReadonlyMap<string, string> }> {
  const { organizationId, userId } = tenant;
  const why = `Rolled back: ${reason}`;
  await discardItems(
    tx,
    tenant,
    cancelled.map(({ modificationId }) => ({ modificationId, reason: why })),
  );
  const freed = [...new Set(cancelled.map(({ pfaId }) => pfaId))];
  if (freed.length > 0) await followHeads(tx, organizationId, freed);
  const made = await insertDecided(
    tx,
    tenant,
    written.map((one) => ({ ...one, origin: "rollback" as const, changeReason: reason })),
  );
  const { jobId } = await enqueue(tx, {
    ...tenant,
    kind: "rollback",
    modificationIds: [...made.values()],
    priority: "normal",
    maxRetries,
    changeReason: reason,
  });
  const entry = { eventType: "ROLLBACK" as const, organizationId, userId, jobId };
  await record(tx, [
    ...written.map(({ pfaId, changes }) => ({
      ...entry,
      pfaId,
      modificationId: made.get(pfaId),
      details: { ...of, reason, outcome: "restored", changes },
    })),
    ...cancelled.map((one) => ({
      ...entry,
      ...one,
      details: { ...of, reason, outcome: "cancelled" },
    })),
  ]);
  const pfaIds = [...new Set([...freed, ...made.keys()])];
  await announce(tx, mirrorNotices(organizationId, pfaIds));
  return { jobId, made };
}
