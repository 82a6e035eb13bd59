/** A bench for drafts over the API: a planner at two records, who saves, commits and looks. */
import type { Database } from "../db/sql.ts";
import { benches, type CallerBench } from "./app_benches.ts";
import type { Caller, TestApp } from "./app_client.ts";
import { aPlanner, mirrored } from "./builders.ts";

interface Bench extends CallerBench {
  save(changes: object, over?: object): ReturnType<Caller["post"]>;
  commit(over?: object): ReturnType<Caller["post"]>;
  // deno-lint-ignore no-explicit-any
  view(pfaId?: string): Promise<any>;
  // deno-lint-ignore no-explicit-any
  stored(): Promise<any>;
}

/** A planner at PFA-1 (monthlyRate 5500, forecast 2026-01-15 to 2026-09-15) and PFA-2. */
async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const tenant = await aPlanner(db);
  const { organizationId } = tenant;
  await mirrored(db, organizationId, { "PFA-1": {}, "PFA-2": {} });
  const caller = await app.as(tenant.userId);
  return {
    db,
    app,
    caller,
    ...tenant,
    save: (changes, over = {}) =>
      caller.post("/api/pfa-data/save-draft", { organizationId, pfaId: "PFA-1", changes, ...over }),
    commit: (over = {}) => caller.post("/api/pfa-data/commit-drafts", { organizationId, ...over }),
    view: async (pfaId = "PFA-1") =>
      (await caller.get(`/api/pfa-data/${pfaId}?organizationId=${organizationId}`)).body,
    stored: async () =>
      (await db.owner`select * from pfa_modification where sync_status = 'draft'`)[0],
  };
}

export const { atBench, test } = benches(benchOf);
