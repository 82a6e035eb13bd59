/** Routes of memberships: who may do what in an organization, and until when. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import {
  membershipOf,
  type MembershipRow,
  putMembership,
  removeMembership,
} from "../db/memberships.ts";
import type { Sql } from "../db/sql.ts";
import { Membership, NewMembership } from "./admin_shapes.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { noUser, requireHeld } from "./managing.ts";
import { unknown } from "./problem.ts";
import { body, GUARDED, isId, told } from "./shape.ts";

export const memberships = (auth: Sql, { allow }: Guard) =>
  new Hono<AppEnv>()
    .put(
      "/:organizationId/members/:userId",
      told("Administration", "Give a user permissions in the organization", { 200: Membership }, [
        ...GUARDED,
        "unknown",
      ]),
      allow("path", "ManageUsers"),
      body(NewMembership),
      async (c) => {
        const { permissions, expiresAt = null } = c.req.valid("json");
        const { id: organizationId } = c.get("organization");
        const userId = c.req.param("userId");
        requireHeld(c.get("organization"), permissions);
        const put = isId(userId)
          ? await auth.begin(async (tx) => {
            const before = await membershipOf(tx, organizationId, userId);
            const row = await putMembership(tx, {
              organizationId,
              userId,
              permissions: [...new Set(permissions)],
              expiresAt,
            });
            if (row === undefined) throw noUser();
            await record(tx, [{
              eventType: "PERMISSION_CHANGED",
              organizationId,
              userId: sessionOf(c).user.id,
              details: { member: userId, permissions, expiresAt, before },
            }]);
            return row;
          }) as MembershipRow
          : undefined;
        if (put === undefined) throw noUser();
        return c.json({ ...put, expiresAt: put.expiresAt?.toISOString() ?? null });
      },
    )
    .delete(
      "/:organizationId/members/:userId",
      told("Administration", "End a membership", { 204: "Ended" }, [...GUARDED, "unknown"]),
      allow("path", "ManageUsers"),
      async (c) => {
        const { id: organizationId } = c.get("organization");
        const userId = c.req.param("userId");
        const removed = isId(userId) && await auth.begin(async (tx) => {
          const before = await membershipOf(tx, organizationId, userId);
          if (!await removeMembership(tx, organizationId, userId)) return false;
          await record(tx, [{
            eventType: "PERMISSION_CHANGED",
            organizationId,
            userId: sessionOf(c).user.id,
            details: { member: userId, permissions: [], before },
          }]);
          return true;
        });
        if (!removed) throw unknown("The organization has no such member");
        return c.body(null, 204);
      },
    );
