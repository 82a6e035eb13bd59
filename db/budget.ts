/** The budget of calls of a PEMS connection: one row that every call of every process goes through. */
import type { Call } from "./claim.ts";
import type { Runner } from "./sql.ts";

/** Far enough ahead for any call to find its place. */
const WHENEVER_MS = 3_600_000;

export interface Purpose {
  /** Asks whether PEMS is back: the only calls that an open circuit lets through. */
  readonly probing?: boolean;
}

/**
 * The next free place in the budget, for one call outside a claim: a read, a probe.
 * @returns undefined while the circuit is open, unless it is a probe; or when PEMS wants no call for over an hour
 */
export async function reserveCall(
  sql: Runner,
  connectionId: string,
  { probing = false }: Purpose = {},
): Promise<Call | undefined> {
  const [row] = await sql<Array<{ in_ms: number; departure: string | null }>>`
    select extract(epoch from send_at - clock_timestamp())::float8 * 1000 as in_ms, departure::text
    from reserve_calls(${connectionId}, 1, ${WHENEVER_MS}::int * interval '1 ms',
      probing => ${probing})`;
  return row && { inMs: row.in_ms, departure: row.departure };
}

/** The call may leave, or must wait before it asks again, or may not be made while the circuit is open. */
export type Leave =
  | { readonly departure: string }
  | { readonly waitMs: number }
  | { readonly held: true };

/** Asks for a call to leave now. */
export async function depart(
  sql: Runner,
  connectionId: string,
  { probing = false }: Purpose = {},
): Promise<Leave> {
  const [row] = await sql<[{ departure: string | null; wait_ms: number | null }]>`
    select departure::text, extract(epoch from wait)::float8 * 1000 as wait_ms
    from depart(${connectionId}, ${probing})`;
  if (row.departure !== null) return { departure: row.departure };
  return row.wait_ms === null ? { held: true } : { waitMs: row.wait_ms };
}

/** A call that left later than its departure says. */
export interface Late {
  readonly connectionId: string;
  readonly departure: string;
}

/** These calls have left only now. */
export async function noteLate(sql: Runner, calls: ReadonlyArray<Late>): Promise<void> {
  for (const [id, late] of Map.groupBy(calls, ({ connectionId }) => connectionId)) {
    await sql`select note_late(${id}, ${late.map(({ departure }) => departure)}::bigint[])`;
  }
}

/**
 * PEMS answered 429: nobody on the connection calls before the pause is over, and then at half the rate, a quarter of
 * the limit at least, growing back. The answers of calls that were under way together count as one.
 */
export const holdBack = (sql: Runner, connectionId: string, pauseMs: number) =>
  sql`
    with held as (
      select id, clock_timestamp() + ${pauseMs}::float8 * interval '1 ms' as until,
        current_rate(rate_limit, rate_now, rate_since) as rate, not_before > clock_timestamp() as known
      from pems_connection where id = ${connectionId} for update
    )
    update pems_connection c
    set not_before = greatest(c.not_before, until), rate_limit_hits = rate_limit_hits + 1,
      rate_now = case when known then rate_now else greatest(rate / 2, c.rate_limit / 4.0) end,
      rate_since = greatest(c.not_before, until)
    from held where c.id = held.id`;

/** A connection that organizations use, and who may open its key. */
export interface Endpoint {
  readonly connectionId: string;
  readonly baseUrl: string;
  /** An organization whose sealed key it is; undefined: the environment's key. */
  readonly sealed: { readonly organizationId: string; readonly envelope: string } | undefined;
}

/** The connections in use. */
export async function endpoints(sql: Runner): Promise<ReadonlyArray<Endpoint>> {
  const rows = await sql<
    Array<{ id: string; base_url: string; organization_id: string; pems_key: string | null }>
  >`
    select distinct on (c.id) c.id, c.base_url, o.id as organization_id, o.pems_key
    from pems_connection c join organization o on o.connection_id = c.id
    order by c.id, o.pems_key nulls last`;
  return rows.map((row) => ({
    connectionId: row.id,
    baseUrl: row.base_url,
    sealed: row.pems_key === null
      ? undefined
      : { organizationId: row.organization_id, envelope: row.pems_key },
  }));
}
