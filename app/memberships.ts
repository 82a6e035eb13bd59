/** Routes of memberships: who may do what in an organization, and until when. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { type MembershipRow, putMembership, removeMembership } from "../db/memberships.ts";
import type { Sql } from "../db/sql.ts";
import { Membership, NewMembership } from "./admin_shapes.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { forbidden, unknown } from "./problem.ts";
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
        const { id: organizationId, permissions: own, code } = c.get("organization");
        const userId = c.req.param("userId");
        // An administrator's list holds all of them.
        const beyond = permissions.filter((permission) => !own.includes(permission));
        if (beyond.length > 0) {
          throw forbidden(`You cannot give ${beyond.join(", ")}: you do not have it in ${code}`);
        }
        const put = isId(userId)
          ? await auth.begin(async (tx) => {
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
              details: { member: userId, permissions, expiresAt },
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
          if (!await removeMembership(tx, organizationId, userId)) return false;
          await record(tx, [{
            eventType: "PERMISSION_CHANGED",
            organizationId,
            userId: sessionOf(c).user.id,
            details: { member: userId, permissions: [] },
          }]);
          return true;
        });
        if (!removed) throw unknown("The organization has no such member");
        return c.body(null, 204);
      },
    );

const noUser = () => unknown("There is no such user");
