/** A draft's life: saved, merged, taken back, committed once, and what it was captured against. */
import assert from "node:assert/strict";
import { CommitDrafts, Committed, SavedDrafts, View } from "../app/record_shapes.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { Database } from "../db/sql.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, aPlanner, committed, mirrored } from "./builders.ts";
import { onEach, withDatabase } from "./database.ts";

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly caller: Caller;
  readonly organizationId: string;
  readonly userId: string;
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

const atBench = (work: (bench: Bench) => Promise<void>) => (db: Database) =>
  withApp(db, async (app) => await work(await benchOf(db, app)));

const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () => withDatabase(atBench(work)));

onEach(
  "a draft is saved, seen by its author alone, committed once, and then seen by all",
  atBench(async ({ app, organizationId, db, ...bench }) => {
    const saved = await bench.save({ monthlyRate: 6000.5, forecastEnd: "2026-10-01T00:00:00Z" });
    assertShape(SavedDrafts, saved.body);
    assert.equal(saved.status, 200);
    const { modificationId, ...told } = saved.body.drafts[0];
    assert.deepEqual(told, { pfaId: "PFA-1", syncStatus: "draft", baseVersion: 1 });

    const own = await bench.view();
    assertShape(View, own);
    assert.equal(own.data.monthlyRate, 6000.5);
    assert.equal(own.data.forecastEnd, "2026-10-01T00:00:00Z");
    assert.deepEqual(own.baseline, { monthlyRate: 5500, forecastEnd: "2026-09-15T00:00:00Z" });
    assert.deepEqual(own.sync, { status: "draft", modificationId });

    const colleague = await app.as((await aMember(db, organizationId)).userId);
    const path = `/api/pfa-data/PFA-1?organizationId=${organizationId}`;
    assert.deepEqual((await colleague.get(path)).body.sync, { status: "clean" });

    const first = await bench.commit({ modificationIds: [modificationId] });
    assertShape(Committed, first.body);
    assert.equal(first.body.queuedCount, 1);
    assert.ok(Date.parse(first.body.estimatedCompletionTime) > Date.now());
    const again = await bench.commit({ modificationIds: [modificationId] });
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, {
      success: true,
      jobId: null,
      queuedCount: 0,
      estimatedCompletionTime: null,
    });
    const theirs = (await colleague.get(path)).body;
    assert.equal(theirs.data.monthlyRate, 6000.5);
    assert.equal(theirs.sync.status, "queued");
    assert.equal(theirs.sync.jobId, first.body.jobId);
    const [{ count }] = await db.owner<[{ count: number }]>`
      select count(*)::int from pfa_write_queue`;
    assert.equal(count, 1);
    const events = await db.owner`
      select event_type, modification_id from audit_entry order by id`;
    assert.deepEqual([...events], [
      { event_type: "DRAFT_SAVED", modification_id: modificationId },
      { event_type: "COMMIT", modification_id: modificationId },
    ]);
  }),
);

test("a second save merges, keeping what was first seen; back at its base a field drops out", async (bench) => {
  await bench.save({ monthlyRate: 6000, description: "one" });
  await bench.save({ monthlyRate: 7000 });
  assert.deepEqual((await bench.stored()).changes, {
    monthlyRate: { from: "5500.00", to: "7000.00" },
    description: { from: "Crawler crane 250 t", to: "one" },
  });
  await bench.save({ monthlyRate: 5500.0 });
  assert.deepEqual(Object.keys((await bench.stored()).changes), ["description"]);
  const emptied = await bench.save({ description: " Crawler crane 250 t " });
  assert.equal(emptied.body.drafts[0].syncStatus, "discarded");
  assert.equal(await bench.stored(), undefined);
  assert.deepEqual((await bench.view()).sync, { status: "clean" });
  const nothing = await bench.save({ description: "Crawler crane 250 t" });
  assert.deepEqual(nothing.body.drafts[0], {
    modificationId: null,
    pfaId: "PFA-1",
    syncStatus: "clean",
    baseVersion: 1,
  });
});

test("two edits of one record in one request become one draft", async (bench) => {
  const { organizationId } = bench;
  const { body } = await bench.caller.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: [
      { pfaId: "PFA-1", changes: { description: "one" } },
      { pfaId: "PFA-2", changes: { description: "two" }, changeReason: "because" },
      { pfaId: "PFA-1", changes: { contract: "C-1" } },
    ],
  });
  assert.deepEqual(body.drafts.map((one: { pfaId: string }) => one.pfaId), [
    "PFA-1",
    "PFA-2",
    "PFA-1",
  ]);
  assert.equal(body.drafts[0].modificationId, body.drafts[2].modificationId);
  assert.deepEqual(Object.keys((await bench.view()).baseline).sort(), ["contract", "description"]);
});

test("one broken draft of a request keeps all others from being saved", async (bench) => {
  const answer = await bench.caller.post("/api/pfa-data/save-draft", {
    organizationId: bench.organizationId,
    drafts: [
      { pfaId: "PFA-1", changes: { description: "one" } },
      { pfaId: "PFA-2", changes: { forecastEnd: "2020-01-01" } },
    ],
  });
  assertProblem(answer, 422, /drafts\.1/);
  assert.equal(await bench.stored(), undefined);
});

test("the base is what the planner saw: pending changes of others included", async (bench) => {
  const other = await aMember(bench.db, bench.organizationId);
  await committed(bench.db, other, { "PFA-1": { monthlyRate: "6000.00" } });
  await bench.save({ monthlyRate: 7000 });
  assert.deepEqual((await bench.stored()).changes.monthlyRate, { from: "6000.00", to: "7000.00" });
});

test("a tab that is behind says what it showed, and that is the base", async (bench) => {
  await mirrored(bench.db, bench.organizationId, {
    "PFA-1": { version: 2, monthlyRate: "5800.00", description: "moved" },
  });
  await bench.save({ monthlyRate: 7000 }, { baseVersion: 1, seen: { monthlyRate: 5500 } });
  const draft = await bench.stored();
  assert.equal(draft.base_version, 1);
  assert.deepEqual(draft.changes.monthlyRate, { from: "5500.00", to: "7000.00" });
  assert.equal((await bench.view()).sync.stale, true);
});

test("a version alone tells as much: the mirror's history knows what it showed", async (bench) => {
  await mirrored(bench.db, bench.organizationId, {
    "PFA-1": { version: 2, monthlyRate: "5800.00" },
  });
  await bench.save({ monthlyRate: 7000, model: "X" }, { baseVersion: 1 });
  assert.deepEqual((await bench.stored()).changes, {
    monthlyRate: { from: "5500.00", to: "7000.00" },
    model: { from: "LR 1250", to: "X" },
  });
  assertProblem(await bench.save({ model: "Y" }, { baseVersion: 9 }), 422, /version 2/);
});

test("rules hold for the record with everything that is pending", async (bench) => {
  await committed(bench.db, bench, { "PFA-1": { forecastEnd: "2026-03-01" } });
  assertProblem(await bench.save({ forecastStart: "2026-04-01" }), 422, /2026-03-01/);
  assert.equal((await bench.save({ forecastStart: "2026-02-01" })).status, 200);
});

test("a commit checks the whole record anew, and queues all or nothing", async (bench) => {
  await bench.save({ forecastEnd: "2026-04-01" });
  await bench.save({ description: "fine" }, { pfaId: "PFA-2" });
  await mirrored(bench.db, bench.organizationId, {
    "PFA-1": { version: 2, forecastStart: "2026-05-01" },
  });
  const answer = await bench.commit();
  assertProblem(answer, 422, /PFA-1\.forecastEnd/);
  const [{ count }] = await bench.db.owner<[{ count: number }]>`
    select count(*)::int from pfa_write_queue`;
  assert.equal(count, 0);
});

test("a commit takes own drafts; others' only by name and with ManageSettings", async (bench) => {
  const { db, app, organizationId } = bench;
  const plain = PERMISSIONS.filter((name) => name !== "ManageSettings");
  const other = await aMember(db, organizationId, { permissions: plain });
  const theirs = await app.as(other.userId);
  await bench.save({ description: "mine" });
  const { id } = await bench.stored();
  assert.equal(
    (await theirs.post("/api/pfa-data/commit-drafts", { organizationId })).body.queuedCount,
    0,
  );
  const named = { organizationId, modificationIds: [id] };
  assertProblem(await theirs.post("/api/pfa-data/commit-drafts", named), 403, /ManageSettings/);
  assertProblem(await theirs.post("/api/pfa-data/discard-drafts", named), 403, /own drafts/);
  const manager = await app.as((await aMember(db, organizationId)).userId);
  assert.equal((await manager.post("/api/pfa-data/commit-drafts", named)).body.queuedCount, 1);
  const [row] = await db.owner`select user_id from pfa_modification`;
  assert.equal(row!.user_id, bench.userId, "PEMS's history must name the author");
});

test("a committer needs what the edit needed", async (bench) => {
  await bench.save({ monthlyRate: 6000 });
  const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
  await bench.db.auth`update membership set permissions = ${[...permissions]}`;
  assertProblem(await bench.commit(), 403, /ViewFinancials.*monthlyRate/);
});

test("each field needs its own permission", async (bench) => {
  const cases: ReadonlyArray<[string, object, object?]> = [
    ["EditForecast", { description: "x" }],
    ["EditActuals", { actualStart: "2026-02-01" }],
    ["ViewFinancials", { monthlyRate: 1 }],
    ["EditForecast", { monthlyRate: 1 }],
    ["Delete", {}, { operation: "DELETE" }],
    ["ViewFinancials", { description: "x" }, { seen: { monthlyRate: 5500 } }],
  ];
  for (const [missing, changes, over] of cases) {
    const permissions = PERMISSIONS.filter((name) => name !== missing);
    await bench.db.auth`update membership set permissions = ${[...permissions]}`;
    assertProblem(await bench.save(changes, over), 403, new RegExp(missing));
  }
  // Who may not comes before what cannot be.
  assertProblem(
    await bench.save({ monthlyRate: -1, colour: 1 }, { seen: {} }),
    403,
    /ViewFinancials/,
  );
});

test("a delete carries every field as it was seen, and stands against later edits", async (bench) => {
  await bench.save({ description: "given up" });
  const answer = await bench.caller.post("/api/pfa-data/save-draft", {
    organizationId: bench.organizationId,
    pfaId: "PFA-1",
    operation: "DELETE",
    changeReason: "sold",
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const draft = await bench.stored();
  assert.equal(draft.operation, "DELETE");
  assert.equal(Object.keys(draft.changes).length, 22);
  assert.deepEqual(draft.changes.isDiscontinued, { from: false, to: true });
  assert.equal(draft.changes.description.from, "Crawler crane 250 t");
  const view = await bench.view();
  assert.deepEqual(view.baseline, { isDiscontinued: false });
  assertProblem(await bench.save({ description: "x" }), 409, /discard that first/);
  assertProblem(await bench.save({ description: "x" }, { operation: "DELETE" }), 422, /no fields/);
  assert.equal((await bench.commit()).body.queuedCount, 1);
  assertProblem(await bench.save({ description: "x" }), 422, /discontinued/);
});

test("a discarded draft is gone from view and kept in the trail", async (bench) => {
  const { body } = await bench.save({ description: "x" });
  const modificationIds = [body.drafts[0].modificationId];
  const { organizationId } = bench;
  const discard = () =>
    bench.caller.post("/api/pfa-data/discard-drafts", { organizationId, modificationIds });
  assert.deepEqual((await discard()).body, { discarded: 1 });
  assert.deepEqual((await discard()).body, { discarded: 0 });
  assert.deepEqual((await bench.view()).sync, { status: "clean" });
  const [row] = await bench.db.owner`
    select details from audit_entry where event_type = 'DISCARD'`;
  assert.equal(row!.details.changes.description.to, "x");
  assert.deepEqual(
    (await bench.caller.post("/api/pfa-data/discard-drafts", {
      organizationId,
      modificationIds: [],
    }))
      .body,
    { discarded: 0 },
  );
});

onEach(
  "two commits at once queue each draft once",
  atBench(async (bench) => {
    await bench.save({ description: "one" });
    await bench.save({ description: "two" }, { pfaId: "PFA-2" });
    const answers = await Promise.all([bench.commit(), bench.commit(), bench.commit()]);
    const counts = answers.map(({ body }) => body.queuedCount as number);
    assert.deepEqual(counts.sort(), [0, 0, 2]);
    assertShape(CommitDrafts, { organizationId: bench.organizationId });
  }),
);

onEach(
  "saves of one record at once lose no field",
  atBench(async (bench) => {
    const fields = ["description", "contract", "model", "manufacturer", "equipment"];
    await Promise.all(fields.map((name) => bench.save({ [name]: `new ${name}` })));
    assert.deepEqual(Object.keys((await bench.stored()).changes).sort(), [...fields].sort());
  }),
);
