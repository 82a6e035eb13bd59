/** Who a session cookie or an API token stands for, asked anew with each request: a revocation holds at once. */
import type { Runner, Sql } from "./sql.ts";

export interface Bearer {
  /** Of the session or the token. */
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly isAdmin: boolean;
  /** A token's own limits; null: everything the user may. */
  readonly permissions: string[] | null;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** All organizations for an administrator, otherwise those of memberships that have not expired. */
  readonly organizations: ReadonlyArray<
    {
      readonly id: string;
      readonly code: string;
      readonly name: string;
      readonly permissions: string[] | null;
    }
  >;
  /** As whom the session looks; null: as its own user. */
  readonly viewing: Viewing | null;
}

export interface Viewing {
  readonly user: {
    readonly id: string;
    readonly username: string;
    readonly displayName: string;
    readonly email: string | null;
  };
  readonly organizationId: string;
  readonly until: string;
  /** What the user seen may do there; null: the time is over, or they are no member to be seen any more. */
  readonly permissions: string[] | null;
}

/** The user of a live session, whose last use is kept to the minute; undefined when it expired, was revoked, or its user disabled. */
export async function sessionBearer(auth: Sql, tokenHash: Uint8Array): Promise<Bearer | undefined> {
  const [row] = await auth<Bearer[]>`
    with used as (
      update session set last_used_at = now()
      where token_hash = ${tokenHash} and revoked_at is null
        and coalesce(last_used_at, '-infinity') < now() - interval '1 minute'
    )
    select s.id, u.id as "userId", u.username, u.display_name as "displayName", u.email,
      u.is_admin as "isAdmin", null as permissions, s.expires_at as "expiresAt",
      ${organizations(auth)} as organizations, ${viewing(auth)} as viewing
    from session s join app_user u on u.id = s.user_id
    where s.token_hash = ${tokenHash} and s.revoked_at is null and s.expires_at > now()
      and u.disabled_at is null`;
  return row;
}

/** The user of a live API token. When it was last used is kept to the minute. */
export async function tokenBearer(auth: Sql, tokenHash: Uint8Array): Promise<Bearer | undefined> {
  const [row] = await auth<Bearer[]>`
    with used as (
      update api_token set last_used_at = now()
      where token_hash = ${tokenHash} and revoked_at is null
        and coalesce(last_used_at, '-infinity') < now() - interval '1 minute'
    )
    select t.id, u.id as "userId", u.username, u.display_name as "displayName", u.email,
      u.is_admin as "isAdmin", t.permissions, t.expires_at as "expiresAt",
      ${organizations(auth)} as organizations, null as viewing
    from api_token t join app_user u on u.id = t.user_id
    where t.token_hash = ${tokenHash} and t.revoked_at is null
      and coalesce(t.expires_at, 'infinity') > now() and u.disabled_at is null`;
  return row;
}

const organizations = (auth: Sql) =>
  auth`
    coalesce((
      select jsonb_agg(jsonb_build_object('id', o.id, 'code', o.code, 'name', o.name,
        'permissions', m.permissions) order by o.code)
      from organization o
      left join membership m on m.organization_id = o.id and m.user_id = u.id
        and coalesce(m.expires_at, 'infinity') > now()
      where u.is_admin or m.user_id is not null), '[]')`;

const viewing = (auth: Sql) =>
  auth`
    (select jsonb_build_object(
        'user', jsonb_build_object('id', v.id, 'username', v.username,
          'displayName', v.display_name, 'email', v.email),
        'organizationId', s.viewed_organization_id,
        'until', s.viewed_until,
        'permissions', (
          select m.permissions from membership m
          where m.organization_id = s.viewed_organization_id and m.user_id = v.id
            and coalesce(m.expires_at, 'infinity') > now()
            and s.viewed_until > now() and not v.is_admin and v.disabled_at is null))
      from app_user v where v.id = s.viewed_user_id)`;

export interface NewSession {
  readonly tokenHash: Uint8Array;
  readonly userId: string;
  readonly ttlHours: number;
  readonly address: string;
  readonly userAgent: string | null;
}

export const openSession = (auth: Sql, session: NewSession) =>
  auth`
    insert into session (token_hash, user_id, expires_at, address, user_agent)
    values (${session.tokenHash}, ${session.userId},
      now() + ${session.ttlHours}::int * interval '1 hour', ${session.address},
      ${session.userAgent})`;

export const revokeSession = (auth: Sql, tokenHash: Uint8Array) =>
  auth`update session set revoked_at = now() where token_hash = ${tokenHash} and revoked_at is null`;

/**
 * Ends the live sessions of the user: after a new password, or when disabled.
 * @param but the one that goes on
 * @returns how many there were
 */
export async function revokeSessions(
  auth: Runner,
  userId: string,
  but: string | null = null,
): Promise<number> {
  const rows = await auth`
    update session set revoked_at = now()
    where user_id = ${userId} and revoked_at is null and expires_at > now()
      and id is distinct from ${but}::uuid
    returning id`;
  return rows.length;
}

/** Of these sessions and tokens, the ids that are still good. */
export async function liveCredentials(
  auth: Sql,
  ids: ReadonlyArray<string>,
): Promise<ReadonlyArray<Bearer>> {
  const rows = await auth<Bearer[]>`
    select s.id, u.id as "userId", u.username, u.display_name as "displayName", u.email,
      u.is_admin as "isAdmin", s.permissions, s.expires_at as "expiresAt",
      ${organizations(auth)} as organizations, ${viewing(auth)} as viewing
    from (
      select id, user_id, null::text[] as permissions, expires_at, viewed_user_id,
        viewed_organization_id, viewed_until
      from session
      where revoked_at is null and expires_at > now()
      union all
      select id, user_id, permissions, expires_at, null, null, null from api_token
      where revoked_at is null and coalesce(expires_at, 'infinity') > now()
    ) s join app_user u on u.id = s.user_id and u.disabled_at is null
    where s.id = any(${ids as string[]}::uuid[])`;
  return rows;
}

export interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** The user's live sessions, newest first. */
export const listSessions = (auth: Runner, userId: string): Promise<SessionRow[]> =>
  auth<SessionRow[]>`
    select id, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt", address, user_agent as "userAgent"
    from session
    where user_id = ${userId} and revoked_at is null and expires_at > now()
    order by id desc
    limit 1000`;

/** Whether there was such a live session of the user. */
export async function endOneSession(auth: Runner, userId: string, id: string): Promise<boolean> {
  const rows = await auth`
    update session set revoked_at = now()
    where id = ${id} and user_id = ${userId} and revoked_at is null and expires_at > now()
    returning id`;
  return rows.length > 0;
}
