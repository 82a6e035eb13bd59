/** A bench for administration over the API: an empty product and its system administrator. */
import type { Database } from "../db/sql.ts";
import { type Caller, type TestApp, withApp } from "./app_client.ts";
import { aUser } from "./builders.ts";
import { withDatabase } from "./database.ts";

export const ORGANIZATIONS = "/api/admin/organizations";

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  /** A system administrator. */
  readonly admin: Caller;
}

/** Work at the bench as work at a database, for `onEach`. */
export const atBench = (work: (bench: Bench) => Promise<void>) => (db: Database) =>
  withApp(db, async (app) => {
    await work({ db, app, admin: await app.as(await aUser(db, { isAdmin: true })) });
  });

export const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () => withDatabase(atBench(work)));
