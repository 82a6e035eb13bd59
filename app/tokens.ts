/** Routes of one's API tokens: made once, told once, never wider or longer-lived than what makes them. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import type { Sql } from "../db/sql.ts";
import { createToken, listTokens, revokeToken, type TokenRow } from "../db/tokens.ts";
import { NewToken, ShownToken, Tokens } from "./account_shapes.ts";
import type { AppEnv, Credential } from "./env.ts";
import { sessionOf, signedIn } from "./guard.ts";
import { forbidden, invalid, unknown } from "./problem.ts";
import { newSecret } from "./session.ts";
import { body, GUARDED, isId, told } from "./shape.ts";

export const tokens = (auth: Sql) =>
  new Hono<AppEnv>()
    .get(
      "/tokens",
      told("Sign-in", "One's API tokens", { 200: Tokens }, ["unauthenticated"]),
      signedIn,
      async (c) => {
        const rows = await listTokens(auth, sessionOf(c).user.id);
        return c.json({ tokens: rows.map(tokenOf), nextCursor: null });
      },
    )
    .post(
      "/tokens",
      told(
        "Sign-in",
        "Make an API token; its secret is told this once",
        { 201: ShownToken },
        GUARDED,
      ),
      signedIn,
      body(NewToken),
      async (c) => {
        const { name, ...wanted } = c.req.valid("json");
        const by = c.get("credential")!;
        const permissions = narrowedBy(by, wanted.permissions ?? null);
        const expiresAt = endedBy(by, wanted.expiresAt ?? null);
        const userId = sessionOf(c).user.id;
        const { secret, hash } = newSecret();
        const made = await auth.begin(async (tx) => {
          const row = await createToken(tx, {
            tokenHash: hash,
            userId,
            name,
            permissions,
            expiresAt,
          });
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId,
            details: { tokenMade: row.id, name, permissions, expiresAt },
          }]);
          return row;
        }) as TokenRow;
        return c.json({ ...tokenOf(made), token: secret }, 201);
      },
    )
    .delete(
      "/tokens/:id",
      told("Sign-in", "Revoke an API token", { 204: "Revoked" }, [
        "unauthenticated",
        "forbidden",
        "unknown",
      ]),
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        const by = c.get("credential")!;
        if (by.permissions !== null && by.id !== id) {
          throw forbidden("A narrowed token revokes no token but itself");
        }
        const userId = sessionOf(c).user.id;
        const revoked = isId(id) && await auth.begin(async (tx) => {
          if (!await revokeToken(tx, userId, id)) return false;
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId,
            details: { tokenRevoked: id },
          }]);
          return true;
        });
        if (!revoked) throw unknown("You have no such token");
        return c.body(null, 204);
      },
    );

/** A narrowed token makes no wider ones. */
function narrowedBy(
  { permissions: limits }: Credential,
  wanted: Credential["permissions"],
): Credential["permissions"] {
  if (limits === null) return wanted;
  if (wanted === null) return limits;
  const beyond = wanted.filter((permission) => !limits.includes(permission));
  if (beyond.length === 0) return wanted;
  throw forbidden(`This token cannot pass on ${beyond.join(", ")}`);
}

/** A token that ends makes none that outlive it. A session's end is no limit: people make tokens to stay. */
function endedBy({ kind, expiresAt }: Credential, wanted: string | null): string | null {
  if (wanted !== null && Date.parse(wanted) <= Date.now()) {
    throw invalid([{ path: "expiresAt", message: "This is in the past" }]);
  }
  if (kind === "cookie" || expiresAt === null) return wanted;
  if (wanted === null) return expiresAt.toISOString();
  if (Date.parse(wanted) <= expiresAt.getTime()) return wanted;
  throw forbidden("This token cannot make one that outlives it");
}

export const tokenOf = ({ createdAt, expiresAt, lastUsedAt, ...row }: TokenRow) => ({
  ...row,
  permissions: row.permissions as Credential["permissions"],
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});
