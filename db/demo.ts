/** Organizations and people for trying out: made where they are missing, never changed. */
import type { NewUser } from "./users.ts";
import { createUser } from "./users.ts";
import type { Sql } from "./sql.ts";

export interface Demo {
  readonly connectionId: string;
  readonly organizations: ReadonlyArray<{ readonly code: string; readonly name: string }>;
  readonly users: ReadonlyArray<
    NewUser & { readonly memberships: { readonly [code: string]: ReadonlyArray<string> } }
  >;
}

/** Users that exist already keep their memberships as they are. */
export const seedDemo = (auth: Sql, { connectionId, organizations, users }: Demo): Promise<void> =>
  auth.begin(async (tx) => {
    for (const { code, name } of organizations) {
      await tx`
        insert into organization (code, name, connection_id) values (${code}, ${name}, ${connectionId})
        on conflict (code) do nothing`;
    }
    for (const user of users) {
      const made = await createUser(tx, user);
      if (made === undefined) continue;
      for (const [code, permissions] of Object.entries(user.memberships)) {
        await tx`
          insert into membership (organization_id, user_id, permissions)
          select id, ${made.id}, ${permissions as string[]} from organization where code = ${code}`;
      }
    }
  }) as Promise<void>;
