/** PEMS connections: a base URL and a key, shared by the organizations that use them. */
import type { Runner, Sql, Tx } from "./sql.ts";

export interface Connection {
  readonly baseUrl: string;
  /** Of the key in clear, so that the same key is the same connection wherever it was sealed. */
  readonly keyFingerprint: string;
  /** Calls per second. */
  readonly rateLimit: number;
}

/** The connection's id; made when it is new, its limit brought up to date when it is not. */
export async function ensureConnection(sql: Runner, connection: Connection): Promise<string> {
  const { baseUrl, keyFingerprint, rateLimit } = connection;
  const [row] = await sql<[{ id: string }]>`
    insert into pems_connection as c (base_url, key_fingerprint, rate_limit, rate_now)
    values (${baseUrl}, ${keyFingerprint}, ${rateLimit}, ${rateLimit})
    on conflict (base_url, key_fingerprint) do update
    set rate_limit = excluded.rate_limit,
      rate_now = case when c.rate_limit = excluded.rate_limit then c.rate_now
        else excluded.rate_now end,
      rate_since = case when c.rate_limit = excluded.rate_limit then c.rate_since else now() end
    returning id`;
  return row.id;
}

/** Points every organization without settings of its own to the environment's connection, or to none. */
export const useDefaults = (auth: Sql, connectionId: string | null) =>
  auth`
    update organization set connection_id = ${connectionId}
    where pems_base_url is null and connection_id is distinct from ${connectionId}::uuid`;

/** What waits on a connection, one call for each lane. */
export interface Pending {
  readonly lanes: number;
  /** Calls per second. */
  readonly rateLimit: number;
}

/** What an estimate of completion needs; undefined when nothing will be sent for now. */
export async function pendingCalls(
  tx: Tx,
  organizationId: string,
): Promise<Pending | undefined> {
  const [row] = await tx<Pending[]>`
    select waiting_lanes(c.id) as lanes, c.rate_limit as "rateLimit"
    from organization o join pems_connection c on c.id = o.connection_id
    where o.id = ${organizationId} and o.pause is null and c.circuit = 'closed'`;
  return row;
}
