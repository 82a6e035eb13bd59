/** Workers and their leases: kept by a heartbeat, taken over when it stops. */
import { ringForWork } from "./notices.ts";
import type { Runner, Sql } from "./sql.ts";

export interface Beat {
  readonly workerId: string;
  readonly leaseMs: number;
  /** Of what it runs. */
  readonly version: string;
  /** Fencing tokens of the lanes it is busy with; a lane leased in its name that it does not know of runs out. */
  readonly tokens: ReadonlyArray<string>;
}

/**
 * Keeps the leases the worker is busy with, and shows that it lives.
 * @returns the tokens that were kept; the others are lost
 */
export async function beat(
  worker: Sql,
  { workerId, leaseMs, version, tokens }: Beat,
): Promise<ReadonlyArray<string>> {
  const rows = await worker<Array<{ token: string }>>`
    with kept as (
      update pfa_lane
      set leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 ms'
      where state = 'leased' and lease_owner = ${workerId}
        and fencing_token = any(${tokens as string[]}::bigint[])
      returning fencing_token
    ), seen as (
      insert into sync_worker (id, in_flight, version)
      values (${workerId}, ${tokens.length}, ${version})
      on conflict (id) do update set last_seen_at = now(), in_flight = excluded.in_flight
    )
    select fencing_token::text as token from kept`;
  return rows.map((row) => row.token);
}

/**
 * Lanes whose lease ran out become ready for another worker. What had been frozen may have been sent: its fate is
 * unknown until PEMS's record tells.
 * @param all also those whose lease still runs: when no other worker can be alive
 * @returns how many lanes were taken back
 */
export async function takeBack(worker: Sql, all = false): Promise<number> {
  const [row] = await worker<[{ taken: number }]>`
    with lost as materialized (
      select organization_id, pfa_id, write_id, fencing_token from pfa_lane
      where state = 'leased' and (${all} or leased_until < clock_timestamp())
      for update skip locked
    ), lanes as (
      update pfa_lane l set state = 'ready', lease_owner = null, losses = l.losses + 1
      from lost
      where l.organization_id = lost.organization_id and l.pfa_id = lost.pfa_id
      returning 1
    ), writes as (
      -- under an older token it was not sent by this worker, and what became of it then is known;
      -- sent until now, however long it waited for its place: how late it may land counts from here
      update pems_write w set unknown = true, sent_at = greatest(w.sent_at, clock_timestamp())
      from lost
      where w.id = lost.write_id and w.fencing_token = lost.fencing_token returning w.id
    ), queued as (
      update pfa_write_queue q set status = 'unknown' from writes where q.write_id = writes.id
    ), modified as (
      update pfa_modification m set sync_status = 'unknown', updated_at = now()
      from writes where m.write_id = writes.id and m.sync_status = 'syncing'
      returning m.id, m.organization_id, m.pfa_id, m.write_id
    ), audited as (
      insert into audit_entry (organization_id, event_type, pfa_id, modification_id, write_id, details)
      select organization_id, 'RETRY', pfa_id, id, write_id,
        '{"outcome": "Unknown", "error": "The worker stopped before PEMS answered"}'
      from modified
    ), rung as (
      select distinct o.connection_id from lost join organization o on o.id = lost.organization_id
    )
    select (select count(*)::int from lanes) as taken,
      (select count(pg_notify('pfa_work', coalesce(connection_id::text, ''))) from rung)`;
  return row.taken;
}

/**
 * The worker stops: lanes it still holds are others' at once, and all are rung for, since a lane that waits for its
 * retry was known to the one that had it alone.
 */
export async function leave(worker: Sql, workerId: string): Promise<void> {
  await worker`
    with gone as (
      delete from sync_worker where id = ${workerId}
    )
    update pfa_lane set leased_until = '-infinity'
    where state = 'leased' and lease_owner = ${workerId}`;
  await takeBack(worker);
  await ringForWork(worker, null);
}

/** Workers that died without a word are forgotten after a day. */
export const forgetDead = (sql: Runner) =>
  sql`delete from sync_worker where last_seen_at < now() - interval '1 day'`;
