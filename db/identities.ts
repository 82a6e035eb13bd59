/** People as an OpenID provider knows them: found, linked and made, and what their groups give them here. */
import { record } from "./audit.ts";
import type { Tx } from "./sql.ts";
import { createUser } from "./users.ts";

export interface Person {
  readonly issuer: string;
  readonly subject: string;
  /** What they would be called here, first wish first. */
  readonly usernames: ReadonlyArray<string>;
  readonly displayName: string;
  /** Null: none that the provider has verified. */
  readonly email: string | null;
}

export type Found =
  | { readonly _tag: "Known"; readonly userId: string }
  | { readonly _tag: "Disabled"; readonly userId: string }
  /** The e-mail is that of an account that must not be taken over by it. */
  | { readonly _tag: "Taken" };

/** The user of the person: known by issuer and subject, else linked by a verified e-mail, else made. */
export async function findPerson(tx: Tx, person: Person): Promise<Found> {
  // Two first sign-ins at once make one user.
  await tx`select pg_advisory_xact_lock(hashtextextended(${
    person.issuer + " " + person.subject
  }, 0))`;
  const [known] = await tx<Array<{ userId: string; disabled: boolean }>>`
    select u.id as "userId", u.disabled_at is not null as disabled
    from identity i join app_user u on u.id = i.user_id
    where i.issuer = ${person.issuer} and i.subject = ${person.subject}`;
  if (known !== undefined) {
    return { _tag: known.disabled ? "Disabled" : "Known", userId: known.userId };
  }
  const userId = await linkable(tx, person) ?? await made(tx, person);
  if (userId === undefined) return { _tag: "Taken" };
  await tx`
    insert into identity (issuer, subject, user_id)
    values (${person.issuer}, ${person.subject}, ${userId})`;
  return { _tag: "Known", userId };
}

/** Who has a password, administers, or is another person of this provider, is not taken over by an e-mail. */
async function linkable(tx: Tx, { issuer, email }: Person): Promise<string | undefined> {
  const [row] = await tx<Array<{ id: string }>>`
    select u.id from app_user u
    where lower(u.email) = lower(${email}::text) and u.password_hash is null and not u.is_admin
      and u.disabled_at is null
      and not exists (select from identity i where i.user_id = u.id and i.issuer = ${issuer})`;
  return row?.id;
}

async function made(tx: Tx, person: Person): Promise<string | undefined> {
  const { usernames, displayName, email, issuer } = person;
  for (const username of usernames) {
    const user = { username, displayName, email, passwordHash: null, isAdmin: false };
    const row = await createUser(tx, user);
    if (row === undefined) continue;
    await record(tx, [{
      eventType: "PERMISSION_CHANGED",
      userId: row.id,
      details: { made: row.id, username, isAdmin: false, issuer },
    }]);
    return row.id;
  }
  return undefined;
}

/**
 * Gives what the person's groups give, by organization code, and takes what groups gave before. What a person set
 * stays as it is.
 */
export async function applyGroups(
  tx: Tx,
  userId: string,
  given: ReadonlyMap<string, ReadonlyArray<string>>,
): Promise<void> {
  const wanted = JSON.stringify(
    [...given].map(([code, permissions]) => ({ code, permissions: [...permissions].sort() })),
  );
  const changes = await tx<Array<{ organizationId: string; permissions: string[] }>>`
    with wanted as (
      select o.id, w.permissions
      from jsonb_to_recordset(${wanted}::text::jsonb) as w(code text, permissions text[])
      join organization o on o.code = w.code
    ), taken as (
      delete from membership m
      where m.user_id = ${userId} and m.from_groups
        and not exists (select from wanted w where w.id = m.organization_id)
      returning m.organization_id, '{}'::text[] as permissions
    ), put as (
      insert into membership as m (organization_id, user_id, permissions, from_groups)
      select id, ${userId}::uuid, permissions, true from wanted
      on conflict (organization_id, user_id) do update set permissions = excluded.permissions
      where m.from_groups and m.permissions <> excluded.permissions
      returning organization_id, permissions
    )
    select organization_id as "organizationId", permissions from (
      select * from taken union all select * from put) changed`;
  await record(
    tx,
    changes.map(({ organizationId, permissions }) => ({
      eventType: "PERMISSION_CHANGED" as const,
      organizationId,
      userId,
      details: { member: userId, permissions, byGroups: true },
    })),
  );
}
