/** Memberships: what a user may do in an organization, and until when. */
import type { Runner } from "./sql.ts";

export interface MembershipRow {
  readonly organizationId: string;
  readonly userId: string;
  readonly permissions: string[];
  readonly expiresAt: Date | null;
}

/** What the user holds there, locked; null: nothing. */
export async function membershipOf(
  auth: Runner,
  organizationId: string,
  userId: string,
): Promise<Pick<MembershipRow, "permissions" | "expiresAt"> | null> {
  const [row] = await auth<MembershipRow[]>`
    select permissions, expires_at as "expiresAt" from membership
    where organization_id = ${organizationId} and user_id = ${userId}
    for update`;
  return row ?? null;
}

/** Sets the membership; undefined when there is no such user. */
export async function putMembership(
  auth: Runner,
  { organizationId, userId, permissions, expiresAt }: {
    readonly organizationId: string;
    readonly userId: string;
    readonly permissions: ReadonlyArray<string>;
    readonly expiresAt: string | null;
  },
): Promise<MembershipRow | undefined> {
  const [row] = await auth<MembershipRow[]>`
    insert into membership (organization_id, user_id, permissions, expires_at)
    select ${organizationId}::uuid, u.id, ${permissions as string[]}::text[],
      ${expiresAt}::text::timestamptz
    from app_user u where u.id = ${userId}
    on conflict (organization_id, user_id)
    do update set permissions = excluded.permissions, expires_at = excluded.expires_at,
      from_groups = false
    returning organization_id as "organizationId", user_id as "userId", permissions,
      expires_at as "expiresAt"`;
  return row;
}

/** Whether there was one. */
export async function removeMembership(
  auth: Runner,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  const rows = await auth`
    delete from membership where organization_id = ${organizationId} and user_id = ${userId}
    returning user_id`;
  return rows.length > 0;
}

export interface Standing {
  readonly isAdmin: boolean;
  readonly memberships: ReadonlyArray<
    { readonly organizationId: string; readonly permissions: ReadonlyArray<string> }
  >;
}

/** What a user holds everywhere, expired memberships included; undefined when there is no such user. */
export async function standingOf(auth: Runner, userId: string): Promise<Standing | undefined> {
  const [row] = await auth<Standing[]>`
    select u.is_admin as "isAdmin", coalesce(jsonb_agg(jsonb_build_object(
        'organizationId', m.organization_id, 'permissions', m.permissions))
        filter (where m.user_id is not null), '[]') as memberships
    from app_user u left join membership m on m.user_id = u.id
    where u.id = ${userId}
    group by u.id`;
  return row;
}
