/** Routes of where one is signed in, and of one's own password. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { endOneSession, listSessions, revokeSessions, type SessionRow } from "../db/sessions.ts";
import type { Sql } from "../db/sql.ts";
import { countTry, forgive } from "../db/throttle.ts";
import { changeUser, findForSignIn } from "../db/users.ts";
import { Ended, NewPassword, Sessions } from "./account_shapes.ts";
import type { AppEnv } from "./env.ts";
import { sessionOf, signedIn, unnarrowed } from "./guard.ts";
import { hashPassword, isPassword, requireLength } from "./password.ts";
import { broken, forbidden, Problem, unknown } from "./problem.ts";
import { body, GUARDED, isId, told } from "./shape.ts";

/** In 15 minutes: who found a browser open must not find out the password with it. */
const MOST_TRIES = 10;

export const sessions = (auth: Sql) =>
  new Hono<AppEnv>()
    .get(
      "/sessions",
      told("Sign-in", "Where one is signed in", { 200: Sessions }, ["unauthenticated"]),
      signedIn,
      async (c) => {
        const rows = await listSessions(auth, sessionOf(c).user.id);
        return c.json({ sessions: rows.map(shownTo(c.get("credential")?.id)), nextCursor: null });
      },
    )
    .post(
      "/sessions/end-others",
      told("Sign-in", "End all of one's sessions but the one that asks", { 200: Ended }, [
        "unauthenticated",
        "forbidden",
      ]),
      signedIn,
      unnarrowed,
      async (c) => {
        const { user } = sessionOf(c);
        const ended = await auth.begin(async (tx) => {
          const count = await revokeSessions(tx, user.id, c.get("credential")!.id);
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId: user.id,
            details: { sessionsEnded: count },
          }]);
          return count;
        }) as number;
        return c.json({ ended });
      },
    )
    .delete(
      "/sessions/:id",
      told("Sign-in", "End one of one's sessions", { 204: "Ended" }, [
        "unauthenticated",
        "forbidden",
        "unknown",
      ]),
      signedIn,
      unnarrowed,
      async (c) => {
        const id = c.req.param("id");
        if (!isId(id) || !await endOneSession(auth, sessionOf(c).user.id, id)) {
          throw unknown("You have no such session");
        }
        return c.body(null, 204);
      },
    )
    .put(
      "/password",
      told("Sign-in", "Change one's password; other sessions end", { 204: "Changed" }, [
        ...GUARDED,
        "rule",
        "too_many",
      ]),
      signedIn,
      async (c, next) => {
        if (c.get("credential")!.kind === "cookie") return await next();
        throw forbidden("A password is changed by who is signed in with it, not by a token");
      },
      body(NewPassword),
      async (c) => {
        const { current, password } = c.req.valid("json");
        const { user } = sessionOf(c);
        requireLength(password);
        await requirePassword(auth, user, current);
        const passwordHash = await hashPassword(password);
        await auth.begin(async (tx) => {
          await changeUser(tx, user.id, { passwordHash });
          await revokeSessions(tx, user.id, c.get("credential")!.id);
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId: user.id,
            details: { changed: user.id, password: true },
          }]);
        });
        return c.body(null, 204);
      },
    );

async function requirePassword(
  auth: Sql,
  { id, username }: { readonly id: string; readonly username: string },
  password: string,
): Promise<void> {
  const subject = `password:${id}`;
  const wait = await countTry(auth, [{ subject, most: MOST_TRIES }]);
  if (wait > 0) {
    throw new Problem("too_many", "Too many wrong passwords: wait before trying again", [], {
      "retry-after": String(wait),
    });
  }
  const user = await findForSignIn(auth, username);
  if (!await isPassword(password, user?.passwordHash ?? null)) {
    throw broken([{ path: "current", message: "This is not your password" }]);
  }
  await forgive(auth, subject, subject);
}

/** A session as it is shown to the holder of this one. */
export const shownTo =
  (current: string | undefined) => ({ createdAt, expiresAt, lastUsedAt, ...row }: SessionRow) => ({
    ...row,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    current: row.id === current,
  });
