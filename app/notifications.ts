/** Routes of one's notifications, over all organizations one may read. */
import { type Context, Hono } from "hono";
import { countUnread, type Inbox, listNotifications, markRead } from "../db/inbox.ts";
import type { Sql } from "../db/sql.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { sessionOf, signedIn } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { body, parameters, told } from "./shape.ts";
import { MarkedRead, MarkRead, Notifications } from "./sync_shapes.ts";

const PAGED = parameters({ limit: "1 to 1000", cursor: "nextCursor of the page before" });

export const notifications = (auth: Sql) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told("Notifications", "What one should know, newest first", { 200: Notifications }, [
        "invalid",
        "unauthenticated",
      ]),
      PAGED,
      signedIn,
      async (c) => {
        const inbox = inboxOf(c);
        const before = readCursor("notifications", c.req.query("cursor"), 1)?.[0] ?? null;
        const limit = readLimit(c.req.query("limit"));
        const rows = await listNotifications(auth, inbox, { before, limit: limit + 1 });
        const shown = rows.slice(0, limit);
        return c.json({
          notifications: shown.map((row) => {
            const mask = maskFor(permissionsIn(c, row.organizationId));
            return {
              ...row,
              title: mask.text(row.title),
              body: mask.text(row.body),
              createdAt: row.createdAt.toISOString(),
              readAt: row.readAt?.toISOString() ?? null,
            };
          }),
          unread: await countUnread(auth, inbox),
          nextCursor: rows.length > limit ? writeCursor("notifications", [shown.at(-1)!.id]) : null,
        });
      },
    )
    .post(
      "/read",
      told("Notifications", "Mark as read", { 200: MarkedRead }, ["invalid", "unauthenticated"]),
      signedIn,
      body(MarkRead),
      async (c) => {
        const { ids } = c.req.valid("json");
        return c.json({ read: await markRead(auth, sessionOf(c).user.id, ids) });
      },
    );

const inboxOf = (c: Context<AppEnv>): Inbox => ({
  userId: sessionOf(c).user.id,
  organizationIds: sessionOf(c).organizations
    .filter(({ permissions }) => permissions.includes("Read"))
    .map(({ id }) => id),
});

const permissionsIn = (c: Context<AppEnv>, organizationId: string) =>
  sessionOf(c).organizations.find(({ id }) => id === organizationId)?.permissions ?? [];
