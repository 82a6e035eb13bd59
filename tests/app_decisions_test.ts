/** What people decide, over the API: conflicts resolved, dead letters retried or discarded, records rolled back. */
import assert from "node:assert/strict";
import { Committed } from "../app/record_shapes.ts";
import {
  Conflict,
  DiscardedLetters,
  ResolutionPreview,
  ResolvedConflict,
  ResolvedConflicts,
  RollbackPreview,
  RolledBackJob,
  RolledBackRecord,
} from "../app/sync_shapes.ts";
import { openConflict } from "../db/conflicts.ts";
import type { Database, Tenant } from "../db/sql.ts";
import { type Delta, entries } from "../domain/delta.ts";
import { type Permission, PERMISSIONS } from "../domain/permissions.ts";
import type { FieldName, Pfa } from "../domain/pfa.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, aPlanner, aRemote, type Changes, committed, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";

const NOBODY = "0198c0de-0000-7000-8000-000000000000";

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly tenant: Tenant;
  readonly organizationId: string;
  /** Has every permission, and has made every change that is not somebody else's. */
  readonly caller: Caller;
  /** A member with every permission but these. */
  without(...missing: Permission[]): Promise<Caller & { readonly userId: string }>;
}

const test = (name: string, work: (bench: Bench) => Promise<void>) =>
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

/** The committed change of a record meets such a PEMS: its conflict, as a settlement opens it. Returns its id. */
async function conflicting(
  { db, tenant, organizationId }: Bench,
  pfaId: string,
  { changes, theirs }: { readonly changes: Changes[string]; readonly theirs: Partial<Pfa> },
): Promise<{ readonly id: string; readonly modificationId: string }> {
  const { modifications } = await committed(db, tenant, { [pfaId]: changes });
  const modificationId = modifications.get(pfaId)!;
  await mirrored(db, organizationId, { [pfaId]: { version: 2, ...theirs } });
  const [row] = await db.worker<[{ changes: Delta; operation: "UPDATE" }]>`
    select changes, operation from pfa_modification where id = ${modificationId}`;
  const item = { modificationId, operation: row.operation, changes: row.changes };
  await db.worker.begin((tx) =>
    openConflict(tx, {
      claim: {
        lease: { organizationId, pfaId, workerId: NOBODY, fencingToken: "1" },
        mirror: aRemote(),
        frozen: undefined,
      } as never,
      items: [item as never],
      delta: row.changes,
      writeId: undefined,
      exchange: undefined,
      outcome: undefined as never,
    }, {
      _tag: "Conflicted",
      kind: "fields",
      fields: entries(row.changes).map(([name]) => name)
        .filter((name) => name in theirs) as FieldName[],
      remote: aRemote({ version: 2, ...theirs }),
      reason: "PEMS changed",
    })
  );
  await db.worker`
    update pfa_modification set sync_status = 'conflict' where id = ${modificationId}`;
  await db.worker`
    update pfa_write_queue set status = 'conflict' where modification_id = ${modificationId}`;
  await db.worker`select follow_heads(${organizationId}, ${[pfaId]})`;
  const [conflict] = await db.worker<[{ id: string }]>`
    select id from pfa_sync_conflict where pfa_id = ${pfaId} and status = 'unresolved'`;
  return { id: conflict.id, modificationId };
}

const rate = {
  changes: { monthlyRate: "6622.20", model: "ours" },
  theirs: { monthlyRate: "7733.30" },
};
const statusOf = async (db: Database, id: string) =>
  (await db.owner`select sync_status from pfa_modification where id = ${id}`)[0]!.sync_status;

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

/** The committed changes, dead in one write each. Returns the modifications by record. */
async function buried({ db, tenant, organizationId }: Bench, changes: Changes) {
  const { modifications, jobId } = await committed(db, tenant, changes);
  const ids = [...modifications.values()];
  await db.worker`
    update pfa_modification set sync_status = 'failed', sync_error = 'closed',
      write_id = gen_random_uuid() where id = any(${ids}::uuid[])`;
  await db.worker`
    update pfa_write_queue set status = 'dead', retry_count = 3
    where modification_id = any(${ids}::uuid[])`;
  await db.worker`update pfa_lane set attempts = 3`;
  await db.worker`select follow_heads(${organizationId}, ${[...modifications.keys()]}, true)`;
  return { jobId, ids: modifications };
}

test("dead letters go again as a job of their own", async (bench) => {
  const { db, caller, organizationId } = bench;
  const { ids } = await buried(bench, { A: { model: "x" }, B: { model: "y" } });
  const retry = (asked: object) =>
    caller.post("/api/pems/dead-letters/retry", { organizationId, ...asked });
  const [a, b] = [...ids.values()] as [string, string];
  assertProblem(await retry({}), 400, /ids/);
  assertProblem(await retry({ ids: [a, NOBODY] }), 404);
  assert.equal(await statusOf(db, a), "failed");
  const empty = await retry({ ids: [] });
  assert.deepEqual(empty.body, {
    success: true,
    jobId: null,
    queuedCount: 0,
    estimatedCompletionTime: null,
  });
  const answer = await retry({ ids: [a, b], reason: "opened" });
  assertShape(Committed, answer.body);
  assert.equal(answer.body.queuedCount, 2);
  assert.notEqual(answer.body.estimatedCompletionTime, null);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${answer.body.jobId}`);
  assert.deepEqual([job.kind, job.reason, job.total], ["replay", "opened", 2]);
  assert.deepEqual(job.items.map(({ status }: { status: string }) => status), ["queued", "queued"]);
  const one = await caller.get(`/api/pems/sync-jobs/${answer.body.jobId}?modificationId=${b}`);
  assert.deepEqual(one.body.items.map((item: { pfaId: string }) => item.pfaId), ["B"]);
  assertProblem(await retry({ ids: [a] }), 409, /it is queued/);
  const lanes = await db.owner`select state, attempts from pfa_lane`;
  assert.deepEqual([...lanes], [{ state: "ready", attempts: 0 }, { state: "ready", attempts: 0 }]);
});

test("a dead letter is given up with a reason, and its lane goes on", async (bench) => {
  const { db, caller, organizationId } = bench;
  const { ids } = await buried(bench, { A: { model: "x" } });
  const other = await aMember(db, organizationId);
  const { modifications } = await committed(db, other, { A: { contract: "C-1" } });
  const view = async () =>
    (await caller.get(`/api/pfa-data/A?organizationId=${organizationId}`)).body;
  const waits = (await view()).sync;
  assert.deepEqual([waits.status, waits.waitingFor], ["waiting", "dead_letter"]);
  const discard = (asked: object) =>
    caller.post("/api/pems/dead-letters/discard", { organizationId, ...asked });
  const [id] = [...ids.values()];
  assertProblem(await discard({ ids: [id] }), 422, /reason/);
  assertProblem(await discard({ ids: [id], reason: "  " }), 422, /reason/);
  assertProblem(await discard({ ids: [NOBODY], reason: "gone" }), 404);
  assertProblem(await discard({ ids: [...modifications.values()], reason: "gone" }), 409);
  assert.deepEqual((await discard({ ids: [], reason: "gone" })).body, {
    success: true,
    discarded: 0,
  });
  const answer = await discard({ ids: [id], reason: "gone" });
  assertShape(DiscardedLetters, answer.body);
  assert.equal(answer.body.discarded, 1);
  assertProblem(await discard({ ids: [id], reason: "gone" }), 409, /it is discarded/);
  const { data, sync } = await view();
  assert.deepEqual([data.model, data.contract, sync.status], ["LR 1250", "C-1", "queued"]);
  const [trail] = await db.owner`
    select user_id, details ->> 'reason' as reason from audit_entry where event_type = 'DISCARD'`;
  assert.deepEqual({ ...trail }, { user_id: bench.tenant.userId, reason: "gone" });
});

test("a commit over the API fixes forward", async (bench) => {
  const { caller, organizationId, db } = bench;
  const { ids } = await buried(bench, { A: { model: "x", contract: "C-1" } });
  const drafts = (
    await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      pfaId: "A",
      changes: { model: "good" },
    })
  ).body.drafts;
  const answer = await caller.post("/api/pfa-data/commit-drafts", { organizationId });
  assert.equal(answer.body.queuedCount, 1);
  assert.equal(await statusOf(db, ids.get("A")!), "queued");
  assert.equal(await statusOf(db, drafts[0].modificationId), "queued");
  const dead = await caller.get(`/api/pems/dead-letters?organizationId=${organizationId}`);
  assert.equal(dead.body.total, 0);
});

/** The committed changes as PEMS took them: synced at version 2, in the mirror. Returns their job. */
async function written(
  { db, tenant, organizationId }: Bench,
  changes: { [pfaId: string]: Partial<Pfa> },
) {
  const { jobId, modifications } = await committed(db, tenant, changes as Changes);
  await mirrored(
    db,
    organizationId,
    Object.fromEntries(
      Object.entries(changes).map(([pfaId, edits]) => [pfaId, { version: 2, ...edits }]),
    ),
    "write",
  );
  const ids = [...modifications.values()];
  await db.worker`
    with write as (
      insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta,
        modified_by, worker_id, fencing_token, outcome)
      select gen_random_uuid(), organization_id, pfa_id, 'UPDATE', 1, '{}', changes, 'x', id, 1,
        'Synced'
      from pfa_modification where id = any(${ids}::uuid[])
      returning id, worker_id
    )
    update pfa_modification m set sync_status = 'synced', pems_version = 2, write_id = w.id
    from write w where w.worker_id = m.id`;
  await db.worker`delete from pfa_write_queue where modification_id = any(${ids}::uuid[])`;
  await db.worker`select follow_heads(${organizationId}, ${Object.keys(changes)}, true)`;
  return jobId;
}

test("a record is rolled back after a preview, with a reason, to a version that is known", async (bench) => {
  const { db, caller, organizationId } = bench;
  await written(bench, { A: { monthlyRate: "6622.20", model: "ours" } });
  const back = (asked: object, by = caller) =>
    by.post("/api/pfa-data/A/rollback", { organizationId, targetVersion: 1, ...asked });
  const preview = await back({ preview: true });
  assertShape(RollbackPreview, preview.body);
  assert.deepEqual(preview.body.changes, [
    { field: "model", from: "ours", to: "LR 1250", changedSince: false },
    { field: "monthlyRate", from: 6622.2, to: 5500, changedSince: false },
  ]);
  const blind = await bench.without("ViewFinancials");
  const masked = await back({ preview: true }, blind);
  assert.deepEqual(masked.body.changes[1], {
    field: "monthlyRate",
    from: null,
    to: null,
    changedSince: false,
  });
  assertProblem(await back({ reason: "a mistake" }, blind), 403, /ViewFinancials/);
  assertProblem(await back({}), 422, /reason/);
  assertProblem(await back({ reason: "x", targetVersion: 7 }), 404, /version 7/);
  assertProblem(await back({ reason: "x", fields: ["nonsense"] }), 400, /nonsense/);
  assertProblem(await back({ reason: "x", fields: ["originalEnd"] }), 422, /never rolled back/);
  assertProblem(await back({ reason: "x", targetVersion: 2 }), 422, /Nothing is left/);
  assertProblem(
    await caller.post("/api/pfa-data/ZZZ/rollback", {
      organizationId,
      targetVersion: 1,
      reason: "x",
    }),
    404,
  );
  const answer = await back({ reason: "a mistake" });
  assertShape(RolledBackRecord, answer.body);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${answer.body.jobId}`);
  assert.deepEqual([job.kind, job.reason, job.items.length], ["rollback", "a mistake", 1]);
  assert.equal(job.items[0].modificationId, answer.body.modificationId);
  assert.deepEqual(job.items[0].changes.monthlyRate, { from: 6622.2, to: 5500 });
  const [trail] = await db.owner`
    select details ->> 'reason' as reason from audit_entry where event_type = 'ROLLBACK'`;
  assert.equal(trail!.reason, "a mistake");
});

test("a rollback that would break a rule is refused with the rule", async (bench) => {
  const { caller, organizationId } = bench;
  await written(bench, { A: { forecastStart: "2025-06-01" } });
  await mirrored(bench.db, organizationId, {
    A: { version: 3, forecastStart: "2025-06-01", forecastEnd: "2025-12-31" },
  });
  const back = (asked: object) =>
    caller.post("/api/pfa-data/A/rollback", {
      organizationId,
      targetVersion: 1,
      reason: "x",
      ...asked,
    });
  assertProblem(await back({}), 422, /forecastEnd 2025-12-31/);
  assert.equal((await back({ fields: ["forecastEnd"] })).status, 200);
});

test("a job is rolled back as far as it can be, and says how far", async (bench) => {
  const { caller } = bench;
  const jobId = await written(bench, {
    A: { monthlyRate: "6622.20" },
    B: { model: "ours" },
  });
  await mirrored(bench.db, bench.organizationId, { B: { version: 3, model: "theirs" } });
  const path = `/api/pems/sync-jobs/${jobId}/rollback`;
  assertProblem(await bench.app.caller().post(path), 401);
  assertProblem(await (await bench.without("ManageSettings")).post(path), 403, /ManageSettings/);
  assertProblem(await caller.post(path), 422, /reason/);
  const blind = await bench.without("ViewFinancials");
  assertProblem(await blind.post(path, { reason: "x" }), 403, /ViewFinancials/);
  const hidden = (await blind.post(path, { preview: true })).body;
  assert.doesNotMatch(JSON.stringify(hidden.changes), /6622|5500/);
  const preview = (await caller.post(path, { preview: true })).body;
  assertShape(RolledBackJob, preview);
  assert.equal(preview.jobId, null);
  const { body } = await caller.post(path, { reason: "a mistake" });
  assertShape(RolledBackJob, body);
  assert.deepEqual(body.changes, preview.changes);
  const short = body.changes.map((
    line: { [name: string]: unknown },
  ) => [line.pfaId, line.field, line.from, line.to, line.outcome]).sort();
  assert.deepEqual(short, [
    ["A", "monthlyRate", 6622.2, 5500, "restored"],
    ["B", "model", "theirs", "LR 1250", "changed_since"],
  ]);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${body.jobId}`);
  assert.deepEqual([job.kind, job.total], ["rollback", 1]);
});
