/** Routes of user accounts: for administrators, and for who manages the users of an organization. */
import { Hono, type MiddlewareHandler } from "hono";
import { record } from "../db/audit.ts";
import { type Standing, standingOf } from "../db/memberships.ts";
import { revokeSessions } from "../db/sessions.ts";
import type { Sql } from "../db/sql.ts";
import {
  changeUser,
  createUser,
  listUsers,
  otherAdministrators,
  type UserRow,
} from "../db/users.ts";
import { NewUser, User, UserChange, Users } from "./admin_shapes.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv, Session } from "./env.ts";
import { sessionOf, signedIn } from "./guard.ts";
import { isTaken, managed } from "./organizations.ts";
import { hashPassword, SHORTEST_PASSWORD } from "./password.ts";
import { broken, forbidden, Problem, unknown } from "./problem.ts";
import { body, GUARDED, isId, parameters, told } from "./shape.ts";

const PAGED = parameters({ limit: "1 to 1000", cursor: "nextCursor of the page before" });

export const users = (auth: Sql) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told(
        "Administration",
        "Users one manages, with their memberships there",
        { 200: Users },
        GUARDED,
      ),
      PAGED,
      signedIn,
      async (c) => {
        const organizationIds = managed(sessionOf(c), "ManageUsers");
        const limit = readLimit(c.req.query("limit"));
        const place = readCursor("users", c.req.query("cursor"), 1);
        const rows = await listUsers(auth, {
          organizationIds,
          after: place?.[0] ?? "",
          limit: limit + 1,
        });
        const shown = rows.slice(0, limit);
        return c.json({
          users: shown.map((row) => ({ ...userOf(row), memberships: row.memberships })),
          nextCursor: rows.length > limit ? writeCursor("users", [shown.at(-1)!.username]) : null,
        });
      },
    )
    .post(
      "/",
      told("Administration", "Make a user", { 201: User }, [...GUARDED, "moved_on", "rule"]),
      managers,
      body(NewUser),
      async (c) => {
        const { password, email = null, isAdmin = false, ...named } = c.req.valid("json");
        const { user } = sessionOf(c);
        if (isAdmin && !user.isAdmin) throw onlyAdministrators();
        requireLength(password);
        const passwordHash = await hashPassword(password);
        const made = await auth.begin(async (tx) => {
          const row = await createUser(tx, { ...named, email, isAdmin, passwordHash });
          if (row === undefined) throw taken();
          await record(tx, [{
            eventType: "PERMISSION_CHANGED",
            userId: user.id,
            details: { made: row.id, username: row.username, isAdmin },
          }]);
          return row;
        }) as UserRow;
        return c.json(userOf(made), 201);
      },
    )
    .patch(
      "/:id",
      told("Administration", "Change a user; a new password ends the sessions", { 200: User }, [
        ...GUARDED,
        "unknown",
        "moved_on",
        "rule",
      ]),
      managers,
      async (c, next) => {
        await requireManaged(auth, sessionOf(c), c.req.param("id"));
        await next();
      },
      body(UserChange),
      async (c) => {
        const { password, ...change } = c.req.valid("json");
        const id = c.req.param("id");
        const session = sessionOf(c);
        if (change.isAdmin !== undefined && !session.user.isAdmin) throw onlyAdministrators();
        if (password !== undefined) requireLength(password);
        const passwordHash = password === undefined ? undefined : await hashPassword(password);
        const changed = await auth.begin(async (tx) => {
          if (change.disabled || change.isAdmin === false) {
            const others = await otherAdministrators(tx, id);
            if (others === 0) throw broken([{ path: "", message: "Somebody must administer" }]);
          }
          const row = await changeUser(tx, id, { ...change, passwordHash }).catch((cause) => {
            throw isTaken(cause) ? taken() : cause;
          });
          if (row === undefined) throw noUser();
          if (password !== undefined || change.disabled) await revokeSessions(tx, id);
          await record(tx, [{
            eventType: password === undefined ? "PERMISSION_CHANGED" : "CREDENTIAL_CHANGED",
            userId: session.user.id,
            details: { changed: id, ...change, password: password !== undefined },
          }]);
          return row;
        }) as UserRow;
        return c.json(userOf(changed));
      },
    );

/** Lets through who manages users anywhere. */
const managers: MiddlewareHandler<AppEnv> = async (c, next) => {
  managed(sessionOf(c), "ManageUsers");
  await next();
};

/**
 * Throws 403 unless the session may change the account: a system administrator any, others those who are
 * members of nothing but what they manage, and may do nothing there that they may not do themselves.
 */
async function requireManaged(auth: Sql, session: Session, userId: string): Promise<void> {
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

function requireLength(password: string): void {
  if (password.length >= SHORTEST_PASSWORD) return;
  throw broken([{
    path: "password",
    message: `A password must have at least ${SHORTEST_PASSWORD} characters`,
  }]);
}

const userOf = (row: UserRow) => ({
  id: row.id,
  username: row.username,
  displayName: row.displayName,
  email: row.email,
  isAdmin: row.isAdmin,
  disabledAt: row.disabledAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
});

const onlyAdministrators = () =>
  forbidden("Only a system administrator makes system administrators");
const taken = () => new Problem("moved_on", "The username or e-mail is taken");
const noUser = () => unknown("There is no such user");
