/** Benches over the API: whom a test finds there, and how tests are registered at one. */
import type { Database } from "../db/sql.ts";
import { type Caller, type TestApp, withApp } from "./app_client.ts";
import { withDatabase } from "./database.ts";

/** Somebody who calls, in an organization of their own. */
export interface CallerBench {
  readonly db: Database;
  readonly app: TestApp;
  readonly caller: Caller;
  readonly organizationId: string;
  readonly userId: string;
}

/** Tests at a bench that is made so: `atBench` makes of their work what `onEach` wants, `test` registers it on PGlite. */
export function benches<Bench>(make: (db: Database, app: TestApp) => Promise<Bench>) {
  type Work = (bench: Bench) => Promise<void>;
  const atBench = (work: Work) => (db: Database) =>
    withApp(db, async (app) => await work(await make(db, app)));
  const test = (name: string, work: Work) => Deno.test(name, () => withDatabase(atBench(work)));
  return { atBench, test };
}
