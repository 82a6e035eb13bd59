/** The circuit of a connection: opened by a row of failures, probed by one elected worker, closed by the first answer. */
import { probeDelay, TRIP_FAILURES, TRIP_RECORDS } from "../domain/circuit.ts";
import { type AuditEvent, record } from "./audit.ts";
import { announce, ringForReading, ringForWork } from "./notices.ts";
import { notify } from "./notifications.ts";
import type { Sql, Tx } from "./sql.ts";

export interface Failure {
  readonly connectionId: string;
  readonly organizationId: string;
  readonly pfaId: string;
  /** Attempts it cost. */
  readonly spent: number;
}

/** One more failure in the connection's row; in the transaction that settles it. */
export const noteFailure = (tx: Tx, { connectionId, organizationId, pfaId, spent }: Failure) =>
  tx`
    insert into circuit_failure (connection_id, organization_id, pfa_id, spent)
    values (${connectionId}, ${organizationId}, ${pfaId}, ${spent})`;

/** PEMS answered: the row ends. What failed while the circuit is open is given back when it closes. */
export const noteAlive = (tx: Tx, connectionId: string) =>
  tx`
    delete from circuit_failure where connection_id = ${connectionId}
      and exists (select from pems_connection where id = ${connectionId} and circuit = 'closed')`;

export interface Trip {
  readonly connectionId: string;
  readonly workerId: string;
  /** What PEMS, or its absence, said last. */
  readonly error: string;
  /** PEMS was asked and is down: no row of failures is needed. */
  readonly certain: boolean;
  /** Before the first probe. */
  readonly probeMs: number;
}

/** Opens the circuit if the row is long enough; the attempts of the row are given back, administrators told once. */
export const openCircuit = (worker: Sql, trip: Trip): Promise<boolean> =>
  worker.begin(async (tx) => {
    const { connectionId, workerId, error, certain, probeMs } = trip;
    const [row] = await tx<[{ due: boolean }]>`
      select ${certain}::boolean or count(*) >= ${TRIP_FAILURES}
        and count(distinct (organization_id, pfa_id)) >= ${TRIP_RECORDS} as due
      from circuit_failure where connection_id = ${connectionId}`;
    if (!row.due) return false;
    await lockRow(tx, connectionId);
    const opened = await tx<Array<{ fresh: boolean; failures: number }>>`
      update pems_connection
      set circuit = 'open', circuit_since = now(), outage_since = coalesce(outage_since, now()),
        -- one that opens again at once is tried as seldom as before
        circuit_failures = case when outage_since is null then 0 else circuit_failures end,
        probe_at = clock_timestamp() + ${probeMs}::int * interval '1 ms'
      where id = ${connectionId} and circuit = 'closed'
      returning outage_since = circuit_since as fresh, circuit_failures as failures`;
    if (opened.length === 0) return false;
    const [given] = await tx<[{ attempts: number }]>`
      select give_back(${connectionId}) as attempts`;
    const details = { error, attemptsGivenBack: given.attempts };
    await tell(tx, { connectionId, workerId, eventType: "CIRCUIT_OPEN", details });
    if (opened[0]!.fresh) {
      await alert(tx, connectionId, {
        kind: "outage",
        title: "PEMS does not answer",
        body:
          `Everything waits until it does; nothing is lost, and no attempt is spent. Last: ${error}`,
      });
    }
    return true;
  }) as Promise<boolean>;

export interface Probe {
  readonly connectionId: string;
  /** A record to read, where one waits. */
  readonly organizationCode: string | null;
  readonly pfaId: string | null;
}

/** The connections that this worker is elected to probe now; within the lease nobody else is. */
export const electProbes = (worker: Sql, leaseMs: number): Promise<Probe[]> =>
  worker<Probe[]>`
    with elected as (
      update pems_connection
      set circuit = 'probing', probe_at = clock_timestamp() + ${leaseMs}::int * interval '1 ms'
      where circuit <> 'closed' and probe_at <= clock_timestamp()
      returning id
    )
    select e.id as "connectionId", l.code as "organizationCode", l.pfa_id as "pfaId"
    from elected e left join lateral (
      select o.code, w.pfa_id from organization o join pfa_lane w on w.organization_id = o.id
      where o.connection_id = e.id limit 1
    ) l on true`;

/** The probe failed: the next one, by anybody, is due later than this one was. */
export async function probeFailed(
  worker: Sql,
  connectionId: string,
  { tookMs, probeMs }: { readonly tookMs: number; readonly probeMs: number },
): Promise<void> {
  const [row] = await worker<Array<{ failures: number }>>`
    update pems_connection set circuit = 'open', circuit_failures = least(circuit_failures + 1, 30)
    where id = ${connectionId} and circuit = 'probing'
    returning circuit_failures as failures`;
  if (row === undefined) return;
  const waitMs = Math.max(probeDelay(row.failures, probeMs) - tookMs, 0);
  await worker`
    update pems_connection
    set probe_at = clock_timestamp() + ${waitMs}::float8 * interval '1 ms'
    where id = ${connectionId} and circuit = 'open'`;
}

/** PEMS answered: everything that waited goes on at the full rate, and what failed meanwhile has cost nothing. */
export const closeCircuit = (worker: Sql, connectionId: string, workerId: string) =>
  worker.begin(async (tx) => {
    await lockRow(tx, connectionId);
    const closed = await tx<Array<{ seconds: number }>>`
      update pems_connection set circuit = 'closed', circuit_since = clock_timestamp()
      where id = ${connectionId} and circuit <> 'closed'
      returning extract(epoch from clock_timestamp() - outage_since)::int as seconds`;
    if (closed.length === 0) return;
    await tx`select give_back(${connectionId})`;
    await tx`
      update pfa_lane set due_at = clock_timestamp()
      where connection_id = ${connectionId} and state = 'delayed' and due_at > clock_timestamp()`;
    const details = { seconds: closed[0]!.seconds };
    await tell(tx, { connectionId, workerId, eventType: "CIRCUIT_CLOSED", details });
    await ringForWork(tx, connectionId);
    await ringForReading(tx);
  });

/** An outage is over once the connection has been up for a minute: administrators are told, and the next is a new one. */
export const endOutages = (worker: Sql) =>
  worker.begin(async (tx) => {
    const over = await tx<Array<{ id: string; minutes: number }>>`
      update pems_connection c set outage_since = null, circuit_failures = 0
      from pems_connection b
      where b.id = c.id and c.outage_since is not null and c.circuit = 'closed'
        and c.circuit_since < clock_timestamp() - interval '1 minute'
      returning c.id,
        ceil(extract(epoch from c.circuit_since - b.outage_since) / 60)::int as minutes`;
    for (const { id, minutes } of over) {
      await alert(tx, id, {
        kind: "resumed",
        title: "PEMS answers again",
        body: `It was away for ${minutes === 1 ? "a minute" : `${minutes} minutes`} at most.`,
      });
    }
  });

/** Lanes before the connection, in the order of the commits that lock them, so that nobody waits in a circle. */
const lockRow = (tx: Tx, connectionId: string) =>
  tx`
    select from pfa_lane
    where (organization_id, pfa_id) in (
      select organization_id, pfa_id from circuit_failure where connection_id = ${connectionId})
    order by organization_id, pfa_id
    for update`;

const organizationsOf = (tx: Tx, connectionId: string) =>
  tx<Array<{ id: string }>>`
    select id from organization where connection_id = ${connectionId} order by id`;

interface Told {
  readonly connectionId: string;
  readonly workerId: string;
  readonly eventType: AuditEvent;
  readonly details: { readonly [name: string]: unknown };
}

/** To the trail and the live sockets of every organization on the connection. */
async function tell(tx: Tx, { connectionId, ...entry }: Told): Promise<void> {
  const organizations = await organizationsOf(tx, connectionId);
  await record(tx, organizations.map(({ id }) => ({ ...entry, organizationId: id })));
  const at = new Date().toISOString();
  await announce(tx, organizations.map(({ id }) => ({ type: "HEALTH", organizationId: id, at })));
}

async function alert(
  tx: Tx,
  connectionId: string,
  told: {
    readonly kind: "outage" | "resumed";
    readonly title: string;
    readonly body: string;
  },
): Promise<void> {
  for (const { id } of await organizationsOf(tx, connectionId)) {
    await notify(tx, { organizationId: id, userIds: [], administrators: true, ...told });
  }
}
