/** Dead letters as people decide about them: sent again, or given up. */
import type { Delta } from "../domain/delta.ts";
import type { QueuedEvent } from "../domain/event.ts";
import type { Operation } from "../domain/threeway.ts";
import { decidedNotices, discardItems, followHeads, lockLanes, requeue } from "./lane_items.ts";
import { announce } from "./notices.ts";
import type { Tenant, Tx } from "./sql.ts";

export interface LockedLetter {
  readonly id: string;
  readonly pfaId: string;
  /** Of the modification; `failed` while it is a dead letter. */
  readonly status: string;
  /** All that died with it in one write, itself included. */
  readonly together: ReadonlyArray<string>;
}

/** The organization's modifications of these ids, locked with their lanes; others are left out. */
export async function lockLetters(
  tx: Tx,
  organizationId: string,
  ids: ReadonlyArray<string>,
): Promise<ReadonlyArray<LockedLetter>> {
  const named = await tx<Array<{ pfa_id: string }>>`
    select distinct pfa_id from pfa_modification
    where organization_id = ${organizationId} and id = any(${ids as string[]}::uuid[])
      and sync_status <> 'draft'`;
  if (named.length === 0) return [];
  await lockLanes(tx, organizationId, named.map((row) => row.pfa_id));
  return await tx<LockedLetter[]>`
    select m.id, m.pfa_id as "pfaId", m.sync_status as status, array(
      select o.id::text from pfa_modification o
      where o.organization_id = m.organization_id and o.pfa_id = m.pfa_id
        and o.sync_status = 'failed' and o.write_id is not distinct from m.write_id) as together
    from pfa_modification m
    where m.organization_id = ${organizationId} and m.id = any(${ids as string[]}::uuid[])
      and m.sync_status <> 'draft'
    order by m.id`;
}

/** A dead letter as it would be corrected. */
export interface LetterToCorrect extends Pick<LockedLetter, "pfaId" | "status"> {
  readonly operation: Operation;
  /** What still stands of it. */
  readonly changes: Delta;
  readonly changeReason: string | null;
}

/** The organization's modification of this id, locked with its lane. */
export async function lockLetter(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<LetterToCorrect | undefined> {
  const [locked] = await lockLetters(tx, organizationId, [id]);
  if (locked === undefined) return undefined;
  const [letter] = await tx<[LetterToCorrect]>`
    select pfa_id as "pfaId", sync_status as status, operation,
      coalesce(standing, changes) as changes, change_reason as "changeReason"
    from pfa_modification where id = ${id}`;
  return letter;
}

export interface Replay {
  readonly letters: ReadonlyArray<LockedLetter>;
  readonly reason: string | null;
}

/**
 * Queues the dead letters anew as one job, in their places: each goes through a fresh turn, never with its old version.
 * @returns the job, and how many modifications it queued
 */
export async function replay(
  tx: Tx,
  tenant: Tenant,
  { letters, reason }: Replay,
): Promise<{ readonly jobId: string; readonly queuedCount: number }> {
  const total = new Set(letters.flatMap(({ together }) => together)).size;
  const jobId = await openReplay(tx, tenant, { total, reason });
  const ids = await release(tx, tenant, { letters, reason, jobId });
  return { jobId, queuedCount: ids.length };
}

/** The job of so many dead letters, running. */
export async function openReplay(
  tx: Tx,
  { organizationId, userId }: Tenant,
  { total, reason }: { readonly total: number; readonly reason: string | null },
): Promise<string> {
  const [job] = await tx<[{ id: string }]>`
    insert into sync_job (organization_id, kind, status, user_id, reason, total, started_at)
    values (${organizationId}, 'replay', 'running', ${userId}, ${reason}, ${total}, now())
    returning id`;
  return job.id;
}

/** Queues the dead letters anew under that job. Returns the modifications: all that died with them are among these. */
export async function release(
  tx: Tx,
  { organizationId, userId }: Tenant,
  { letters, reason, jobId }: Replay & { readonly jobId: string },
): Promise<ReadonlyArray<string>> {
  const pfaOf = new Map(
    letters.flatMap(({ together, pfaId }) => together.map((id) => [id, pfaId] as const)),
  );
  const ids = [...pfaOf.keys()];
  // The replay's job has them now: it is what Sync History shows them under.
  await tx`
    with audited as (
      insert into audit_entry (organization_id, event_type, user_id, pfa_id, modification_id, job_id,
        details)
      select organization_id, 'REPLAY', ${userId}::uuid, pfa_id, id, ${jobId}::uuid,
        jsonb_build_object('changes', coalesce(standing, changes), 'author', user_id,
          'reason', ${reason}::text, 'error', sync_error, 'jobBefore', job_id)
      from pfa_modification where id = any(${ids}::uuid[])
    )
    update pfa_modification set job_id = ${jobId} where id = any(${ids}::uuid[])`;
  await requeue(tx, ids.map((modificationId) => ({ modificationId, changes: undefined })));
  const pfaIds = [...new Set(pfaOf.values())];
  await followHeads(tx, organizationId, pfaIds);
  const queued: QueuedEvent = {
    type: "SYNC_QUEUED",
    organizationId,
    at: new Date().toISOString(),
    jobId,
    queuedCount: ids.length,
  };
  const moved = [...pfaOf].map(([modificationId, pfaId]) => ({ modificationId, pfaId }));
  await announce(tx, [queued, ...decidedNotices(organizationId, pfaIds, moved)]);
  return ids;
}

/** Gives the dead letters up; what waits behind them goes on, checked anew. */
export async function giveUp(
  tx: Tx,
  tenant: Tenant,
  { letters, reason }: { readonly letters: ReadonlyArray<LockedLetter>; readonly reason: string },
): Promise<void> {
  const pfaIds = [...new Set(letters.map(({ pfaId }) => pfaId))];
  await discardItems(tx, tenant, letters.map(({ id }) => ({ modificationId: id, reason })));
  await followHeads(tx, tenant.organizationId, pfaIds);
  await announce(tx, decidedNotices(tenant.organizationId, pfaIds, []));
}
