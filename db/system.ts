/** The system as it stands, for who looks after it: workers, leases, connections, versions. */
import type { Sql, Tx } from "./sql.ts";

export interface WorkerRow {
  readonly id: string;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
  readonly secondsUnseen: number;
  /** Null: it is older than this column. */
  readonly version: string | null;
  readonly inFlight: number;
}

/** Seen within a day, the newest first. */
export const listWorkers = (tx: Tx): Promise<WorkerRow[]> =>
  tx<WorkerRow[]>`
    select id, started_at as "startedAt", last_seen_at as "lastSeenAt",
      extract(epoch from now() - last_seen_at)::float8 as "secondsUnseen", version,
      in_flight as "inFlight"
    from sync_worker
    where last_seen_at > now() - interval '1 day'
    order by started_at desc, id`;

export interface LeaseRow {
  readonly workerId: string;
  readonly pfaId: string;
  /** When its write went on the wire; null: it is just about to. */
  readonly since: Date | null;
  readonly until: Date;
  readonly attempts: number;
}

/** Lanes of the transaction's organization that workers hold, the longest held first. */
export const listLeases = (tx: Tx, limit: number): Promise<LeaseRow[]> =>
  tx<LeaseRow[]>`
    select l.lease_owner as "workerId", l.pfa_id as "pfaId", w.sent_at as since,
      l.leased_until as until, l.attempts
    from pfa_lane l left join pems_write w on w.id = l.write_id
    where l.organization_id = current_organization() and l.state = 'leased'
    order by w.sent_at nulls last, l.pfa_id
    limit ${limit}`;

export interface Footing {
  readonly connection: {
    readonly circuit: "closed" | "open" | "probing";
    readonly circuitSince: string;
    /** When PEMS is asked next whether it is back; null while the circuit is closed. */
    readonly probeAt: string | null;
    readonly rateLimit: number;
    /** Calls per second for now. */
    readonly rateNow: number;
  } | null;
  readonly pause: {
    readonly by: string;
    readonly reason: string | null;
    readonly since: string;
  } | null;
  readonly oldestPendingAt: Date | null;
  /** Lanes by state. */
  readonly lanes: { readonly [state: string]: number };
  readonly sealedThrough: Date | null;
}

/** What the transaction's organization stands on. */
export async function findFooting(tx: Tx): Promise<Footing> {
  const [row] = await tx<[Footing]>`
    select case when c.id is not null then jsonb_build_object('circuit', c.circuit,
        'circuitSince', c.circuit_since, 'probeAt', case when c.circuit <> 'closed' then c.probe_at end,
        'rateLimit', c.rate_limit,
        'rateNow', current_rate(c.rate_limit, c.rate_now, c.rate_since)) end as connection,
      case when o.pause is not null then jsonb_build_object('by', o.pause,
        'reason', o.pause_reason, 'since', o.paused_at) end as pause,
      (select min(committed_at) from pfa_modification
        where organization_id = o.id
          and sync_status in ('committed', 'queued', 'syncing', 'unknown')) as "oldestPendingAt",
      coalesce((select jsonb_object_agg(state, lanes) from (
        select state, count(*) as lanes from pfa_lane where organization_id = o.id group by state
      ) s), '{}') as lanes,
      (select sealed_through from audit_chain where organization_id = o.id) as "sealedThrough"
    from organization o left join pems_connection c on c.id = o.connection_id
    where o.id = current_organization()`;
  return row;
}

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly appliedAt: Date;
}

/** What the database is, and how it came to its schema, newest first. */
export async function findDatabase(
  app: Sql,
): Promise<{ readonly version: string; readonly migrations: ReadonlyArray<AppliedMigration> }> {
  const [[server], migrations] = await Promise.all([
    app<[{ version: string }]>`select current_setting('server_version') as version`,
    app<AppliedMigration[]>`
      select number, name, applied_at as "appliedAt" from schema_migration order by number desc`,
  ]);
  return { version: server.version, migrations };
}
