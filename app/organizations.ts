/** Routes of organizations: made by administrators, kept by whoever manages their settings. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { announce } from "../db/notices.ts";
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
import { managed } from "./managing.ts";
import { maskFor } from "./mask.ts";
import { applyPems, type Defaults } from "./pems_settings.ts";
import { forbidden, Problem, unknown } from "./problem.ts";
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
          const settled = await applyPems(tx, defaults, { id: row.id, change: pems, userId });
          await noteCredentials(tx, userId, settled);
          return settled;
        }) as OrganizationRow;
        return c.json(organizationOf(made, sessionOf(c)), 201);
      },
    )
    .get(
      "/:organizationId",
      told("Administration", "One organization, its connection and its policy", {
        200: Organization,
      }, [...GUARDED, "unknown"]),
      guard.allow("path", "ManageSettings"),
      async (c) => {
        const ids = [c.get("organization").id];
        const [row] = await listOrganizations(auth, { ids, after: "", limit: 1 });
        if (row === undefined) throw unknown("There is no such organization");
        return c.json(organizationOf(row, sessionOf(c)));
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
        const { code, name, pems, version } = c.req.valid("json");
        const { id } = c.get("organization");
        const { user } = sessionOf(c);
        // Both lead to what another organization has: its records on a shared PEMS, the environment's key.
        if ((code !== undefined || pems === null) && !user.isAdmin) {
          throw forbidden("Only a system administrator changes a code or uses the default PEMS");
        }
        const changed = await auth.begin(async (tx) => {
          const before = await findOrganization(tx, id);
          requireVersion(before, version);
          await renameOrganization(tx, id, { code, name }).catch((cause) => {
            throw isTaken(cause) ? taken(code!) : cause;
          });
          if (pems === undefined) return (await findOrganization(tx, id))!;
          const settled = await applyPems(tx, defaults, { id, change: pems, userId: user.id });
          await noteCredentials(tx, user.id, settled);
          await announce(tx, [{
            type: "HEALTH",
            organizationId: id,
            at: new Date().toISOString(),
          }]);
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
    keySetBy: row.keySetBy,
  },
  connection: row.connection && {
    ...row.connection,
    since: new Date(row.connection.since).toISOString(),
  },
  conflictPolicy: row.conflictPolicy,
  pause: row.pause === null ? null : {
    by: row.pause,
    reason: row.pauseReason && maskFor(permissionsIn(session, row.id)).text(row.pauseReason),
    since: row.pausedAt!.toISOString(),
    userName: row.pausedBy,
  },
  version: row.version,
  createdAt: row.createdAt.toISOString(),
});

const permissionsIn = ({ organizations }: Session, organizationId: string) =>
  organizations.find(({ id }) => id === organizationId)?.permissions ?? [];

/** Throws 409 when the settings are no longer those that the change was made on; undefined: whatever they are. */
export function requireVersion(
  row: Pick<OrganizationRow, "version"> | undefined,
  version: number | undefined,
): void {
  if (version === undefined || row?.version === version) return;
  throw new Problem(
    "moved_on",
    `The settings were changed meanwhile: they are at version ${row?.version}, you saw ${version}`,
  );
}

const taken = (code: string) =>
  new Problem("moved_on", `There is an organization with the code ${code} already`);

export const isTaken = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "23505";
