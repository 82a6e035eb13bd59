/** Routes of organizations: made by administrators, kept by whoever manages their settings. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import {
  createOrganization,
  findOrganization,
  listOrganizations,
  type OrganizationRow,
  renameOrganization,
} from "../db/organizations.ts";
import type { Sql, Tx } from "../db/sql.ts";
import {
  NewOrganization,
  Organization,
  OrganizationChange,
  Organizations,
} from "./admin_shapes.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv, Session } from "./env.ts";
import { type Guard, sessionOf, signedIn } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { applyPems, type Defaults } from "./pems_settings.ts";
import { forbidden, Problem } from "./problem.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";

const PAGED = parameters({ limit: "1 to 1000", cursor: "nextCursor of the page before" });

export const organizations = (auth: Sql, guard: Guard, defaults: Defaults) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told("Administration", "Organizations one manages", { 200: Organizations }, GUARDED),
      PAGED,
      signedIn,
      async (c) => {
        const ids = managed(sessionOf(c), "ManageUsers", "ManageSettings");
        const limit = readLimit(c.req.query("limit"));
        const place = readCursor("organizations", c.req.query("cursor"), 1);
        const rows = await listOrganizations(auth, {
          ids,
          after: place?.[0] ?? "",
          limit: limit + 1,
        });
        const shown = rows.slice(0, limit);
        return c.json({
          organizations: shown.map((row) => organizationOf(row, sessionOf(c))),
          nextCursor: rows.length > limit
            ? writeCursor("organizations", [shown.at(-1)!.code])
            : null,
        });
      },
    )
    .post(
      "/",
      told("Administration", "Make an organization", { 201: Organization }, [
        ...GUARDED,
        "moved_on",
        "rule",
      ]),
      guard.administrators,
      body(NewOrganization),
      async (c) => {
        const { code, name, pems = null } = c.req.valid("json");
        const userId = sessionOf(c).user.id;
        const made = await auth.begin(async (tx) => {
          const row = await createOrganization(tx, { code, name });
          if (row === undefined) throw taken(code);
          const settled = await applyPems(tx, defaults, { id: row.id, change: pems });
          await noteCredentials(tx, userId, settled);
          return settled;
        }) as OrganizationRow;
        return c.json(organizationOf(made, sessionOf(c)), 201);
      },
    )
    .patch(
      "/:organizationId",
      told("Administration", "Change an organization; what is absent stays", {
        200: Organization,
      }, [...GUARDED, "moved_on", "rule"]),
      guard.allow("path", "ManageSettings"),
      body(OrganizationChange),
      async (c) => {
        const { code, name, pems } = c.req.valid("json");
        const { id } = c.get("organization");
        const { user } = sessionOf(c);
        // Both lead to what another organization has: its records on a shared PEMS, the environment's key.
        if ((code !== undefined || pems === null) && !user.isAdmin) {
          throw forbidden("Only a system administrator changes a code or uses the default PEMS");
        }
        const changed = await auth.begin(async (tx) => {
          const before = await findOrganization(tx, id);
          await renameOrganization(tx, id, { code, name }).catch((cause) => {
            throw isTaken(cause) ? taken(code!) : cause;
          });
          if (pems === undefined) return (await findOrganization(tx, id))!;
          const settled = await applyPems(tx, defaults, { id, change: pems });
          await noteCredentials(tx, user.id, settled);
          if (before?.pause != null && settled.pause === null) {
            await record(tx, [{
              eventType: "RESUME",
              organizationId: id,
              userId: user.id,
              details: { pausedFor: before.pause, reason: "new credentials" },
            }]);
          }
          return settled;
        }) as OrganizationRow;
        return c.json(organizationOf(changed, sessionOf(c)));
      },
    );

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

const noteCredentials = (tx: Tx, userId: string, row: OrganizationRow) =>
  record(tx, [{
    eventType: "CREDENTIAL_CHANGED",
    organizationId: row.id,
    userId,
    details: {
      baseUrl: row.baseUrl,
      rateLimit: row.rateLimit,
      keyFingerprint: row.keyFingerprint,
    },
  }]);

const organizationOf = (row: OrganizationRow, session: Session) => ({
  id: row.id,
  code: row.code,
  name: row.name,
  pems: {
    baseUrl: row.baseUrl,
    rateLimit: row.rateLimit,
    keyFingerprint: row.keyFingerprint,
    keySetAt: row.keySetAt?.toISOString() ?? null,
  },
  conflictPolicy: row.conflictPolicy,
  pause: row.pause === null ? null : {
    by: row.pause,
    reason: row.pauseReason && maskFor(permissionsIn(session, row.id)).text(row.pauseReason),
    since: row.pausedAt!.toISOString(),
  },
  createdAt: row.createdAt.toISOString(),
});

const permissionsIn = ({ organizations }: Session, organizationId: string) =>
  organizations.find(({ id }) => id === organizationId)?.permissions ?? [];

const taken = (code: string) =>
  new Problem("moved_on", `There is an organization with the code ${code} already`);

export const isTaken = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "23505";
