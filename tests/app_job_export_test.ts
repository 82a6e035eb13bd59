/** Sync History as CSV: what matches and no more, money masked, formulas defused, and who took it in the trail. */
import assert from "node:assert/strict";
import { readCsv } from "../app/csv.ts";
import type { Database } from "../db/sql.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem, type Caller, withApp } from "./app_client.ts";
import { aMember, aPlanner, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

interface Bench {
  readonly db: Database;
  readonly caller: Caller;
  readonly organizationId: string;
  readonly jobId: string;
  /** Somebody there without this permission. */
  without(missing: string): Promise<Caller>;
}

/** Not as part of an id. */
const AMOUNTS = /(?<![\da-f-])(?:6622|5511)(?:\.\d+)?(?![\da-f-])/i;
const FORMULA = '=HYPERLINK("http://evil")';

const it = (name: string, work: (bench: Bench) => Promise<void>) =>
  onEach(name, (db) =>
    withApp(db, async (app) => {
      const tenant = await aPlanner(db);
      const { organizationId, userId } = tenant;
      await mirrored(db, organizationId, { A: { monthlyRate: "5511.10" }, B: {} });
      const { jobId } = await committed(db, tenant, {
        A: { monthlyRate: "6622.20", model: FORMULA },
        B: { model: "B-2" },
      }, { changeReason: "=the monthlyRate is 6622.20 now" });
      await committed(db, tenant, { B: { contract: "C-9" } }, { changeReason: "the second" });
      await work({
        db,
        organizationId,
        jobId,
        caller: await app.as(userId),
        without: async (missing) => {
          const permissions = PERMISSIONS.filter((name) => name !== missing);
          return await app.as((await aMember(db, organizationId, { permissions })).userId);
        },
      });
    }));

async function table(caller: Caller, path: string) {
  const { status, headers, body } = await caller.get(path);
  assert.equal(status, 200, body);
  assert.equal(headers.get("content-type"), "text/csv; charset=utf-8");
  assert.match(headers.get("content-disposition")!, /^attachment; filename="sync-[\w-]+\.csv"$/);
  const [head, ...rows] = readCsv(body) as [string[], ...string[][]];
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]!])));
}

const listOf = ({ organizationId }: Bench, query = "") =>
  `/api/pems/sync-jobs.csv?organizationId=${organizationId}${query}`;
const itemsOf = ({ jobId }: Bench) => `/api/pems/sync-jobs/${jobId}/items.csv`;

it("the jobs that match are one line each, newest first, with their counts", async (bench) => {
  const all = await table(bench.caller, listOf(bench));
  assert.deepEqual(all.map(({ total, queued, kind }) => [kind, total, queued]), [
    ["commit", "1", "1"],
    ["commit", "2", "2"],
  ]);
  assert.equal(all[1]!["reason"], "'=the monthlyRate is 6622.20 now");
  const some = await table(bench.caller, listOf(bench, "&search=second"));
  assert.deepEqual(some.map(({ reason }) => reason), ["the second"]);
  assertProblem(await bench.caller.get(listOf(bench, "&status=nonsense")), 400, /status/);
});

it("a job's changes are one line for each field, formulas defused", async (bench) => {
  const rows = await table(bench.caller, itemsOf(bench));
  assert.deepEqual(rows.map(({ pfaId, field, to }) => [pfaId, field, to]).sort(), [
    ["A", "model", `'${FORMULA}`],
    ["A", "monthlyRate", "6622.2"],
    ["B", "model", "B-2"],
  ]);
});

it("without ViewFinancials there is no amount in any cell", async (bench) => {
  const blind = await bench.without("ViewFinancials");
  for (const path of [listOf(bench), itemsOf(bench)]) {
    const rows = await table(blind, path);
    assert.ok(rows.length >= 2);
    assert.doesNotMatch(JSON.stringify(rows), AMOUNTS);
  }
});

it("an export needs Export, and is in the trail", async (bench) => {
  const { db, caller } = bench;
  const reader = await bench.without("Export");
  assertProblem(await reader.get(listOf(bench)), 403, /Export/);
  assertProblem(await reader.get(itemsOf(bench)), 403, /Export/);
  await table(caller, listOf(bench));
  await table(caller, itemsOf(bench));
  const trail = await db.owner`
    select details from audit_entry where event_type = 'EXPORT' order by at`;
  assert.deepEqual(trail.map(({ details }) => [Object.keys(details)[0], details.money]), [
    ["jobs", true],
    ["job", true],
  ]);
});
