/** Organizations and their PEMS settings, by the role that may set them. Sealed keys go in; only fingerprints come out. */
import type { Policies } from "../domain/threeway.ts";
import { json, type Runner, type Tenant } from "./sql.ts";

export interface OrganizationRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** Null: the environment's. */
  readonly baseUrl: string | null;
  readonly rateLimit: number | null;
  readonly keyFingerprint: string | null;
  readonly keySetAt: Date | null;
  /** Display name of who set it; null: nobody did, or it is not known any more. */
  readonly keySetBy: string | null;
  readonly connectionId: string | null;
  /** What all its calls go over, the environment's too; null while there is none. */
  readonly connection: ConnectionState | null;
  readonly conflictPolicy: Policies;
  readonly pause: string | null;
  readonly pauseReason: string | null;
  readonly pausedAt: Date | null;
  /** Display name; null: no person did. */
  readonly pausedBy: string | null;
  /** Raised by every change of its name or settings. */
  readonly version: number;
  readonly createdAt: Date;
}

export interface ConnectionState {
  readonly baseUrl: string;
  /** Calls per second. */
  readonly rateLimit: number;
  readonly circuit: "closed" | "open" | "probing";
  /** ISO 8601: when the circuit came to be so. */
  readonly since: string;
}

const columns = (sql: Runner) =>
  sql`
    id, code, name, pems_base_url as "baseUrl", pems_rate_limit as "rateLimit",
    pems_key_fingerprint as "keyFingerprint", pems_key_set_at as "keySetAt",
    (select u.display_name from app_user u where u.id = pems_key_set_by) as "keySetBy",
    connection_id as "connectionId", (
      select jsonb_build_object('baseUrl', c.base_url, 'rateLimit', c.rate_limit,
        'circuit', c.circuit, 'since', c.circuit_since)
      from pems_connection c where c.id = connection_id) as connection,
    conflict_policy as "conflictPolicy", pause, pause_reason as "pauseReason",
    paused_at as "pausedAt",
    (select u.display_name from app_user u where u.id = paused_by) as "pausedBy",
    settings_version as version, created_at as "createdAt"`;

/** By code, after this one; null: all organizations. */
export const listOrganizations = (
  auth: Runner,
  { ids, after, limit }: {
    readonly ids: ReadonlyArray<string> | null;
    readonly after: string;
    readonly limit: number;
  },
): Promise<OrganizationRow[]> =>
  auth<OrganizationRow[]>`
    select ${columns(auth)} from organization
    where code > ${after}
      and (${ids as string[] | null}::uuid[] is null or id = any(${ids as string[] | null}::uuid[]))
    order by code
    limit ${limit}`;

export async function findOrganization(
  auth: Runner,
  id: string,
): Promise<OrganizationRow | undefined> {
  const [row] = await auth<OrganizationRow[]>`
    select ${columns(auth)} from organization where id = ${id} for update`;
  return row;
}

/** The sealed key; null: the environment's. */
export async function sealedKey(auth: Runner, id: string): Promise<string | null> {
  const [row] = await auth<Array<{ key: string | null }>>`
    select pems_key as key from organization where id = ${id}`;
  return row?.key ?? null;
}

/** The new organization; undefined when the code is taken. */
export async function createOrganization(
  auth: Runner,
  { code, name }: { readonly code: string; readonly name: string },
): Promise<OrganizationRow | undefined> {
  const [row] = await auth<OrganizationRow[]>`
    insert into organization (code, name) values (${code}, ${name})
    on conflict (code) do nothing
    returning ${columns(auth)}`;
  return row;
}

/** Renames it. Throws Postgres's unique violation when the code is taken. */
export const renameOrganization = (
  auth: Runner,
  id: string,
  { code, name }: { readonly code?: string | undefined; readonly name?: string | undefined },
) =>
  auth`
    update organization set code = coalesce(${code ?? null}, code),
      name = coalesce(${name ?? null}, name)
    where id = ${id}`;

export interface PemsSettings {
  readonly baseUrl: string | null;
  readonly rateLimit: number | null;
  /** Undefined: the key stays. */
  readonly key: { readonly sealed: string; readonly fingerprint: string } | null | undefined;
  readonly connectionId: string | null;
  /** Who sets it. */
  readonly userId: string;
}

/** Sets where PEMS is; a new key resumes an organization that PEMS had refused. */
export async function changePems(
  auth: Runner,
  id: string,
  { baseUrl, rateLimit, key, connectionId, userId }: PemsSettings,
): Promise<OrganizationRow> {
  const keeps = key === undefined;
  const [row] = await auth<[OrganizationRow]>`
    update organization o set pems_base_url = ${baseUrl}, pems_rate_limit = ${rateLimit},
      connection_id = ${connectionId},
      pems_key = case when ${keeps} then pems_key else ${key?.sealed ?? null} end,
      pems_key_fingerprint = case when ${keeps} then pems_key_fingerprint
        else ${key?.fingerprint ?? null} end,
      pems_key_set_at = case when ${keeps} then pems_key_set_at when ${key !== null} then now() end,
      pems_key_set_by = case when ${keeps} then pems_key_set_by
        when ${key !== null} then ${userId}::uuid end,
      pause = case when ${keeps} or pause <> 'credentials' then pause end,
      pause_reason = case when ${keeps} or pause <> 'credentials' then pause_reason end,
      paused_at = case when ${keeps} or pause <> 'credentials' then paused_at end
    where id = ${id}
    returning ${columns(auth)}`;
  return row;
}

export const changePolicy = (auth: Runner, id: string, policy: Policies) =>
  auth`
    update organization set conflict_policy = ${json(policy)}::text::jsonb where id = ${id}`;

/** Pauses writes unless they are paused already. Returns whether it did. */
export async function pauseOrganization(
  sql: Runner,
  { organizationId, userId }: Tenant,
  reason: string | null,
): Promise<boolean> {
  const rows = await sql`
    update organization
    set pause = 'administrator', pause_reason = ${reason}, paused_at = now(), paused_by = ${userId}
    where id = ${organizationId} and pause is null
    returning id`;
  return rows.length > 0;
}

/** Ends a pause, whatever it was for; undefined when there was none. */
export async function resumeOrganization(sql: Runner, id: string): Promise<string | undefined> {
  const [row] = await sql<Array<{ pause: string }>>`
    with before as (select id, pause from organization where id = ${id} and pause is not null for update)
    update organization o
    -- After PEMS was set back its state is taken over first; the sweep that does so ends the pause.
    set pause = case when before.pause = 'rewind' then o.pause end,
      pause_reason = case when before.pause = 'rewind' then 'PEMS''s state is being taken over' end,
      paused_at = case when before.pause = 'rewind' then o.paused_at end,
      paused_by = null
    from before where o.id = before.id
    returning before.pause`;
  return row?.pause;
}
