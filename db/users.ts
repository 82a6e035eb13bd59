/** User accounts, by the role that may see them. */
import type { Runner, Sql } from "./sql.ts";

export interface UserRow {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly isAdmin: boolean;
  readonly disabledAt: Date | null;
  readonly createdAt: Date;
}

export interface NewUser {
  readonly username: string;
  readonly displayName: string;
  readonly email: string | null;
  /** Null: signs in through the OpenID provider alone. */
  readonly passwordHash: string | null;
  readonly isAdmin: boolean;
}

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly passwordHash: string | null;
}

/** Whose password is checked at sign-in: by username or e-mail; a disabled user is nobody. */
export async function findForSignIn(
  auth: Sql,
  name: string,
): Promise<Account | undefined> {
  const [row] = await auth<Account[]>`
    select id, username, password_hash as "passwordHash" from app_user
    where (lower(username) = lower(${name}) or lower(email) = lower(${name}))
      and disabled_at is null
    order by (lower(username) = lower(${name})) desc
    limit 1`;
  return row;
}

/** The new user; undefined when the username or e-mail is taken, be it as the other one's name. */
export async function createUser(auth: Runner, user: NewUser): Promise<UserRow | undefined> {
  const [row] = await auth<UserRow[]>`
    insert into app_user (username, display_name, email, password_hash, is_admin)
    select ${user.username}, ${user.displayName}, ${user.email}::text, ${user.passwordHash},
      ${user.isAdmin}
    where not exists (
      select from app_user
      where lower(email) in (lower(${user.username}), lower(${user.email}::text))
        or lower(username) in (lower(${user.username}), lower(${user.email}::text)))
    on conflict do nothing
    returning id, username, display_name as "displayName", email, is_admin as "isAdmin",
      disabled_at as "disabledAt", created_at as "createdAt"`;
  return row;
}

export interface UserChange {
  readonly displayName?: string | undefined;
  readonly email?: string | null | undefined;
  readonly passwordHash?: string | undefined;
  readonly isAdmin?: boolean | undefined;
  readonly disabled?: boolean | undefined;
}

/**
 * The changed user; undefined when there is none of that id. What is absent stays.
 * Throws Postgres's unique violation when the e-mail is taken.
 */
export async function changeUser(
  auth: Runner,
  id: string,
  change: UserChange,
): Promise<UserRow | undefined> {
  const [row] = await auth<UserRow[]>`
    update app_user set
      display_name = coalesce(${change.displayName ?? null}, display_name),
      email = case when ${change.email !== undefined} then ${
    change.email ?? null
  }::text else email end,
      password_hash = coalesce(${change.passwordHash ?? null}, password_hash),
      is_admin = coalesce(${change.isAdmin ?? null}::boolean, is_admin),
      disabled_at = case ${change.disabled ?? null}::boolean
        when true then coalesce(disabled_at, now()) when false then null else disabled_at end
    where id = ${id}
    returning id, username, display_name as "displayName", email, is_admin as "isAdmin",
      disabled_at as "disabledAt", created_at as "createdAt"`;
  return row;
}

export interface UserList {
  /** Only members of these organizations; null: everybody. */
  readonly organizationIds: ReadonlyArray<string> | null;
  /** Part of a name or an e-mail; null: any. */
  readonly search: string | null;
  /** Usernames after this one. */
  readonly after: string;
  readonly limit: number;
}

export const listUsers = (auth: Sql, { organizationIds, search, after, limit }: UserList) =>
  auth<Array<UserRow & { memberships: ReadonlyArray<unknown> }>>`
    select u.id, u.username, u.display_name as "displayName", u.email, u.is_admin as "isAdmin",
      u.disabled_at as "disabledAt", u.created_at as "createdAt",
      coalesce((
        select jsonb_agg(jsonb_build_object('organizationId', m.organization_id,
          'permissions', m.permissions, 'expiresAt', m.expires_at) order by m.organization_id)
        from membership m
        where m.user_id = u.id and (${organizationIds as string[] | null}::uuid[] is null
          or m.organization_id = any(${organizationIds as string[] | null}::uuid[]))), '[]')
        as memberships
    from app_user u
    where lower(u.username) > lower(${after}) and (${organizationIds as
    | string[]
    | null}::uuid[] is null
      or exists (select from membership m where m.user_id = u.id
        and m.organization_id = any(${organizationIds as string[] | null}::uuid[])))
      and (${search}::text is null or position(lower(${search}::text) in
        lower(concat_ws(' ', u.username, u.display_name, u.email))) > 0)
    order by lower(u.username)
    limit ${limit}`;

/** How many administrators could still sign in without this one. */
export async function otherAdministrators(auth: Runner, userId: string): Promise<number> {
  const [row] = await auth<[{ count: number }]>`
    select count(*)::int from app_user
    where is_admin and disabled_at is null and id <> ${userId}`;
  return row.count;
}

/**
 * The first administrator, once: several processes starting together make one.
 * @param make called only when there is no administrator yet
 * @returns whether one was made
 */
export const ensureAdministrator = (
  auth: Sql,
  make: () => Promise<NewUser>,
): Promise<boolean> =>
  auth.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('vanguard.bootstrap'))`;
    const [found] = await tx<Array<{ there: boolean }>>`
      select exists (select from app_user where is_admin) as there`;
    if (found!.there) return false;
    const made = await createUser(tx, await make());
    if (made === undefined) throw new Error("Cannot make the administrator: the username is taken");
    return true;
  }) as Promise<boolean>;
