/** Drafts, and what a decision puts in their place, become queued: one job, its queue items and lanes, its audit and its bell, in one transaction. */
import type { Priority } from "../domain/status.ts";
import { PRIORITIES } from "../domain/status.ts";
import type { QueuedEvent } from "../domain/event.ts";
import { findStuck, forward } from "./forwarding.ts";
import { EVENT, WORK } from "./notices.ts";
import { json, type Tx } from "./sql.ts";

export interface Commit {
  readonly organizationId: string;
  /** Who commits. */
  readonly userId: string;
  /** What the job is; a commit unless said. */
  readonly kind?: "commit" | "rollback";
  /** Checked drafts of the organization, locked by this transaction; or made by it, as committed. */
  readonly modificationIds: ReadonlyArray<string>;
  readonly priority: Priority;
  readonly maxRetries: number;
  /** Stands in for the modifications' own reasons where they have none. */
  readonly changeReason?: string | undefined;
  /** W3C's traceparent of the request; undefined while nothing is traced. */
  readonly traceparent?: string | undefined;
}

/**
 * Queues them; set-based, whatever their number.
 * @returns the job, and how many modifications it queued
 */
export async function enqueue(
  tx: Tx,
  commit: Commit,
): Promise<{ readonly jobId: string; readonly queuedCount: number }> {
  const {
    organizationId,
    userId,
    maxRetries,
    changeReason = null,
    kind = "commit",
    traceparent = null,
  } = commit;
  const ids = commit.modificationIds as string[];
  const priority = PRIORITIES.indexOf(commit.priority);
  const event: Omit<QueuedEvent, "jobId"> = {
    type: "SYNC_QUEUED",
    organizationId,
    at: new Date().toISOString(),
    queuedCount: ids.length,
  };
  // Sent together, run in this order. One lane after the other by id, so that two commits never wait for each other
  // in a circle; the lanes are locked before their items are numbered, so that an item's number is its place in its lane.
  const [, [job], stuck] = await Promise.all([
    lanes(tx, { organizationId, ids, priority }),
    tx<[{ id: string }]>`
      with job as (
        insert into sync_job (organization_id, kind, status, user_id, reason, total, started_at)
        values (${organizationId}, ${kind}, 'running', ${userId}, ${changeReason}, ${ids.length}, now())
        returning id
      ), committed as (
        update pfa_modification m
        set sync_status = 'queued', job_id = job.id, committed_at = now(), updated_at = now(),
          committed_nth = nextval('commit_order'),
          change_reason = coalesce(m.change_reason, ${changeReason}), traceparent = ${traceparent}
        from job
        where m.id = any(${ids}::uuid[]) and m.sync_status in ('draft', 'committed')
        returning m.*
      ), queued as (
        insert into pfa_write_queue (modification_id, pfa_id, organization_id, operation, payload,
          priority, max_retries)
        select id, pfa_id, organization_id, operation, changes, ${priority}, ${maxRetries}
        from committed
        order by committed_nth
      ), audited as (
        insert into audit_entry (organization_id, event_type, user_id, pfa_id, modification_id,
          job_id, details)
        select organization_id, 'COMMIT', ${userId}::uuid, pfa_id, id, job_id,
          jsonb_build_object('operation', operation, 'baseVersion', base_version, 'changes', changes,
            'author', user_id, 'reason', change_reason)
        from committed
      )
      select id, pg_notify(${EVENT},
        jsonb_build_array(${json(event)}::text::jsonb || jsonb_build_object('jobId', id))::text)
      from job`,
    findStuck(tx, ids),
  ]);
  if (stuck.length > 0) await forward(tx, commit, { lanes: stuck, ids });
  return { jobId: job.id, queuedCount: ids.length };
}

interface Lanes {
  readonly organizationId: string;
  readonly ids: string[];
  readonly priority: number;
}

/**
 * A lane per record of the drafts: new ones get the organization's next turns, known ones one more pending item.
 * Rings for the connection. The organization is locked, so that nobody pauses or moves it in between unseen.
 */
const lanes = (tx: Tx, { organizationId, ids, priority }: Lanes) =>
  tx`
    with org as (
      select o.id, o.connection_id, o.pause is not null as paused,
        coalesce(c.turns[${priority}::int + 1], 0) as served
      from organization o left join pems_connection c on c.id = o.connection_id
      where o.id = ${organizationId}
      for share of o
    ), record as materialized (
      select pfa_id, count(*)::int as items, row_number() over (order by pfa_id) as nth
      from pfa_modification
      where id = any(${ids}::uuid[])
      group by pfa_id
    ), turn as (
      insert into organization_turn as t (organization_id, priority, turn)
      select id, ${priority}, served + (select count(*) from record) from org
      on conflict (organization_id, priority) do update
      set turn = greatest(t.turn, (select served from org)) + (select count(*) from record)
      returning turn - (select count(*) from record) as base
    ), laned as (
      insert into pfa_lane as l (organization_id, pfa_id, connection_id, paused, priority, turn, pending)
      select org.id, record.pfa_id, org.connection_id, org.paused, ${priority},
        turn.base + record.nth, record.items
      from org, turn, record
      order by record.pfa_id
      on conflict (organization_id, pfa_id) do update
      set pending = l.pending + excluded.pending,
        turn = case when excluded.priority < l.priority then excluded.turn else l.turn end,
        priority = least(l.priority, excluded.priority)
      returning connection_id
    )
    select pg_notify(${WORK}, coalesce(connection_id::text, '')) from laned limit 1`;
