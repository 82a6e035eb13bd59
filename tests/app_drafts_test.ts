/** Drafts as they are saved over the API: merged, taken back, and what they were captured against. */
import assert from "node:assert/strict";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem } from "./app_client.ts";
import { atBench, test } from "./app_drafts_bench.ts";
import { aMember, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

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

onEach(
  "saves of one record at once lose no field",
  atBench(async (bench) => {
    const fields = ["description", "contract", "model", "manufacturer", "equipment"];
    await Promise.all(fields.map((name) => bench.save({ [name]: `new ${name}` })));
    assert.deepEqual(Object.keys((await bench.stored()).changes).sort(), [...fields].sort());
  }),
);
