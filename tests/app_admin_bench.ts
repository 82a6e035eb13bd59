/** A bench for administration over the API: an empty product and its system administrator. */
import type { Database } from "../db/sql.ts";
import { benches } from "./app_benches.ts";
import type { Caller, TestApp } from "./app_client.ts";
import { aUser } from "./builders.ts";

export const ORGANIZATIONS = "/api/admin/organizations";

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  /** A system administrator. */
  readonly admin: Caller;
}

export const { atBench, test } = benches<Bench>(async (db, app) => ({
  db,
  app,
  admin: await app.as(await aUser(db, { isAdmin: true })),
}));
