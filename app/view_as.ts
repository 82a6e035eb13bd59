/** Routes of looking as somebody else: read-only, in one organization, for an hour at most. */
import { Hono } from "hono";
import type { Sql } from "../db/sql.ts";
import { beginView, endView } from "../db/views_as.ts";
import { ViewAs, ViewedAs } from "./account_shapes.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, signedIn } from "./guard.ts";
import { forbidden, unknown } from "./problem.ts";
import { body, GUARDED, told } from "./shape.ts";

export const viewAs = (auth: Sql, { allow }: Guard) =>
  new Hono<AppEnv>()
    .post(
      "/view-as",
      told(
        "Sign-in",
        "Look as a member of the organization: this session, read-only, for an hour",
        {
          201: ViewedAs,
        },
        [...GUARDED, "unknown"],
      ),
      allow("body", "Impersonate"),
      async (c, next) => {
        if (c.get("credential")!.kind === "cookie") return await next();
        throw forbidden("A session looks as somebody else, a token does not");
      },
      body(ViewAs),
      async (c) => {
        const { userId } = c.req.valid("json");
        const { id: organizationId, code } = c.get("organization");
        const sessionId = c.get("credential")!.id;
        const until = await beginView(auth, { sessionId, organizationId, userId });
        if (until === undefined) {
          throw unknown(`${code} has no such member to look as: nobody looks as an administrator`);
        }
        return c.json({ userId, organizationId, until: until.toISOString() }, 201);
      },
    )
    .delete(
      "/view-as",
      told("Sign-in", "Look as oneself again", { 204: "Ended" }, ["unauthenticated"]),
      signedIn,
      async (c) => {
        await endView(auth, c.get("credential")!.id);
        return c.body(null, 204);
      },
    );
