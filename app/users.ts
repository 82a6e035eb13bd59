/** Routes of user accounts: for administrators, and for who manages the users of an organization. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { putMembership } from "../db/memberships.ts";
import { revokeSessions } from "../db/sessions.ts";
import type { Sql, Tx } from "../db/sql.ts";
import {
  changeUser,
  createUser,
  listUsers,
  otherAdministrators,
  type UserRow,
} from "../db/users.ts";
import type { Permission } from "../domain/permissions.ts";
import { NewUser, User, UserChange, Users } from "./admin_shapes.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv, Membership } from "./env.ts";
import { idOf, textOf } from "./filters.ts";
import { type Guard, sessionOf, signedIn } from "./guard.ts";
import { managed, managers, noUser, requireHeld, requireManaged } from "./managing.ts";
import { isTaken } from "./organizations.ts";
import { hashPassword, requireLength } from "./password.ts";
import { broken, forbidden, Problem } from "./problem.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";

const FILTERS = parameters({
  organizationId: "Members of this organization",
  search: "Part of the username, name or e-mail",
  limit: "1 to 1000",
  cursor: "nextCursor of the page before",
});

export const users = (auth: Sql, { requireOrganization }: Guard) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told(
        "Administration",
        "Users one manages, with their memberships there",
        { 200: Users },
        GUARDED,
      ),
      FILTERS,
      signedIn,
      async (c) => {
        const all = managed(sessionOf(c), "ManageUsers");
        const organizationId = idOf(c, "organizationId");
        if (organizationId !== null) await requireOrganization(c, organizationId, "ManageUsers");
        const search = textOf(c, "search");
        const limit = readLimit(c.req.query("limit"));
        const list = ["users", organizationId, search];
        const place = readCursor(list, c.req.query("cursor"), 1);
        const rows = await listUsers(auth, {
          organizationIds: organizationId === null ? all : [organizationId],
          search,
          after: place?.[0] ?? "",
          limit: limit + 1,
        });
        const shown = rows.slice(0, limit);
        return c.json({
          users: shown.map((row) => ({ ...userOf(row), memberships: row.memberships })),
          nextCursor: rows.length > limit ? writeCursor(list, [shown.at(-1)!.username]) : null,
        });
      },
    )
    .post(
      "/",
      told("Administration", "Make a user", { 201: User }, [...GUARDED, "moved_on", "rule"]),
      managers,
      body(NewUser),
      async (c) => {
        const { password, email = null, isAdmin = false, membership, ...named } = c.req.valid(
          "json",
        );
        const { user } = sessionOf(c);
        if (isAdmin && !user.isAdmin) throw onlyAdministrators();
        const first: First | undefined = membership && {
          expiresAt: null,
          ...membership,
          organization: await requireOrganization(c, membership.organizationId, "ManageUsers"),
        };
        if (first !== undefined) requireHeld(first.organization, first.permissions);
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
          if (first !== undefined) await join(tx, user.id, { ...first, member: row });
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

interface First {
  readonly organization: Membership;
  readonly permissions: ReadonlyArray<Permission>;
  readonly expiresAt: string | null;
}

/** The new user's first membership, in the transaction that makes them: nobody is left who belongs nowhere. */
async function join(
  tx: Tx,
  userId: string,
  { organization, permissions, expiresAt, member }: First & { readonly member: UserRow },
): Promise<void> {
  const organizationId = organization.id;
  await putMembership(tx, {
    organizationId,
    userId: member.id,
    permissions: [...new Set(permissions)],
    expiresAt,
  });
  await record(tx, [{
    eventType: "PERMISSION_CHANGED",
    organizationId,
    userId,
    details: { member: member.id, username: member.username, permissions, expiresAt },
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
