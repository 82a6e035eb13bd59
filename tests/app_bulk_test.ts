/** Bulk operations over HTTP: the preview tells what is saved, and what is left alone is told why. */
import assert from "node:assert/strict";
import { BulkReport } from "../app/bulk_shapes.ts";
import type { Database } from "../db/sql.ts";
import { costs } from "../domain/cost.ts";
import { addDays } from "../domain/dates.ts";
import { cents, fromCents } from "../domain/money.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { Pfa } from "../domain/pfa.ts";
import { benches, type CallerBench } from "./app_benches.ts";
import { assertProblem, assertShape, type Caller, type TestApp } from "./app_client.ts";
import { aMember, aPfa, aPlanner, committed, drafted, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

interface Bench extends CallerBench {
  ask(over: object): ReturnType<Caller["post"]>;
}

const SHIFT = { kind: "shift", pair: "forecast", days: 14 } as const;
const CRANES = { category: ["Cranes"] };

async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const tenant = await aPlanner(db);
  const { organizationId } = tenant;
  const caller = await app.as(tenant.userId);
  return {
    db,
    app,
    caller,
    ...tenant,
    ask: (over) =>
      caller.post("/api/pfa-data/bulk", {
        organizationId,
        records: CRANES,
        operation: SHIFT,
        ...over,
      }),
  };
}

const { atBench, test } = benches(benchOf);

const draftsOf = async (
  { db }: Bench,
) => [
  ...await db.owner<Array<{ pfa_id: string; changes: Record<string, { to: unknown }> }>>`
    select pfa_id, changes from pfa_modification where sync_status = 'draft' order by pfa_id`,
];

onEach(
  "a preview saves nothing, and what is saved is what it told",
  atBench(async (bench) => {
    await mirrored(bench.db, bench.organizationId, {
      "PFA-1": {},
      "PFA-2": { forecastEnd: "2026-01-15" },
      "PFA-3": { category: "Pumps" },
    });
    const preview = await bench.ask({ preview: true });
    assert.equal(preview.status, 200, JSON.stringify(preview.body));
    assertShape(BulkReport, preview.body);
    assert.equal(preview.body.matched, 2);
    assert.equal(preview.body.changed, 2);
    assert.deepEqual(preview.body.changes[0].fields, [
      { field: "forecastStart", from: "2026-01-15T00:00:00Z", to: "2026-01-29T00:00:00Z" },
      { field: "forecastEnd", from: "2026-09-15T00:00:00Z", to: "2026-09-29T00:00:00Z" },
    ]);
    assert.deepEqual(await draftsOf(bench), []);
    const saved = await bench.ask({ expected: 2, changeReason: "Later start" });
    assertShape(BulkReport, saved.body);
    assert.deepEqual({ ...saved.body, preview: true, drafts: [] }, preview.body);
    assert.deepEqual(saved.body.drafts.map((one: { pfaId: string }) => one.pfaId), [
      "PFA-1",
      "PFA-2",
    ]);
    const [first] = await draftsOf(bench);
    assert.equal(first!.changes["forecastEnd"]!.to, "2026-09-29");
    const modificationIds = saved.body.drafts.map((one: { modificationId: string }) =>
      one.modificationId
    );
    const { organizationId } = bench;
    const undone = await bench.caller.post("/api/pfa-data/discard-drafts", {
      organizationId,
      modificationIds,
    });
    assert.equal(undone.body.discarded, 2);
    assert.deepEqual(await draftsOf(bench), []);
  }),
);

test("records that cannot be changed are left alone, grouped by why", async (bench) => {
  const { db, organizationId } = bench;
  await mirrored(db, organizationId, {
    "PFA-1": { forecastEnd: "2026-02-01" },
    "PFA-2": { forecastEnd: "2026-01-20" },
    "PFA-3": {},
    "PFA-4": { isDiscontinued: true },
    "PFA-5": {},
    "PFA-6": {},
  });
  await drafted(db, bench, { "PFA-5": { model: "mine" }, "PFA-6": "DELETE" });
  const operation = { kind: "shift", pair: "forecast", ends: "start", days: 30 };
  const records = { ...CRANES, search: "PFA" };
  const { body } = await bench.ask({ preview: true, operation, records });
  assert.equal(body.changed, 1);
  const rule = body.leftAlone.find((group: { reason: string }) => group.reason === "rule");
  assert.equal(rule.message, "forecastEnd must not be before forecastStart");
  assert.equal(rule.records, 2);
  assert.match(rule.examples[1].message, /forecastEnd 2026-01-20 must not be before forecastStart/);
  assert.deepEqual(
    body.leftAlone.map(({ reason, records }: { reason: string; records: number }) =>
      `${reason} ${records}`
    ).sort(),
    ["discontinued 1", "own_draft 1", "own_draft 1", "rule 2"],
  );
  const withDrafts = await bench.ask({ operation, records, withDrafts: true });
  assert.equal(withDrafts.body.changed, 2);
  assert.deepEqual(
    withDrafts.body.drafts.map(({ pfaId, merged }: { pfaId: string; merged: boolean }) => [
      pfaId,
      merged,
    ]),
    [["PFA-3", false], ["PFA-5", true]],
  );
  const five = (await draftsOf(bench)).find((draft) => draft.pfa_id === "PFA-5")!;
  assert.deepEqual(Object.keys(five.changes).sort(), ["forecastStart", "model"]);
});

test("the cost effect is that of domain/cost.ts, in total and by category, to the cent", async (bench) => {
  const records: Record<string, Partial<Pfa>> = {
    "PFA-1": { monthlyRate: "5500.55" },
    "PFA-2": { monthlyRate: "0.10", class: "Tower" },
    "PFA-3": { actualStart: "2026-01-20", actualEnd: "2026-10-01" },
    "PFA-4": { category: "Pumps", monthlyRate: "123456.78" },
  };
  await mirrored(bench.db, bench.organizationId, records);
  const operation = { kind: "scale_rate", field: "monthlyRate", percent: 7.25 };
  const asked = { preview: true, operation, records: { search: "PFA-" } };
  const { body } = await bench.ask(asked);
  const expected = (name: "forecast" | "variance", only?: string) => {
    const of = (pfa: Pfa) => costs(pfa)[name] ?? "0.00";
    const all = Object.values(records).map(aPfa).filter((pfa) => !only || pfa.category === only);
    const sum = (list: Pfa[]) =>
      Number(fromCents(list.reduce((sum, pfa) => sum + cents(of(pfa)), 0n)));
    const raised = all.map((pfa) => ({
      ...pfa,
      monthlyRate: fromCents(
        (cents(pfa.monthlyRate!) * 10_725n * 2n + 10_000n) / 20_000n,
      ),
    }));
    return { before: sum(all), after: sum(raised) };
  };
  assert.deepEqual(body.effect.forecast, expected("forecast"));
  assert.deepEqual(body.effect.variance, expected("variance"));
  assert.deepEqual(body.byCategory.map((one: { category: string }) => one.category), [
    "Cranes",
    "Pumps",
  ]);
  assert.deepEqual(body.byCategory[1].effect.forecast, expected("forecast", "Pumps"));
});

test("a conflict is left alone and named, so that it can be decided", async (bench) => {
  const { db, organizationId } = bench;
  await mirrored(db, organizationId, { "PFA-1": {}, "PFA-2": {} });
  const { modifications } = await committed(db, bench, { "PFA-1": { model: "x" } });
  const [row] = await db.owner<[{ id: string }]>`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
    values ('PFA-1', ${organizationId}, ${[modifications.get("PFA-1")!]}, 1, 2, '{}', '{}', '{}',
      'fields', ${["model"]}, 'moved')
    returning id`;
  const { body } = await bench.ask({ preview: true });
  assert.equal(body.changed, 1);
  assert.equal(body.leftAlone[0].reason, "conflict");
  assert.equal(body.leftAlone[0].examples[0].conflictId, row.id);
});

test("what was reviewed is what is saved, or nothing is", async (bench) => {
  await mirrored(bench.db, bench.organizationId, { "PFA-1": {}, "PFA-2": {} });
  assertProblem(await bench.ask({ expected: 1 }), 409, /2 would change now, not 1/);
  assert.deepEqual(await draftsOf(bench), []);
});

test("each operation needs what its fields need, and money is never told to who may not see it", async (bench) => {
  const { db, organizationId } = bench;
  await mirrored(db, organizationId, { "PFA-1": {} });
  const as = async (...missing: string[]) => {
    const permissions = PERMISSIONS.filter((name) => !missing.includes(name));
    const caller = await bench.app.as((await aMember(db, organizationId, { permissions })).userId);
    return (operation: object) =>
      caller.post("/api/pfa-data/bulk", {
        organizationId,
        records: CRANES,
        operation,
        preview: true,
      });
  };
  const set = (changes: object) => ({ kind: "set", changes });
  const rate = { kind: "set_rate", field: "monthlyRate", amount: 1 };
  const blind = await as("ViewFinancials");
  assertProblem(await blind(rate), 403, /ViewFinancials/);
  assertProblem(await blind(set({ monthlyRate: 1 })), 403, /ViewFinancials/);
  const { body } = await blind(set({ category: "Hoists", source: "Rental" }));
  assertShape(BulkReport, body);
  assert.equal(body.effect, null);
  assert.deepEqual(body.byCategory.map((one: { effect: unknown }) => one.effect), [null, null]);
  assert.doesNotMatch(JSON.stringify(body), /5500|monthlyRate|purchasePrice/);
  assertProblem(await (await as("EditForecast"))(SHIFT), 403, /EditForecast/);
  assertProblem(await (await as("EditActuals"))({ ...SHIFT, pair: "actual" }), 403, /EditActuals/);
  assertProblem(await (await as("Delete"))({ kind: "discontinue" }), 403, /Delete/);
  assertProblem(await (await as("Read"))(SHIFT), 403, /Read/);
});

test("an empty filter, an empty operation and values that cannot be are refused", async (bench) => {
  await mirrored(bench.db, bench.organizationId, { "PFA-1": {} });
  const refused = async (status: number, words: RegExp, over: object) =>
    assertProblem(await bench.ask(over), status, words);
  await refused(400, /Choose records/, { records: {} });
  await refused(400, /Choose records/, { records: { category: [], search: " " } });
  await refused(400, /at least one field/, { operation: { kind: "set", changes: {} } });
  await refused(422, /category must not be empty/, {
    operation: { kind: "set", changes: { category: "" } },
  });
  await refused(422, /originalStart/, {
    operation: { kind: "set", changes: { originalStart: "2026-01-01" } },
  });
  await refused(422, /2 decimals/, {
    operation: { kind: "set_rate", field: "monthlyRate", amount: 1.005 },
  });
  await refused(422, /negative/, {
    operation: { kind: "set_rate", field: "monthlyRate", amount: -1 },
  });
  await refused(400, /3660 days/, { operation: { ...SHIFT, days: 100_000 } });
  await refused(400, /unknown/, { operation: { ...SHIFT, colour: 1 } });
  await refused(400, /exists/, { records: { startFrom: "2026-02-30" } });
});

test("records are discontinued by the hundred, and ids choose exactly them", async (bench) => {
  await mirrored(
    bench.db,
    bench.organizationId,
    Object.fromEntries(Array.from({ length: 120 }, (_, nth) => [`PFA-${1000 + nth}`, {}])),
  );
  const pfaIds = Array.from({ length: 100 }, (_, nth) => `PFA-${1000 + nth}`);
  const { body } = await bench.ask({
    operation: { kind: "discontinue" },
    records: { pfaIds: [...pfaIds, "PFA-x"] },
  });
  assert.equal(body.changed, 100);
  assert.equal(body.drafts.length, 100);
  assert.deepEqual(body.changes[0].fields, [{ field: "isDiscontinued", from: false, to: true }]);
  const [row] = await bench.db.owner<[{ count: number }]>`
    select count(*)::int from pfa_modification where operation = 'DELETE'`;
  assert.equal(row.count, 100);
});

onEach(
  "500 records are planned and saved in well under two seconds",
  atBench(async (bench) => {
    const start = "2026-03-01";
    await mirrored(
      bench.db,
      bench.organizationId,
      Object.fromEntries(
        Array.from({ length: 2000 }, (_, nth) => [`PFA-${10_000 + nth}`, {
          category: nth < 500 ? "Cranes" : "Pumps",
          forecastStart: addDays(start, nth % 30),
        }]),
      ),
    );
    const from = performance.now();
    const preview = await bench.ask({ preview: true });
    const between = performance.now();
    const saved = await bench.ask({ expected: 500 });
    const took = performance.now() - between;
    console.log(`preview ${(between - from).toFixed(0)} ms, saved in ${took.toFixed(0)} ms`);
    assert.equal(preview.body.changed, 500);
    assert.equal(saved.body.drafts.length, 500);
    assert.ok(took < 2000, `${took} ms`);
  }),
);
