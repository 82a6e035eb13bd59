/** Routes of where other people are signed in: for who manages them. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { endOneSession, listSessions, revokeSessions } from "../db/sessions.ts";
import type { Sql } from "../db/sql.ts";
import { Ended, Sessions } from "./account_shapes.ts";
import type { AppEnv } from "./env.ts";
import { sessionOf } from "./guard.ts";
import { managers, requireManaged } from "./managing.ts";
import { unknown } from "./problem.ts";
import { shownTo } from "./sessions.ts";
import { GUARDED, isId, told } from "./shape.ts";

const MANAGED = [...GUARDED, "unknown"] as const;

export const userSessions = (auth: Sql) =>
  new Hono<AppEnv>()
    .use("/:id/sessions/*", managers, async (c, next) => {
      await requireManaged(auth, sessionOf(c), c.req.param("id")!);
      await next();
    })
    .get(
      "/:id/sessions",
      told("Administration", "Where a user is signed in", { 200: Sessions }, MANAGED),
      async (c) => {
        const rows = await listSessions(auth, c.req.param("id"));
        return c.json({ sessions: rows.map(shownTo(c.get("credential")?.id)), nextCursor: null });
      },
    )
    .post(
      "/:id/sessions/end",
      told(
        "Administration",
        "End every session of a user, but the one that asks",
        { 200: Ended },
        MANAGED,
      ),
      async (c) => {
        const id = c.req.param("id");
        const ended = await auth.begin(async (tx) => {
          const count = await revokeSessions(tx, id, c.get("credential")!.id);
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId: sessionOf(c).user.id,
            details: { changed: id, sessionsEnded: count },
          }]);
          return count;
        }) as number;
        return c.json({ ended });
      },
    )
    .delete(
      "/:id/sessions/:sessionId",
      told("Administration", "End one session of a user", { 204: "Ended" }, MANAGED),
      async (c) => {
        const { id, sessionId } = c.req.param();
        const ended = isId(sessionId) && await auth.begin(async (tx) => {
          if (!await endOneSession(tx, id, sessionId)) return false;
          await record(tx, [{
            eventType: "CREDENTIAL_CHANGED",
            userId: sessionOf(c).user.id,
            details: { changed: id, sessionEnded: sessionId },
          }]);
          return true;
        });
        if (!ended) throw unknown("The user has no such session");
        return c.body(null, 204);
      },
    );
