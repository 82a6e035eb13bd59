/** Conflicts over the API: listed, previewed, resolved alone and in bulk, by who may, and told to who comes second. */
import assert from "node:assert/strict";
import {
  Conflict,
  ResolutionPreview,
  ResolvedConflict,
  ResolvedConflicts,
} from "../app/sync_shapes.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { aMember, committed } from "./builders.ts";
import { NOBODY, statusOf, test } from "./app_bench.ts";
import { conflicting } from "./stuck.ts";

const rate = {
  changes: { monthlyRate: "6622.20", model: "ours" },
  theirs: { monthlyRate: "7733.30" },
};

test("a conflict is resolved with what will be sent, and shows what waits behind it", async (bench) => {
  const { db, caller, organizationId } = bench;
  const { id, modificationId } = await conflicting(bench, "A", rate);
  const other = await aMember(db, organizationId, { username: "eva" });
  const later = await committed(db, other, { A: { monthlyRate: "9.99" } });
  const path = `/api/pems/conflicts/${id}`;
  const shown = (await caller.get(path)).body;
  assertShape(Conflict, shown);
  const [own] = await db.owner`select display_name from app_user where id = ${bench.tenant.userId}`;
  assert.deepEqual(
    shown.mine.map((one: { modificationId: string; userName: string }) => [
      one.modificationId,
      one.userName,
    ]),
    [[modificationId, own!.display_name]],
  );
  assert.deepEqual(shown.waiting, [{
    modificationId: later.modifications.get("A"),
    userName: "eva",
    changes: { monthlyRate: { from: 6622.2, to: 9.99 } },
  }]);
  const blind = await bench.without("ViewFinancials");
  assert.deepEqual((await blind.get(path)).body.waiting[0].changes, {
    monthlyRate: { from: null, to: null },
  });
  const rung = Promise.withResolvers<string>();
  const bell = await db.owner.listen("pfa_work", rung.resolve);
  const answer = await caller.post(`${path}/resolve`, { resolution: "use_local" });
  await rung.promise;
  await bell.unlisten();
  assert.equal(answer.status, 200);
  assertShape(ResolvedConflict, answer.body);
  assert.deepEqual(answer.body.appliedChanges, {
    model: { from: "LR 1250", to: "ours" },
    monthlyRate: { from: 7733.3, to: 6622.2 },
  });
  assert.equal(await statusOf(db, modificationId), "queued");
  const [lane] = await db.owner`select state, pending, attempts from pfa_lane`;
  assert.deepEqual({ ...lane }, { state: "ready", pending: 2, attempts: 0 });
  const [kept] = await db.owner`
    select changes, standing from pfa_modification where id = ${modificationId}`;
  assert.equal(kept!.changes.monthlyRate.from, "5500.00", "what the planner saw stays as it was");
  assert.equal(kept!.standing.monthlyRate.from, "7733.30");
  const resolved = (await caller.get(path)).body;
  assert.deepEqual([resolved.status, resolved.resolution, resolved.waiting], [
    "resolved_local",
    "use_local",
    [],
  ]);
});

test("who resolves second is told who was first", async (bench) => {
  const { id } = await conflicting(bench, "A", rate);
  const path = `/api/pems/conflicts/${id}/resolve`;
  const blind = await bench.without("ViewFinancials");
  const first = await blind.post(path, { resolution: "use_local" });
  assert.deepEqual(first.body.appliedChanges.monthlyRate, { from: null, to: null });
  const answer = await bench.caller.post(path, { resolution: "use_pems" });
  assertProblem(answer, 409, /user\d+ has resolved it/);
  assert.equal(answer.body.code, "moved_on");
});

test("a resolution needs Sync, and a merge what its fields need", async (bench) => {
  const { id, modificationId } = await conflicting(bench, "A", rate);
  const path = `/api/pems/conflicts/${id}/resolve`;
  assertProblem(await bench.app.caller().post(path, { resolution: "use_pems" }), 401);
  const idle = await bench.without("Sync");
  assertProblem(await idle.post(path, { resolution: "nonsense" }), 403, /Sync/);
  const merge = { resolution: "merge", mergedData: { monthlyRate: 6000 } };
  for (const missing of ["ViewFinancials", "EditForecast"] as const) {
    assertProblem(await (await bench.without(missing)).post(path, merge), 403, new RegExp(missing));
  }
  assert.equal(await statusOf(bench.db, modificationId), "conflict");
  const { caller } = bench;
  assertProblem(await caller.post(path, { resolution: "mine" }), 400);
  assertProblem(await caller.post(path, { resolution: "use_pems", why: "x" }), 400, /why/);
  assertProblem(await caller.post(path, { resolution: "merge" }), 400, /mergedData/);
  assertProblem(
    await caller.post(path, { resolution: "use_pems", mergedData: { monthlyRate: 1 } }),
    400,
  );
  const data = (mergedData: object) => caller.post(path, { resolution: "merge", mergedData });
  assertProblem(await data({ model: "x" }), 422, /mergedData\.monthlyRate/);
  assertProblem(await data({ monthlyRate: 1, nonsense: 1 }), 400, /nonsense/);
  assertProblem(await data({ monthlyRate: "many" }), 422, /monthlyRate/);
  assertProblem(await data({ monthlyRate: null }), 422, /Rental needs/);
  assertProblem(await data({ monthlyRate: 1, originalStart: "2026-01-01" }), 422, /originalStart/);
  assertProblem(
    await data({ monthlyRate: 1, forecastStart: "2030-01-01", actualEnd: "2020-01-01" }),
    422,
    /forecastStart/,
  );
  assert.equal((await data({ monthlyRate: 6000 })).status, 200);
  const [merged] = await bench.db.owner`
    select user_id, changes, sync_status from pfa_modification where origin = 'resolution'`;
  assert.deepEqual({ ...merged }, {
    user_id: bench.tenant.userId,
    changes: { monthlyRate: { from: "7733.30", to: "6000.00" } },
    sync_status: "queued",
  });
  const order = await bench.db.owner`
    select m.origin, q.payload from pfa_write_queue q join pfa_modification m
      on m.id = q.modification_id order by q.id`;
  assert.deepEqual(order.map(({ origin, payload }) => [origin, Object.keys(payload)]), [
    ["resolution", ["monthlyRate"]],
    ["edit", ["model"]],
  ]);
});

test("a resolution is previewed as it would be judged, and changes nothing", async (bench) => {
  const { caller, db } = bench;
  const { id, modificationId } = await conflicting(bench, "A", rate);
  const path = `/api/pems/conflicts/${id}/resolve`;
  const preview = (asked: object, by = caller) => by.post(path, { ...asked, preview: true });
  const merged = await preview({ resolution: "merge", mergedData: { monthlyRate: 6000 } });
  assertShape(ResolutionPreview, merged.body);
  assert.deepEqual(merged.body.appliedChanges, {
    model: { from: "LR 1250", to: "ours" },
    monthlyRate: { from: 7733.3, to: 6000 },
  });
  const blind = await bench.without("ViewFinancials");
  const masked = await preview({ resolution: "use_local" }, blind);
  assert.deepEqual(masked.body.appliedChanges.monthlyRate, { from: null, to: null });
  const broken = { resolution: "merge", mergedData: { monthlyRate: null } };
  assertProblem(await preview(broken), 422, /Rental needs/);
  assert.equal(await statusOf(db, modificationId), "conflict");
  await caller.post(path, { resolution: "use_pems" });
  assertProblem(await preview({ resolution: "use_local" }), 409, /has resolved it/);
});

test("conflicts are listed by kind and by record", async (bench) => {
  const { caller, organizationId } = bench;
  const { id } = await conflicting(bench, "A", rate);
  await conflicting(bench, "B", rate);
  const list = (query: string) =>
    caller.get(`/api/pems/conflicts?organizationId=${organizationId}&${query}`);
  assert.equal((await list("kind=fields")).body.total, 2);
  assert.equal((await list("kind=delete")).body.total, 0);
  assertProblem(await list("kind=nonsense"), 400, /kind/);
  const { body } = await list("pfaId=A&status=unresolved");
  assert.deepEqual([body.total, body.conflicts.map((one: { id: string }) => one.id)], [1, [id]]);
});

test("use_local that would break rules is refused with all of them", async (bench) => {
  const { id, modificationId } = await conflicting(bench, "A", {
    changes: { forecastStart: "2026-09-10", actualStart: "2026-05-01" },
    theirs: { forecastEnd: "2026-08-01", actualStart: "2026-01-01", actualEnd: "2026-02-01" },
  });
  const answer = await bench.caller.post(`/api/pems/conflicts/${id}/resolve`, {
    resolution: "use_local",
  });
  assertProblem(answer, 422, /forecastEnd/);
  assert.deepEqual(answer.body.errors.map(({ path }: { path: string }) => path), [
    "A.forecastStart",
    "A.actualStart",
  ]);
  assert.equal(await statusOf(bench.db, modificationId), "conflict");
});

test("many conflicts are resolved alike, all of them or none", async (bench) => {
  const { caller, organizationId, db } = bench;
  const a = await conflicting(bench, "A", rate);
  const b = await conflicting(bench, "B", rate);
  const bulk = (conflictIds: string[], resolution = "use_pems") =>
    caller.post("/api/pems/conflicts/resolve", { organizationId, conflictIds, resolution });
  assertProblem(await bulk([a.id, NOBODY]), 404, /0198c0de/);
  assertProblem(await bulk([a.id], "merge"), 400);
  assert.equal(await statusOf(db, a.modificationId), "conflict");
  const none = await bulk([]);
  assert.deepEqual(none.body, { success: true, resolvedCount: 0, conflicts: [] });
  const both = await bulk([a.id, b.id]);
  assertShape(ResolvedConflicts, both.body);
  assert.equal(both.body.resolvedCount, 2);
  assert.equal(await statusOf(db, b.modificationId), "queued");
  assertProblem(await bulk([b.id]), 409);
  const [trail] = await db.owner`
    select count(*)::int as n from audit_entry where event_type = 'CONFLICT_RESOLVED'`;
  assert.equal(trail!.n, 2);
});

test("a field that a resolution dropped is no longer shown as on its way", async (bench) => {
  const { caller, organizationId } = bench;
  const { id } = await conflicting(bench, "A", rate);
  const view = async () =>
    (await caller.get(`/api/pfa-data/A?organizationId=${organizationId}`)).body;
  assert.equal((await view()).data.monthlyRate, 6622.2);
  await caller.post(`/api/pems/conflicts/${id}/resolve`, { resolution: "use_pems" });
  const { data, sync } = await view();
  assert.deepEqual([data.monthlyRate, data.model, sync.status], [7733.3, "ours", "queued"]);
});
