/** Settling: one turn's outcome recorded, whole or not at all, by whoever holds the lease. */
import { vitalSign } from "../domain/circuit.ts";
import type { Delta } from "../domain/delta.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Item } from "../domain/turn.ts";
import { closeAgreed } from "./agreed.ts";
import { type AuditEntry, record } from "./audit.ts";
import type { Claim } from "./claim.ts";
import { noteAlive, noteFailure, openCircuit } from "./circuit.ts";
import { openConflict, recordPolicy } from "./conflicts.ts";
import { applyMirror } from "./mirror.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { announce } from "./notices.ts";
import { notify } from "./notifications.ts";
import { pauseForCredentials } from "./pause.ts";
import type { Sql, Tx } from "./sql.ts";
import { auditOf, inDoubt, noticesOf, notificationOf } from "./story.ts";

/** What the wire saw of one call; status null when no answer came. */
export interface Exchange {
  readonly latencyMs: number;
  readonly status: number | null;
  readonly error: string | null;
}

export interface Settlement {
  readonly claim: Claim;
  /** The items this turn was about. */
  readonly items: ReadonlyArray<Item>;
  readonly delta: Delta;
  /** The frozen write; undefined when the turn was settled without a request. */
  readonly writeId: string | undefined;
  readonly exchange: Exchange | undefined;
  readonly outcome: Outcome;
}

/**
 * Records the outcome with its mirror, history, attempt, audit and news in one transaction.
 * @param probeMs if this opens the circuit: ms before PEMS is first asked whether it is back
 * @returns how many other items of the lane are pending; false when the lease was lost meanwhile: nothing is changed,
 * its new holder settles
 */
export async function settle(
  worker: Sql,
  settlement: Settlement,
  probeMs: number,
): Promise<number | false> {
  const left = await inOneTransaction(worker, settlement);
  const { claim: { lease, connectionId }, outcome, exchange } = settlement;
  // After it, not in it: pausing takes every lane of the organization, and other settlements hold theirs. A worker
  // that dies in between leaves a lane that is refused once more.
  if (left !== false && outcome._tag === "Refused") {
    await pauseForCredentials(worker, lease, outcome.error);
  }
  if (left !== false && signOf(settlement) === "failed") {
    await openCircuit(worker, {
      connectionId,
      workerId: lease.workerId,
      error: exchange!.error ?? "no answer",
      certain: outcome._tag === "Outage",
      probeMs,
    });
  }
  return left;
}

const inOneTransaction = (worker: Sql, settlement: Settlement): Promise<number | false> =>
  worker.begin(async (tx) => {
    const { claim: { lease }, outcome } = settlement;
    const held = await tx<Array<{ pending: number; stuck: boolean }>>`
      select pending, exists (
        select from pfa_write_queue q
        where q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
          and q.status in ('dead', 'conflict')) as stuck
      from pfa_lane l
      where organization_id = ${lease.organizationId} and pfa_id = ${lease.pfaId}
        and fencing_token = ${lease.fencingToken} and state = 'leased'
      for update`;
    if (held.length === 0) return false;
    const left = held[0]!.pending - settlement.items.length;
    const entries: AuditEntry[] = auditOf(settlement);
    const steps: Array<Promise<unknown> | undefined> = [
      move(tx, settlement),
      attempt(tx, settlement),
      record(tx, entries),
      announce(tx, noticesOf(settlement, { left, stuck: held[0]!.stuck })),
    ];
    if ("remote" in outcome && outcome.remote !== undefined) {
      steps.push(applyMirror(tx, [{
        ...lease,
        remote: outcome.remote,
        origin: outcome._tag === "Synced" && outcome.evidence === "answer" ? "write" : "read_back",
      }]));
    }
    if (outcome._tag === "Conflicted") {
      const { organizationId, pfaId } = lease;
      steps.push(openConflict(tx, settlement, outcome), closeAgreed(tx, organizationId, [pfaId]));
    }
    if (outcome._tag === "Synced" && outcome.auto !== undefined) {
      steps.push(recordPolicy(tx, settlement, outcome));
    }
    steps.push(noteSign(tx, settlement));
    steps.push(applyParked(tx, lease));
    const notification = notificationOf(settlement);
    if (notification !== undefined) steps.push(notify(tx, notification));
    await Promise.all(steps);
    return left;
  }) as Promise<number | false>;

/** What read sync brought meanwhile, unless the write is still unknown. */
async function applyParked(tx: Tx, { organizationId, pfaId }: Claim["lease"]): Promise<void> {
  const [row] = await tx<[{ moved: boolean }]>`
    select apply_parked(${organizationId}, ${pfaId}) as moved`;
  if (row.moved) await announce(tx, mirrorNotices(organizationId, [pfaId]));
}

/** What the call tells of the connection; nothing when none was made. */
const signOf = ({ exchange }: Settlement) => exchange && vitalSign(exchange.status);

function noteSign(tx: Tx, settlement: Settlement): Promise<unknown> | undefined {
  const { claim: { lease, connectionId } } = settlement;
  const sign = signOf(settlement);
  if (sign === "alive") return noteAlive(tx, connectionId);
  if (sign !== "failed") return undefined;
  return noteFailure(tx, { ...lease, connectionId, spent: spentBy(settlement) });
}

/** Attempts that the turn has cost. */
const spentBy = ({ outcome }: Settlement): number =>
  outcome._tag === "Retried" || outcome._tag === "Unknown" && outcome.sent ? 1 : 0;

/** Takes lane, items and modifications to the state that follows from the outcome. */
function move(tx: Tx, settlement: Settlement): Promise<unknown> {
  const { outcome } = settlement;
  switch (outcome._tag) {
    case "Synced":
      return complete(tx, settlement, outcome.version);
    case "Conflicted":
      return block(tx, settlement, { item: "conflict", modification: "conflict", error: null });
    case "Buried":
      return block(tx, settlement, { item: "dead", modification: "failed", error: outcome.error });
    case "Retried":
    case "Postponed":
    case "Unknown":
      return again(tx, settlement, outcome);
    case "Refused":
    case "Outage":
      return again(tx, settlement, { ...outcome, delayMs: 0 });
    case "Rebased":
      return rebase(tx, settlement);
  }
}

const ids = ({ items }: Settlement) => items.map((item) => item.modificationId);

/** The items leave the hot table; the lane goes on with what is pending behind them, or ends. */
function complete(tx: Tx, settlement: Settlement, version: number): Promise<unknown> {
  const { writeId = null } = settlement;
  return Promise.all([
    tx`
      with finished as (
        delete from pfa_write_queue where modification_id = any(${
      ids(settlement)
    }::uuid[]) returning *
      )
      insert into pfa_write_done (id, modification_id, pfa_id, organization_id, operation, payload,
        status, priority, retry_count, max_retries, last_attempt_at, last_error, scheduled_at,
        completed_at, created_at, write_id)
      select id, modification_id, pfa_id, organization_id, operation, payload, 'completed', priority,
        retry_count, max_retries, last_attempt_at, last_error, scheduled_at, now(), created_at,
        ${writeId}
      from finished`,
    tx`
      update pfa_modification
      set sync_status = 'synced', synced_at = clock_timestamp(), pems_version = ${version},
        sync_error = null, write_id = ${writeId}, updated_at = now()
      where id = any(${ids(settlement)}::uuid[])`,
    release(tx, settlement),
    close(tx, settlement),
  ]);
}

/** The items stay at the head of the lane until a person decides: it stands still. */
function block(
  tx: Tx,
  settlement: Settlement,
  to: { item: string; modification: string; error: string | null },
): Promise<unknown> {
  return Promise.all([
    tx`
      update pfa_write_queue set status = ${to.item}, last_error = ${to.error}, write_id = null
      where modification_id = any(${ids(settlement)}::uuid[])`,
    tx`
      update pfa_modification
      set sync_status = ${to.modification}, sync_error = ${to.error}, updated_at = now()
      where id = any(${ids(settlement)}::uuid[])`,
    release(tx, settlement),
    close(tx, settlement),
  ]);
}

/** The same write goes again later; an unknown one stays unknown until its fate is read. */
function again(
  tx: Tx,
  settlement: Settlement,
  next: { error: string; delayMs: number },
): Promise<unknown> {
  const { claim: { lease }, writeId = null, exchange } = settlement;
  const spent = spentBy(settlement);
  const unknown = inDoubt(settlement);
  const status = unknown ? "unknown" : "queued";
  return Promise.all([
    tx`
      update pfa_lane
      set state = 'delayed', lease_owner = null, losses = 0, attempts = attempts + ${spent}::smallint,
        due_at = clock_timestamp() + ${next.delayMs}::float8 * interval '1 ms'
      where organization_id = ${lease.organizationId} and pfa_id = ${lease.pfaId}`,
    tx`
      update pfa_write_queue
      set status = ${status}, last_error = ${next.error},
        retry_count = retry_count + ${spent}::smallint,
        scheduled_at = clock_timestamp() + ${next.delayMs}::float8 * interval '1 ms'
      where modification_id = any(${ids(settlement)}::uuid[])`,
    tx`
      update pfa_modification
      set sync_status = ${status}, sync_error = ${next.error}, updated_at = now()
      where id = any(${ids(settlement)}::uuid[])`,
    // A copy may have waited long for its place since it was frozen: how late it may land counts from here.
    unknown
      ? tx`
        update pems_write
        set unknown = true,
          sent_at = case when ${exchange !== undefined} then clock_timestamp() else sent_at end
        where id = ${writeId}`
      : undefined,
  ]);
}

/** PEMS moved on without touching our fields: the items are merged and frozen anew, the attempts stay spent. */
function rebase(tx: Tx, settlement: Settlement): Promise<unknown> {
  const { claim: { lease } } = settlement;
  return Promise.all([
    tx`
      update pfa_lane set state = 'ready', lease_owner = null, losses = 0, write_id = null
      where organization_id = ${lease.organizationId} and pfa_id = ${lease.pfaId}`,
    tx`
      update pfa_write_queue set status = 'queued', write_id = null
      where modification_id = any(${ids(settlement)}::uuid[])`,
    tx`
      update pfa_modification set sync_status = 'queued', write_id = null, updated_at = now()
      where id = any(${ids(settlement)}::uuid[])`,
    close(tx, settlement),
  ]);
}

/** The turn is over: the lane is given up, and goes on, stands still or ends as its head says. */
const release = (tx: Tx, { claim: { lease } }: Settlement) =>
  tx`select follow_heads(${lease.organizationId}, ${[lease.pfaId]}, released => true)`;

/** The frozen write will never go out again. */
const close = (tx: Tx, { writeId, outcome }: Settlement) =>
  tx`
    update pems_write set outcome = ${outcome._tag}, settled_at = now()
    where id = ${writeId ?? null}`;

/** One try of a write, as the wire saw it. */
function attempt(tx: Tx, { claim: { lease }, writeId, exchange, outcome }: Settlement) {
  if (writeId === undefined || exchange === undefined) return Promise.resolve();
  return tx`
    insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
      latency_ms, status, outcome, error)
    select id, organization_id, pfa_id, sends, ${lease.workerId}::uuid,
      clock_timestamp() - ${exchange.latencyMs}::float8 * interval '1 ms', ${exchange.latencyMs}::real,
      ${exchange.status}::int, ${outcome._tag}, ${exchange.error}
    from pems_write where id = ${writeId}`;
}
