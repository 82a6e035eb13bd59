/** Routes of an organization's settings: is its PEMS there, and who wins a conflict. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { changePolicy, findOrganization } from "../db/organizations.ts";
import type { Sql } from "../db/sql.ts";
import type { Policies } from "../domain/threeway.ts";
import { ConflictPolicy, ConnectionTest, PolicyChange } from "./admin_shapes.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { requireVersion } from "./organizations.ts";
import { defaultConnection, type Defaults, endpointOf } from "./pems_settings.ts";
import { probe } from "./probe.ts";
import { Problem } from "./problem.ts";
import { body, GUARDED, told } from "./shape.ts";

export const settings = (auth: Sql, guard: Guard, defaults: Defaults) =>
  new Hono<AppEnv>()
    .post(
      "/:organizationId/test-connection",
      told("Administration", "Call PEMS as this organization would", { 200: ConnectionTest }, [
        ...GUARDED,
        "rule",
        "not_ready",
      ]),
      guard.allow("path", "ManageSettings"),
      async (c) => {
        const organization = (await findOrganization(auth, c.get("organization").id))!;
        const endpoint = await endpointOf(auth, defaults, organization);
        const connectionId = organization.connectionId ??
          await defaultConnection(auth, defaults);
        if (endpoint === undefined || connectionId === null) {
          throw new Problem("rule", `No PEMS is set up for ${organization.code}`);
        }
        const { timeoutMs } = defaults.config.pems;
        const probed = { ...endpoint, connectionId, timeoutMs };
        return c.json(await probe(auth, { ...probed, organizationCode: organization.code }));
      },
    )
    .put(
      "/:organizationId/conflict-policy",
      told("Administration", "Who wins a conflict, by field", { 200: ConflictPolicy }, [
        ...GUARDED,
        "moved_on",
      ]),
      guard.allow("path", "ManageSettings"),
      body(PolicyChange),
      async (c) => {
        const { version, ...policy } = c.req.valid("json");
        const fields = policy.fields as Policies;
        const { id } = c.get("organization");
        await auth.begin(async (tx) => {
          const before = await findOrganization(tx, id);
          requireVersion(before, version);
          await changePolicy(tx, id, fields);
          await record(tx, [{
            eventType: "PERMISSION_CHANGED",
            organizationId: id,
            userId: sessionOf(c).user.id,
            details: { conflictPolicy: fields, before: before?.conflictPolicy },
          }]);
        });
        return c.json({ fields });
      },
    );
