/** API tokens: kept as hashes, told once. */
import type { Runner, Sql } from "./sql.ts";

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly permissions: string[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
}

export interface NewToken {
  readonly tokenHash: Uint8Array;
  readonly userId: string;
  readonly name: string;
  readonly permissions: ReadonlyArray<string> | null;
  readonly expiresAt: string | null;
}

export async function createToken(auth: Runner, token: NewToken): Promise<TokenRow> {
  const [row] = await auth<[TokenRow]>`
    insert into api_token (token_hash, user_id, name, permissions, expires_at)
    values (${token.tokenHash}, ${token.userId}, ${token.name},
      ${token.permissions as string[] | null}::text[], ${token.expiresAt}::text::timestamptz)
    returning id, name, permissions, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt"`;
  return row;
}

export const listTokens = (auth: Sql, userId: string): Promise<TokenRow[]> =>
  auth<TokenRow[]>`
    select id, name, permissions, created_at as "createdAt", expires_at as "expiresAt",
      last_used_at as "lastUsedAt"
    from api_token
    where user_id = ${userId} and revoked_at is null
    order by created_at desc, id
    limit 1000`;

/** Whether there was such a token of the user. */
export async function revokeToken(auth: Runner, userId: string, id: string): Promise<boolean> {
  const rows = await auth`
    update api_token set revoked_at = now()
    where id = ${id} and user_id = ${userId} and revoked_at is null
    returning id`;
  return rows.length > 0;
}
