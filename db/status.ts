/** How an organization's sync stands: counts of its modifications, and what its health is judged by. */
import type { SyncCounts } from "../domain/event.ts";
import { type HealthFacts, judgeHealth } from "../domain/status.ts";
import type { Runner, Tx } from "./sql.ts";

/** Narrows the counts to modifications in this state, committed in this time. */
export interface CountFilter {
  readonly status: string | null;
  /** ISO instants; `from` inclusive, `to` exclusive. */
  readonly from: string | null;
  readonly to: string | null;
}

export const EVERYTHING: CountFilter = { status: null, from: null, to: null };

/** Counts, times and health of the transaction's organization. */
export async function syncCounts(
  tx: Tx,
  writeSync: boolean,
  filter: CountFilter = EVERYTHING,
): Promise<SyncCounts> {
  const pending = await pendingCounts(tx, filter);
  const completed = await completedCount(tx, filter);
  const [times, facts] = [await syncTimes(tx), await healthFacts(tx)];
  const narrowed = filter !== EVERYTHING;
  const all = narrowed ? await pendingCounts(tx, EVERYTHING) : pending;
  return {
    totalQueued: pending.queued + pending.retrying + pending.unknown,
    processing: pending.syncing,
    completed,
    failed: pending.failed,
    conflicts: pending.conflicts,
    deadLetters: pending.failed,
    waiting: pending.waiting,
    avgSyncTime: times.average,
    lastSyncAt: times.last?.toISOString() ?? null,
    nextSyncAt: times.next?.toISOString() ?? null,
    ...judgeHealth({
      ...facts,
      writeSync,
      pending: all.queued + all.retrying + all.unknown + all.syncing,
      troubled: all.retrying + all.unknown,
      deadLetters: all.failed,
    }),
  };
}

interface Pending {
  readonly queued: number;
  readonly retrying: number;
  readonly waiting: number;
  readonly syncing: number;
  readonly unknown: number;
  readonly conflicts: number;
  readonly failed: number;
}

async function pendingCounts(tx: Tx, { status, from, to }: CountFilter): Promise<Pending> {
  const [row] = await tx<[Pending]>`
    select count(*) filter (where state = 'queued')::int as queued,
      count(*) filter (where state = 'retrying')::int as retrying,
      count(*) filter (where state = 'waiting')::int as waiting,
      count(*) filter (where state = 'syncing')::int as syncing,
      count(*) filter (where state = 'unknown')::int as unknown,
      count(*) filter (where state = 'conflict')::int as conflicts,
      count(*) filter (where state = 'failed')::int as failed
    from (
      select case
          when m.sync_status not in ('committed', 'queued') then m.sync_status
          when l.state = 'blocked' then 'waiting'
          when l.attempts > 0 then 'retrying'
          else 'queued'
        end as state
      from pfa_modification m
      left join pfa_lane l on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id
      where m.organization_id = current_organization()
        and m.sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
        and (${from}::text is null or m.committed_at >= ${from}::text::timestamptz)
        and (${to}::text is null or m.committed_at < ${to}::text::timestamptz)
    ) s
    where ${status}::text is null or state = ${status}::text`;
  return row;
}

async function completedCount(tx: Tx, { status, from, to }: CountFilter): Promise<number> {
  if (status !== null && status !== "synced") return 0;
  const [row] = await tx<[{ count: number }]>`
    select count(*)::int from pfa_modification
    where organization_id = current_organization() and synced_at is not null
      and (${from}::text is null or committed_at >= ${from}::text::timestamptz)
      and (${to}::text is null or committed_at < ${to}::text::timestamptz)`;
  return row.count;
}

interface Times {
  /** Seconds, over the last hour. */
  readonly average: number | null;
  readonly last: Date | null;
  /** When the next waiting lane is due; null while none waits. */
  readonly next: Date | null;
}

async function syncTimes(tx: Tx): Promise<Times> {
  const [row] = await tx<[Times]>`
    select
      (select avg(extract(epoch from synced_at - committed_at))::float8 from pfa_modification
        where organization_id = current_organization() and synced_at > now() - interval '1 hour')
        as average,
      (select max(synced_at) from pfa_modification
        where organization_id = current_organization() and synced_at is not null) as last,
      (select case when count(*) > 0 then greatest(min(due_at), now()) end from pfa_lane
        where organization_id = current_organization() and state in ('ready', 'delayed')
          and not paused) as next`;
  return row;
}

type Facts = Pick<
  HealthFacts,
  "connected" | "pause" | "pauseReason" | "circuit" | "slowed" | "workerUnseenSeconds"
>;

async function healthFacts(tx: Tx): Promise<Facts> {
  const [row] = await tx<[Facts]>`
    select c.id is not null as connected, o.pause, o.pause_reason as "pauseReason", c.circuit,
      coalesce(current_rate(c.rate_limit, c.rate_now, c.rate_since) < c.rate_limit, false) as slowed,
      (select extract(epoch from now() - max(last_seen_at))::float8 from sync_worker)
        as "workerUnseenSeconds"
    from organization o left join pems_connection c on c.id = o.connection_id
    where o.id = current_organization()`;
  return row;
}

/** When any worker was last seen; undefined: never. */
export async function lastSeen(sql: Runner): Promise<Date | undefined> {
  const [row] = await sql<[{ at: Date | null }]>`
    select max(last_seen_at) as at from sync_worker`;
  return row.at ?? undefined;
}

/** Whether there is a PEMS for the transaction's organization. */
export async function hasConnection(tx: Tx): Promise<boolean> {
  const rows = await tx`
    select from organization where id = current_organization() and connection_id is not null`;
  return rows.length > 0;
}
