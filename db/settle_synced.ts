/** Settling successes together: what each would record in a transaction of its own, recorded in one for all of them. */
import type { Outcome } from "../domain/outcome.ts";
import { record } from "./audit.ts";
import { noteAlive } from "./circuit.ts";
import { applyMirror } from "./mirror.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { announce } from "./notices.ts";
import type { Exchange, Settlement } from "./settle.ts";
import type { Sql, Tx } from "./sql.ts";
import { auditOf, noticesOf } from "./story.ts";

/** A write that PEMS answered with its success, and nothing beside it to decide or to tell. */
export interface Success extends Settlement {
  readonly writeId: string;
  readonly exchange: Exchange;
  readonly outcome: Extract<Outcome, { _tag: "Synced" }>;
}

export const isSuccess = (settlement: Settlement): settlement is Success => {
  const { outcome, exchange, writeId } = settlement;
  return outcome._tag === "Synced" && outcome.evidence === "answer" &&
    outcome.auto === undefined && exchange?.status === 200 && writeId !== undefined;
};

/** As {@link settle}: how many other items of its lane are pending; false: the lease was lost, nothing is changed. */
export type Left = number | false;

/** Records them whole or not at all; one whose lease was lost is left out, the others are not held up by it. */
export const settleSynced = (
  worker: Sql,
  successes: ReadonlyArray<Success>,
): Promise<ReadonlyArray<Left>> =>
  worker.begin(async (tx) => {
    const lanes = await lockLeased(tx, successes);
    const held = successes.flatMap((success, nth) => {
      const lane = lanes.get(nth);
      return lane === undefined
        ? []
        : [{ success, lane, left: lane.pending - success.items.length }];
    });
    if (held.length > 0) {
      const settled = held.map(({ success }) => success);
      // Sent in this order, for each begins its statements when it is called.
      await Promise.all([
        complete(tx, settled),
        recorded(tx, settled),
        announce(
          tx,
          held.flatMap(({ success, lane, left }) =>
            noticesOf(success, { left, stuck: lane.stuck })
          ),
        ),
        // Once the lanes are given up.
        applyParked(tx, settled),
      ]);
    }
    const lefts = new Map(held.map(({ success, left }) => [success, left]));
    return successes.map((success) => lefts.get(success) ?? false);
  }) as Promise<ReadonlyArray<Left>>;

interface Lane {
  readonly pending: number;
  /** A dead letter or a conflict is in it. */
  readonly stuck: boolean;
}

/** The lanes whose lease still holds, by place; locked in the order in which commits lock them. */
async function lockLeased(
  tx: Tx,
  successes: ReadonlyArray<Success>,
): Promise<ReadonlyMap<number, Lane>> {
  const leases = successes.map(({ claim }) => claim.lease);
  const rows = await tx<Array<Lane & { nth: number }>>`
    select i.nth::int - 1 as nth, l.pending, exists (
      select from pfa_write_queue q
      where q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
        and q.status in ('dead', 'conflict')) as stuck
    from unnest(${leases.map((one) => one.organizationId)}::uuid[],
      ${leases.map((one) => one.pfaId)}::text[], ${
    leases.map((one) => one.fencingToken)
  }::bigint[]) with ordinality i (organization_id, pfa_id, token, nth)
    join pfa_lane l on l.organization_id = i.organization_id and l.pfa_id = i.pfa_id
      and l.fencing_token = i.token and l.lease_owner is not null
    order by l.organization_id, l.pfa_id
    for update of l`;
  return new Map(rows.map(({ nth, ...lane }) => [nth, lane]));
}

/** What is kept of each: its attempt, its audit, PEMS's record, the sign of life. */
const recorded = (tx: Tx, held: ReadonlyArray<Success>): Promise<unknown> =>
  Promise.all([
    attempts(tx, held),
    record(tx, held.flatMap(auditOf)),
    applyMirror(
      tx,
      held.flatMap(({ claim: { lease }, outcome: { remote } }) =>
        remote === undefined ? [] : [{ ...lease, remote, origin: "write" }]
      ),
    ),
    ...[...new Set(held.map(({ claim }) => claim.connectionId))].map((id) => noteAlive(tx, id)),
  ]);

/** The items leave the hot table; each lane goes on with what is pending behind them, or ends. */
function complete(tx: Tx, held: ReadonlyArray<Success>): Promise<unknown> {
  const done = held.flatMap(({ items, writeId, outcome: { version } }) =>
    items.map(({ modificationId }) => ({ modificationId, writeId, version }))
  );
  const ids = done.map((one) => one.modificationId);
  const writeIds = done.map((one) => one.writeId);
  const records = Map.groupBy(held, ({ claim }) => claim.lease.organizationId);
  return Promise.all([
    tx`
      with finished as (
        delete from pfa_write_queue q
        using unnest(${ids}::uuid[], ${writeIds}::uuid[]) as s (id, write_id)
        where q.modification_id = s.id
        returning q.*, s.write_id as carried_by
      )
      insert into pfa_write_done (id, modification_id, pfa_id, organization_id, operation, payload,
        status, priority, retry_count, max_retries, last_attempt_at, last_error, scheduled_at,
        completed_at, created_at, write_id)
      select id, modification_id, pfa_id, organization_id, operation, payload, 'completed', priority,
        retry_count, max_retries, last_attempt_at, last_error, scheduled_at, now(), created_at,
        carried_by
      from finished`,
    tx`
      update pfa_modification m
      set sync_status = 'synced', synced_at = clock_timestamp(), pems_version = s.version,
        sync_error = null, write_id = s.write_id, updated_at = now()
      from unnest(${ids}::uuid[], ${writeIds}::uuid[], ${
      done.map((one) => one.version)
    }::int[]) as s (id, write_id, version)
      where m.id = s.id`,
    ...[...records].map(([organizationId, ones]) =>
      tx`select follow_heads(${organizationId}, ${
        ones.map(({ claim }) => claim.lease.pfaId)
      }, released => true)`
    ),
    tx`
      update pems_write set outcome = 'Synced', settled_at = now()
      where id = any(${held.map((one) => one.writeId)}::uuid[])`,
  ]);
}

/** One try of each write, as the wire saw it. */
const attempts = (tx: Tx, held: ReadonlyArray<Success>) =>
  tx`
    insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
      latency_ms, status, outcome)
    select w.id, w.organization_id, w.pfa_id, w.sends, s.worker_id,
      clock_timestamp() - s.latency_ms * interval '1 ms', s.latency_ms::real, 200, 'Synced'
    from unnest(${held.map((one) => one.writeId)}::uuid[], ${
    held.map(({ claim }) => claim.lease.workerId)
  }::uuid[], ${held.map(({ exchange }) => exchange.latencyMs)}::float8[])
      as s (write_id, worker_id, latency_ms)
    join pems_write w on w.id = s.write_id`;

/** What read sync brought of the records meanwhile. */
async function applyParked(tx: Tx, held: ReadonlyArray<Success>): Promise<void> {
  const leases = held.map(({ claim }) => claim.lease);
  const moved = await tx<Array<{ organization_id: string; pfa_id: string }>>`
    select r.organization_id, r.pfa_id
    from (
      select * from unnest(${leases.map((one) => one.organizationId)}::uuid[],
        ${leases.map((one) => one.pfaId)}::text[]) as one (organization_id, pfa_id)
      order by organization_id, pfa_id
    ) r
    where case when exists (
      select from parked_row p where p.organization_id = r.organization_id and p.pfa_id = r.pfa_id)
      then apply_parked(r.organization_id, r.pfa_id) else false end`;
  for (const [organizationId, rows] of Map.groupBy(moved, (row) => row.organization_id)) {
    await announce(tx, mirrorNotices(organizationId, rows.map((row) => row.pfa_id)));
  }
}
