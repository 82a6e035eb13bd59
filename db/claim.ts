/** Claiming: lanes leased to a worker, each with its place in the budget of calls, in one statement. */
import type { Delta } from "../domain/delta.ts";
import type { Remote } from "../domain/outcome.ts";
import type { Operation, Policies } from "../domain/threeway.ts";
import { ALONE_AFTER, type Item } from "../domain/turn.ts";
import type { Decided } from "./conflicts.ts";
import { remoteOf } from "./mirror.ts";
import type { Sql } from "./sql.ts";

/** Who holds a lane: every later step names it, and does nothing once the token has moved on. */
export interface Lease {
  readonly organizationId: string;
  readonly pfaId: string;
  readonly workerId: string;
  /** Decimal text: tokens outgrow a double. */
  readonly fencingToken: string;
}

/** A write frozen in an earlier turn, to be resent as it was or inquired after. */
export interface Frozen {
  readonly id: string;
  readonly operation: Operation;
  readonly version: number;
  /** Exact JSON text of the request. */
  readonly body: string;
  readonly delta: Delta;
  readonly modifiedBy: string;
  /** A copy may have been executed. */
  readonly unknown: boolean;
  /** Times it was put on the wire. */
  readonly sends: number;
  /** Ms since it was last put on the wire. */
  readonly sentAgoMs: number;
  /** What a policy decided in it, until it has been recorded with the first freeze. */
  readonly decided?: Decided;
}

/** A place in the budget. */
export interface Call {
  /** In how many ms it may start. */
  readonly inMs: number;
  /** Its number when it counts as left already, being due at once; otherwise it is asked for when it leaves. */
  readonly departure: string | null;
}

export interface Claim {
  readonly lease: Lease;
  readonly connectionId: string;
  readonly organizationCode: string;
  readonly policies: Policies;
  readonly call: Call;
  /** Attempts spent by this turn. */
  readonly attempts: number;
  /** Leases lost in a row. */
  readonly losses: number;
  /** All that is pending at the head of the lane, in its order, up to a dead letter; with `frozen`, only what it carries. */
  readonly items: ReadonlyArray<Item>;
  readonly mirror: Remote;
  readonly frozen: Frozen | undefined;
}

export interface Want {
  readonly workerId: string;
  readonly connectionId: string;
  readonly limit: number;
  /** Lanes the worker is busy with; a lane that must be carried alone is not for a busy one. */
  readonly busy: number;
  /** How far ahead calls are reserved, in ms. */
  readonly horizonMs: number;
  readonly leaseMs: number;
}

/** A lane's items are claimed up to this number; the rest goes in a later turn. */
const MOST_ITEMS = 100;

/** Leases the lanes whose turn has come, no more than the budget lets start within the horizon. */
export async function claim(worker: Sql, want: Want): Promise<ReadonlyArray<Claim>> {
  const { workerId, connectionId, limit, busy, horizonMs, leaseMs } = want;
  const rows = await worker<Array<{ claim: Row }>>`
    with due as materialized ( -- materialized: the limit is applied once, no extra lane is locked
      select organization_id, pfa_id, priority, turn, losses
      from pfa_lane
      where connection_id = ${connectionId} and state = 'ready' and not paused
        -- a commit may have slipped past the pause of its organization
        and organization_id <> all (array(select id from organization where pause is not null))
      order by priority, turn
      limit least(${limit}::int, open_calls(${connectionId}, ${horizonMs}::int * interval '1 ms'))
      for update skip locked
    ), numbered as (
      select *, row_number() over (order by priority, turn) as nth,
        count(*) filter (where losses >= ${ALONE_AFTER}) over (order by priority, turn) as lone
      from due
    ), chosen as ( -- a lane to be carried alone waits until the worker has nothing else, and all behind it too
      select * from numbered where lone = 0 or nth = 1 and ${busy} = 0
    ), called as materialized (
      select row_number() over (order by send_at) as nth, departure, send_at
      from (
        select count(*)::int as lanes, array[
          coalesce(max(turn) filter (where priority = 0), 0),
          coalesce(max(turn) filter (where priority = 1), 0),
          coalesce(max(turn) filter (where priority = 2), 0)] as served
        from chosen
      ) wanted, reserve_calls(${connectionId}, lanes, ${horizonMs}::int * interval '1 ms', served)
    ), leased as (
      update pfa_lane l
      set state = 'leased', lease_owner = ${workerId}, fencing_token = nextval('fencing_token'),
        leased_until = clock_timestamp() + ${leaseMs}::int * interval '1 ms'
      from chosen c join called using (nth)
      where l.organization_id = c.organization_id and l.pfa_id = c.pfa_id
      returning l.*, called.departure, called.send_at
    )
    select jsonb_build_object(
      'organizationId', l.organization_id, 'pfaId', l.pfa_id, 'token', l.fencing_token::text,
      'code', o.code, 'policies', o.conflict_policy, 'attempts', l.attempts,
      'losses', l.losses,
      'departure', l.departure::text, 'inMs', extract(epoch from l.send_at - clock_timestamp()) * 1000,
      'mirror', to_jsonb(m), 'items', items.list,
      'frozen', case when w.id is not null then jsonb_build_object('id', w.id,
        'operation', w.operation, 'version', w.version, 'body', w.body, 'delta', w.delta,
        'modifiedBy', w.modified_by, 'unknown', w.unknown, 'sends', w.sends,
        'sentAgoMs', extract(epoch from clock_timestamp() - w.sent_at) * 1000) end
    ) as claim
    from leased l
    join organization o on o.id = l.organization_id
    join pfa_mirror m on m.organization_id = l.organization_id and m.pfa_id = l.pfa_id
    left join pems_write w on w.id = l.write_id
    cross join lateral (
      select jsonb_agg(jsonb_build_object('modificationId', q.modification_id, 'userId', d.user_id,
        'modifiedBy', coalesce(u.email, u.username), 'operation', q.operation, 'origin', d.origin,
        'changes', q.payload, 'reason', d.change_reason, 'jobId', d.job_id,
        'traceparent', d.traceparent) order by q.id) as list
      from (
        select *, count(*) filter (where status in ('dead', 'conflict')) over (order by id) as barred
        from pfa_write_queue
        where organization_id = l.organization_id and pfa_id = l.pfa_id
          and (l.write_id is null or write_id = l.write_id)
        order by id
        limit ${MOST_ITEMS}
      ) q
      join pfa_modification d on d.id = q.modification_id
      join app_user u on u.id = d.user_id
      where q.barred = 0
    ) items
    order by l.send_at`;
  return rows.map(({ claim }) => claimOf(claim, want));
}

interface Row {
  readonly organizationId: string;
  readonly pfaId: string;
  readonly token: string;
  readonly code: string;
  readonly policies: Policies;
  readonly attempts: number;
  readonly losses: number;
  readonly departure: string | null;
  readonly inMs: number;
  readonly mirror: { readonly [column: string]: unknown };
  readonly items: ReadonlyArray<Item>;
  readonly frozen: Frozen | null;
}

const claimOf = (row: Row, { workerId, connectionId }: Want): Claim => ({
  lease: {
    organizationId: row.organizationId,
    pfaId: row.pfaId,
    workerId,
    fencingToken: row.token,
  },
  connectionId,
  organizationCode: row.code,
  policies: row.policies,
  call: { inMs: row.inMs, departure: row.departure },
  attempts: row.attempts,
  losses: row.losses,
  items: row.items,
  mirror: remoteOf(row.mirror),
  frozen: row.frozen ?? undefined,
});

/**
 * When something may be claimed on the connection again: ms from now, 0 for at once, undefined when nothing waits.
 * A delayed lane counts from its due time, a ready one from the next free call less the horizon.
 */
export async function nextTurn(
  worker: Sql,
  connectionId: string,
  horizonMs: number,
): Promise<number | undefined> {
  const [row] = await worker<[{ in_ms: number | null }]>`
    select extract(epoch from min(at) - clock_timestamp())::float8 * 1000 as in_ms
    from (
      select min(due_at) as at from pfa_lane
      where connection_id = ${connectionId} and state = 'delayed' and not paused
      union all
      select greatest(next_send_at, not_before) - ${horizonMs}::int * interval '1 ms'
      from pems_connection c
      where id = ${connectionId} and circuit = 'closed' and exists (
        select from pfa_lane
        where connection_id = c.id and state = 'ready' and not paused
          and organization_id <> all (array(select id from organization where pause is not null)))
    ) waiting`;
  return row.in_ms === null ? undefined : Math.max(row.in_ms, 0);
}

/** Makes delayed lanes whose time has come ready. */
export const wakeDelayed = (worker: Sql, connectionId: string) =>
  worker`
    update pfa_lane set state = 'ready'
    where connection_id = ${connectionId} and state = 'delayed' and due_at <= clock_timestamp()`;
