/** Rollbacks over the API: previewed, with a reason, as far as they can go. */
import assert from "node:assert/strict";
import { RollbackPreview, RolledBackJob, RolledBackRecord } from "../app/sync_shapes.ts";
import type { Pfa } from "../domain/pfa.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { type Changes, committed, mirrored } from "./builders.ts";
import { Bench, test } from "./app_bench.ts";

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
