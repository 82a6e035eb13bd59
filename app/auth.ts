/** Routes of signing in, of who one is, and of one's API tokens. */
import { Hono } from "hono";
import type { Sql } from "../db/sql.ts";
import { endOwnSession, listSessions } from "../db/sessions.ts";
import { createToken, listTokens, revokeToken, type TokenRow } from "../db/tokens.ts";
import {
  Credentials,
  Me,
  NewToken,
  Sessions,
  ShownToken,
  SignedOut,
  Tokens,
} from "./account_shapes.ts";
import type { AppEnv, Credential } from "./env.ts";
import { sessionOf, signedIn } from "./guard.ts";
import { forbidden, invalid, unknown } from "./problem.ts";
import { newSecret } from "./session.ts";
import { body, isId, told } from "./shape.ts";
import type { SignIn } from "./signin.ts";

export const auth = (sql: Sql, { signIn, signOut }: SignIn) =>
  new Hono<AppEnv>()
    .post(
      "/login",
      told("Sign-in", "Sign in with username or e-mail; sets the session cookie", { 200: Me }, [
        "invalid",
        "unauthenticated",
        "foreign_origin",
        "too_many",
      ]),
      body(Credentials),
      async (c) => {
        await signIn(c, c.req.valid("json"));
        return c.json(sessionOf(c));
      },
    )
    .post("/logout", told("Sign-in", "End the session", { 200: SignedOut }), async (c) => {
      await signOut(c);
      return c.json({ success: true as const });
    })
    .get(
      "/me",
      told("Sign-in", "Who is signed in, and what they may do where", { 200: Me }, [
        "unauthenticated",
      ]),
      signedIn,
      (c) => c.json(sessionOf(c)),
    )
    .get(
      "/sessions",
      told("Sign-in", "Where one is signed in", { 200: Sessions }, ["unauthenticated"]),
      signedIn,
      async (c) => {
        const sessions = await listSessions(sql, sessionOf(c).user.id);
        const credential = c.get("credential");
        return c.json({
          sessions: sessions.map(({ createdAt, expiresAt, ...session }) => ({
            ...session,
            createdAt: createdAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
            current: session.id === credential?.id,
          })),
          nextCursor: null,
        });
      },
    )
    .delete(
      "/sessions/:id",
      told("Sign-in", "End one of one's sessions", { 204: "Ended" }, [
        "unauthenticated",
        "unknown",
      ]),
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        if (!isId(id) || !await endOwnSession(sql, sessionOf(c).user.id, id)) {
          throw unknown("You have no such session");
        }
        return c.body(null, 204);
      },
    )
    .get(
      "/tokens",
      told("Sign-in", "One's API tokens", { 200: Tokens }, ["unauthenticated"]),
      signedIn,
      async (c) => {
        const tokens = await listTokens(sql, sessionOf(c).user.id);
        return c.json({ tokens: tokens.map(tokenOf), nextCursor: null });
      },
    )
    .post(
      "/tokens",
      told("Sign-in", "Make an API token; its secret is told this once", { 201: ShownToken }, [
        "invalid",
        "unauthenticated",
        "forbidden",
      ]),
      signedIn,
      body(NewToken),
      async (c) => {
        const wanted = c.req.valid("json");
        const expiresAt = wanted.expiresAt ?? null;
        if (expiresAt !== null && Date.parse(expiresAt) <= Date.now()) {
          throw invalid([{ path: "expiresAt", message: "This is in the past" }]);
        }
        const { secret, hash } = newSecret();
        const token = await createToken(sql, {
          tokenHash: hash,
          userId: sessionOf(c).user.id,
          name: wanted.name,
          permissions: narrowedBy(c.get("credential"), wanted.permissions ?? null),
          expiresAt,
        });
        return c.json({ ...tokenOf(token), token: secret }, 201);
      },
    )
    .delete(
      "/tokens/:id",
      told("Sign-in", "Revoke an API token", { 204: "Revoked" }, ["unauthenticated", "unknown"]),
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        if (!isId(id) || !await revokeToken(sql, sessionOf(c).user.id, id)) {
          throw unknown("You have no such token");
        }
        return c.body(null, 204);
      },
    );

/** A narrowed token makes no wider ones. */
function narrowedBy(
  credential: Credential | undefined,
  wanted: Credential["permissions"],
): Credential["permissions"] {
  const limits = credential?.permissions ?? null;
  if (limits === null) return wanted;
  if (wanted === null) return limits;
  const beyond = wanted.filter((permission) => !limits.includes(permission));
  if (beyond.length === 0) return wanted;
  throw forbidden(`This token cannot pass on ${beyond.join(", ")}`);
}

const tokenOf = (row: TokenRow) => ({
  id: row.id,
  name: row.name,
  permissions: row.permissions as Credential["permissions"],
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
});
