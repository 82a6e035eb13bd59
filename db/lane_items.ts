/** Items of lanes as people's decisions move them: queued again, discarded, put in another order. */
import type { Delta } from "../domain/delta.ts";
import type { Notice, RecordEvent } from "../domain/event.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { json, type Tenant, type Tx } from "./sql.ts";

/**
 * Locks the lanes of these records for a decision, in the order in which commits lock them; a record without a lane
 * has nothing to lock. The organization first, as commits do, so that nobody pauses it in between.
 */
export async function lockLanes(
  tx: Tx,
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): Promise<void> {
  await Promise.all([
    tx`select from organization where id = ${organizationId} for share`,
    tx`
      select from pfa_lane
      where organization_id = ${organizationId} and pfa_id = any(${pfaIds as string[]}::text[])
      order by pfa_id
      for update`,
  ]);
}

/** An item that goes to PEMS after all, with what still stands of its change. */
export interface Requeued {
  readonly modificationId: string;
  /** Undefined: as it is. */
  readonly changes: Delta | undefined;
}

/** Queues the items anew, with no attempt spent and never as they were frozen; their jobs run again. */
export const requeue = (tx: Tx, items: ReadonlyArray<Requeued>): Promise<unknown> =>
  items.length === 0 ? Promise.resolve() : tx`
    with input as materialized (
      select * from jsonb_to_recordset(${
    json(items)
  }::text::jsonb) as i ("modificationId" uuid, changes jsonb)
    ), queued as (
      update pfa_write_queue q
      set status = 'queued', payload = coalesce(i.changes, q.payload), retry_count = 0,
        last_error = null, write_id = null, scheduled_at = now()
      from input i where q.modification_id = i."modificationId"
    ), modified as (
      update pfa_modification m
      set sync_status = 'queued', sync_error = null, write_id = null, updated_at = now(),
        standing = nullif(coalesce(i.changes, m.standing), m.changes)
      from input i where m.id = i."modificationId"
      returning m.job_id
    )
    update sync_job set status = 'running', finished_at = null
    where status = 'completed' and id in (select job_id from modified)`;

/** Changes what still stands of the items, and nothing else. */
export const restate = (
  tx: Tx,
  items: ReadonlyArray<{ readonly modificationId: string; readonly changes: Delta }>,
): Promise<unknown> =>
  items.length === 0 ? Promise.resolve() : tx`
    with input as materialized (
      select * from jsonb_to_recordset(${
    json(items)
  }::text::jsonb) as i ("modificationId" uuid, changes jsonb)
    ), queued as (
      update pfa_write_queue q set payload = i.changes
      from input i where q.modification_id = i."modificationId"
    )
    update pfa_modification m set standing = nullif(i.changes, m.changes), updated_at = now()
    from input i where m.id = i."modificationId"`;

export interface Discarded {
  readonly modificationId: string;
  readonly reason: string;
}

/** Takes the items out of their lanes for good, audited in the name of whoever decided it. */
export const discardItems = (
  tx: Tx,
  { userId }: Pick<Tenant, "userId">,
  items: ReadonlyArray<Discarded>,
): Promise<unknown> =>
  items.length === 0 ? Promise.resolve() : tx`
    with input as materialized (
      select * from jsonb_to_recordset(${
    json(items)
  }::text::jsonb) as i ("modificationId" uuid, reason text)
    ), gone as (
      delete from pfa_write_queue q using input i where q.modification_id = i."modificationId"
      returning q.*
    ), kept as (
      insert into pfa_write_done (id, modification_id, pfa_id, organization_id, operation, payload,
        status, priority, retry_count, max_retries, last_attempt_at, last_error, scheduled_at,
        completed_at, created_at, write_id)
      select id, modification_id, pfa_id, organization_id, operation, payload, 'discarded', priority,
        retry_count, max_retries, last_attempt_at, last_error, scheduled_at, now(), created_at, null
      from gone
    ), discarded as (
      update pfa_modification m
      set sync_status = 'discarded', sync_error = i.reason, updated_at = now()
      from input i where m.id = i."modificationId"
      returning m.*
    )
    insert into audit_entry (organization_id, event_type, user_id, pfa_id, modification_id, job_id,
      details)
    select organization_id, 'DISCARD', ${userId}::uuid, pfa_id, id, job_id,
      jsonb_build_object('changes', coalesce(standing, changes), 'author', user_id,
        'reason', sync_error)
    from discarded`;

/** Puts the items of a lane that are not frozen into this order; those not named follow as they were. */
export const putFirst = (
  tx: Tx,
  { organizationId, pfaId }: { readonly organizationId: string; readonly pfaId: string },
  modificationIds: ReadonlyArray<string>,
) => tx`select put_first(${organizationId}, ${pfaId}, ${modificationIds as string[]}::uuid[])`;

/** The lanes go on as their heads say, and the worker is rung for. */
export const followHeads = (
  tx: Tx,
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): Promise<unknown> =>
  Promise.all([
    tx`select follow_heads(${organizationId}, ${pfaIds as string[]}::text[])`,
    tx`
      select pg_notify('pfa_work', coalesce(connection_id::text, '')) from organization
      where id = ${organizationId}`,
  ]);

/** News of a decision: each item's badge where it goes on, and all the records to be read again. */
export function decidedNotices(
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
  requeued: ReadonlyArray<{ readonly pfaId: string; readonly modificationId: string }>,
): Notice[] {
  const at = new Date().toISOString();
  const again = requeued.map(({ pfaId, modificationId }): RecordEvent => ({
    type: "SYNC_RETRYING",
    organizationId,
    at,
    pfaId,
    modificationId,
    sync: { status: "queued", modificationId },
  }));
  return [
    ...again,
    ...mirrorNotices(organizationId, pfaIds),
  ];
}
