/** A bench for decisions over the API: an organization with three records, who may do everything, and who may not. */
import type { Database, Tenant } from "../db/sql.ts";
import { type Permission, PERMISSIONS } from "../domain/permissions.ts";
import { type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, aPlanner, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";

export const NOBODY = "0198c0de-0000-7000-8000-000000000000";

export interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly tenant: Tenant;
  readonly organizationId: string;
  /** Has every permission, and has made every change that is not somebody else's. */
  readonly caller: Caller;
  /** A member with every permission but these. */
  without(...missing: Permission[]): Promise<Caller & { readonly userId: string }>;
}

export const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () =>
    withDatabase((db) =>
      withApp(db, async (app) => {
        const tenant = await aPlanner(db);
        const { organizationId } = tenant;
        await mirrored(db, organizationId, { A: {}, B: {}, C: {} });
        await work({
          db,
          app,
          tenant,
          organizationId,
          caller: await app.as(tenant.userId),
          without: async (...missing) => {
            const permissions = PERMISSIONS.filter((name) => !missing.includes(name));
            const { userId } = await aMember(db, organizationId, { permissions });
            return { ...await app.as(userId), userId };
          },
        });
      })
    ));

export const statusOf = async (db: Database, id: string) =>
  (await db.owner`select sync_status from pfa_modification where id = ${id}`)[0]!.sync_status;
