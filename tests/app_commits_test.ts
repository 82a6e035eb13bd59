/** Commits over the API: drafts queued once, all or none, checked anew, under their authors, by who may. */
import assert from "node:assert/strict";
import { CommitDrafts, Committed, SavedDrafts, View } from "../app/record_shapes.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { atBench, test } from "./app_drafts_bench.ts";
import { aMember, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

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
