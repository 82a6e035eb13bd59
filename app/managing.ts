/** Whom and what a session manages: its organizations, their people, and what it may pass on. */
import type { MiddlewareHandler } from "hono";
import { type Standing, standingOf } from "../db/memberships.ts";
import type { Sql } from "../db/sql.ts";
import type { Permission } from "../domain/permissions.ts";
import type { AppEnv, Membership, Session } from "./env.ts";
import { sessionOf } from "./guard.ts";
import { forbidden, unknown } from "./problem.ts";
import { isId } from "./shape.ts";

/** The organizations in which the session holds one of the permissions; null: all. Throws 403 when it is none. */
export function managed(
  { user, organizations }: Session,
  ...permissions: ReadonlyArray<"ManageUsers" | "ManageSettings">
): ReadonlyArray<string> | null {
  if (user.isAdmin) return null;
  const ids = organizations
    .filter((one) => permissions.some((permission) => one.permissions.includes(permission)))
    .map(({ id }) => id);
  if (ids.length > 0) return ids;
  throw forbidden(`You need the permission ${permissions.join(" or ")} in some organization`);
}

/** Throws 403 for what the membership does not hold itself; an administrator's holds all of them. */
export function requireHeld(
  { permissions: own, code }: Membership,
  given: ReadonlyArray<Permission>,
): void {
  const beyond = given.filter((permission) => !own.includes(permission));
  if (beyond.length === 0) return;
  throw forbidden(`You cannot give ${beyond.join(", ")}: you do not have it in ${code}`);
}

/** Lets through who manages users anywhere. */
export const managers: MiddlewareHandler<AppEnv> = async (c, next) => {
  managed(sessionOf(c), "ManageUsers");
  await next();
};

/**
 * Throws 403 unless the session may change the account: a system administrator any, others those who are
 * members of nothing but what they manage, and may do nothing there that they may not do themselves.
 */
export async function requireManaged(auth: Sql, session: Session, userId: string): Promise<void> {
  const standing = isId(userId) ? await standingOf(auth, userId) : undefined;
  if (session.user.isAdmin) {
    if (standing === undefined) throw noUser();
    return;
  }
  if (standing === undefined || !isBelow(standing, session)) {
    throw forbidden("You can change only users of the organizations whose users you manage");
  }
}

const isBelow = ({ isAdmin, memberships }: Standing, { organizations }: Session): boolean =>
  !isAdmin && memberships.length > 0 && memberships.every(({ organizationId, permissions }) => {
    const own = organizations.find(({ id }) => id === organizationId)?.permissions ?? [];
    return own.includes("ManageUsers") &&
      permissions.every((permission) => own.some((held) => held === permission));
  });

export const noUser = () => unknown("There is no such user");
