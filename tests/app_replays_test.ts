/** Plans that replay dead letters over the API, or give them up: shown, started, staged, stopped and turned, by who may. */
import assert from "node:assert/strict";
import { PlannedReplay, ReplayPreview, TurnedReplay } from "../app/replay_shapes.ts";
import { Job } from "../app/sync_shapes.ts";
import { advanceReplays } from "../db/replay_steps.ts";
import { endJobs } from "../db/sweep.ts";
import { type Bench, NOBODY, statusOf, test } from "./app_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { CLOSED, groupsOf, manyBuried } from "./app_letter_bench.ts";
import { aPlanner } from "./builders.ts";
import { onEach } from "./database.ts";

const planner = ({ caller, organizationId }: Bench) => (asked: object) =>
  caller.post("/api/pems/dead-letters/plans", { organizationId, action: "retry", ...asked });

/** The records of the plan in their order. */
const orderOf = async ({ db }: Bench): Promise<ReadonlyArray<string>> =>
  (await db.owner`
    select m.pfa_id from replay_item i join pfa_modification m on m.id = i.modification_id
    order by i.job_id, i.nth`).map((row) => row.pfa_id);

/** What PEMS would have answered: the letters released last are in it. */
async function answerOpen({ db, organizationId }: Bench, status = "synced") {
  const ids = await db.worker<Array<{ id: string; pfa_id: string }>>`
    select m.id, m.pfa_id from replay_item i join pfa_modification m on m.id = i.modification_id
    where i.state = 'released' and m.sync_status = 'queued'`;
  const named = ids.map(({ id }) => id);
  await db.worker`
    update pfa_modification set sync_status = ${status}, sync_error = ${CLOSED},
      synced_at = case when ${status} = 'synced' then now() end
    where id = any(${named}::uuid[])`;
  if (status === "synced") {
    await db.worker`delete from pfa_write_queue where modification_id = any(${named}::uuid[])`;
  } else {
    await db.worker`
      update pfa_write_queue set status = 'dead' where modification_id = any(${named}::uuid[])`;
  }
  await db.worker`
    select follow_heads(${organizationId}, ${ids.map((row) => row.pfa_id)}, true)`;
}

test("the plan is shown before anything happens, and only what was shown is started", async (bench) => {
  await manyBuried(bench, 30, CLOSED);
  const { groups: [group] } = await groupsOf(bench);
  const plan = planner(bench);
  const preview = await plan({ group: group!.fingerprint, preview: true });
  assertShape(ReplayPreview, preview.body);
  assert.deepEqual(
    [preview.body.count, preview.body.stages, preview.body.first.length, preview.body.planned],
    [30, [1, 10, 19], 10, 0],
  );
  assert.ok(preview.body.estimatedSeconds > 3);
  assert.equal(
    (await bench.db.owner`select from replay_plan`).length,
    0,
    "a preview changes nothing",
  );
  assertProblem(await plan({}), 400, /group/);
  assertProblem(await plan({ group: group!.fingerprint, ids: [NOBODY] }), 400, /group/);
  assertProblem(await plan({ ids: [] }), 422, /no such dead letter/);
  assertProblem(await plan({ group: "nothing like this" }), 422, /no such dead letter/);
  assertProblem(await plan({ ids: [NOBODY] }), 409, /There are 0/);
  assertProblem(
    await plan({ group: group!.fingerprint, count: 29 }),
    409,
    /There are 30.*you saw 29/,
  );
  assertProblem(await plan({ group: group!.fingerprint, action: "discard" }), 422, /reason/);
  assertProblem(await plan({ group: group!.fingerprint, action: "burn" }), 400, /action/);
  assert.equal((await bench.db.owner`select from sync_job where kind = 'replay'`).length, 0);
  const started = await plan({ group: group!.fingerprint, count: 30, reason: " opened " });
  assertShape(PlannedReplay, started.body);
  assert.equal(started.body.count, 30);
  assertProblem(await plan({ group: group!.fingerprint }), 409, /30 of these are in a replay/);
  const again = await plan({ group: group!.fingerprint, preview: true });
  assert.equal(again.body.planned, 30);
});

test("the canary goes, then ten, then the rest, all as one job of Sync History", async (bench) => {
  const { db, caller } = bench;
  const letters = await manyBuried(bench, 30, CLOSED);
  const { groups: [group] } = await groupsOf(bench);
  const { body: { jobId } } = await planner(bench)({ group: group!.fingerprint, reason: "opened" });
  const job = async () =>
    (await caller.get(`/api/pems/sync-jobs/${jobId}`)).body as typeof Job.Type;
  const standing = async () => {
    await advanceReplays(db.worker);
    await endJobs(db.worker);
    const { replay, status } = await job();
    const { state, stage, waiting, open, synced } = replay!;
    return [status, state, stage, waiting, open, synced];
  };
  assert.deepEqual(await standing(), ["running", "running", 1, 29, 1, 0]);
  assert.equal(await statusOf(db, letters.get("L-001")!), "queued");
  assert.deepEqual(
    await standing(),
    ["running", "running", 1, 29, 1, 0],
    "it waits for its canary",
  );
  await answerOpen(bench);
  assert.deepEqual(await standing(), ["running", "running", 2, 19, 10, 1]);
  await answerOpen(bench);
  assert.deepEqual(await standing(), ["running", "running", 3, 0, 19, 11]);
  assert.equal((await groupsOf(bench)).replays[0]!.state, "running");
  await answerOpen(bench);
  await standing();
  assert.deepEqual(await standing(), ["completed", "finished", 3, 0, 0, 30]);
  const whole = await job();
  assertShape(Job, whole);
  assert.deepEqual([whole.kind, whole.reason, whole.total, whole.done], [
    "replay",
    "opened",
    30,
    30,
  ]);
  const trail = await db.owner`
    select event_type, details ->> 'plan' as plan, details -> 'count' as count from audit_entry
    where job_id = ${jobId} and modification_id is null order by id`;
  assert.deepEqual(trail.map((entry) => [entry.event_type, entry.plan, entry.count]), [
    ["REPLAY", "started", 30],
    ["REPLAY", "stage", 1],
    ["REPLAY", "stage", 10],
    ["REPLAY", "stage", 19],
    ["REPLAY", "finished", null],
  ]);
  const each = await db.owner`
    select from audit_entry where job_id = ${jobId} and event_type = 'REPLAY'
      and modification_id is not null`;
  assert.equal(each.length, 30, "and each letter has its own");
});

test("it stops at the first that fails again; the others stay dead, and it says so", async (bench) => {
  const { db, caller } = bench;
  await manyBuried(bench, 30, CLOSED);
  const { groups: [group] } = await groupsOf(bench);
  const { body: { jobId } } = await planner(bench)({ group: group!.fingerprint });
  await advanceReplays(db.worker);
  await answerOpen(bench, "failed");
  await advanceReplays(db.worker);
  await endJobs(db.worker);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${jobId}`);
  const { state, left, failed, waiting, error } = job.replay;
  assert.deepEqual([state, left, failed, waiting, job.status, job.total, job.done], [
    ...["stopped", 29, 1, 0, "completed"],
    ...[30, 1],
  ]);
  const [canary] = await orderOf(bench);
  assert.equal(error, `${canary} failed again: ${CLOSED}`);
  assert.equal((await groupsOf(bench)).total, 30);
  const [told] = await db.owner`select title, body from notification`;
  assert.match(told!.title, /stopped/);
  assert.match(told!.body, /29 were not sent/);
  const turned = await caller.post(`/api/pems/sync-jobs/${jobId}/resume`);
  assertProblem(turned, 409, /it is stopped/);
  const next = await planner(bench)({ group: group!.fingerprint, preview: true });
  assert.deepEqual([next.body.count, next.body.planned], [30, 0], "another plan may follow");
});

test("a replay is paused, resumed and aborted, by who manages, and by nobody else", async (bench) => {
  const { db, caller, app } = bench;
  await manyBuried(bench, 30, CLOSED);
  const { groups: [group] } = await groupsOf(bench);
  const { body: { jobId } } = await planner(bench)({ group: group!.fingerprint });
  const turn = (word: string, who = caller) => who.post(`/api/pems/sync-jobs/${jobId}/${word}`);
  assertProblem(await turn("abort", await bench.without("ManageSettings")), 403);
  const stranger = await app.as((await aPlanner(db)).userId);
  assertProblem(await turn("abort", stranger), 404);
  assertProblem(await turn("abort", app.caller()), 401);
  assertProblem(await caller.post(`/api/pems/sync-jobs/${NOBODY}/abort`), 404);
  assertProblem(await turn("stop"), 404);
  await advanceReplays(db.worker);
  const paused = await turn("pause");
  assertShape(TurnedReplay, paused.body);
  assert.equal(paused.body.state, "paused");
  assertProblem(await turn("pause"), 409, /it is paused/);
  await answerOpen(bench);
  await advanceReplays(db.worker);
  await endJobs(db.worker);
  const look = async () => (await caller.get(`/api/pems/sync-jobs/${jobId}`)).body;
  const held = await look();
  assert.deepEqual([held.status, held.replay.waiting, held.replay.open], ["running", 29, 0]);
  assert.equal((await turn("resume")).body.state, "running");
  await advanceReplays(db.worker);
  assert.deepEqual((await look()).replay.open, 10);
  assert.equal((await turn("abort")).body.state, "aborted");
  await advanceReplays(db.worker);
  await endJobs(db.worker);
  const ended = await look();
  const { open, left, synced } = ended.replay;
  assert.deepEqual(
    [open, left, synced, ended.status],
    [10, 19, 1, "running"],
    "what is queued goes on",
  );
  await answerOpen(bench);
  await endJobs(db.worker);
  assert.equal((await look()).status, "completed");
  assert.equal((await groupsOf(bench)).total, 19);
  const [commit] = await db.owner`select id from sync_job where kind = 'commit' limit 1`;
  assertProblem(await caller.post(`/api/pems/sync-jobs/${commit!.id}/abort`), 404, /no replay/);
});

test("what somebody decides before its turn is passed over, and a group is given up in bulk", async (bench) => {
  const { db, caller, organizationId } = bench;
  const letters = await manyBuried(bench, 30, CLOSED);
  const { groups: [group] } = await groupsOf(bench);
  const { body: { jobId } } = await planner(bench)({ group: group!.fingerprint });
  const [canary, next] = await orderOf(bench);
  await caller.post("/api/pems/dead-letters/discard", {
    organizationId,
    ids: [letters.get(canary!)],
    reason: "not this one",
  });
  await advanceReplays(db.worker);
  const { replay } = (await caller.get(`/api/pems/sync-jobs/${jobId}`)).body;
  assert.deepEqual([replay.overtaken, replay.open, replay.waiting], [1, 1, 28]);
  assert.equal(await statusOf(db, letters.get(next!)!), "queued");
  await caller.post(`/api/pems/sync-jobs/${jobId}/abort`);
  const given = await planner(bench)({
    group: group!.fingerprint,
    action: "discard",
    reason: "nobody needs them",
  });
  assert.equal(given.body.count, 28);
  await advanceReplays(db.worker);
  await endJobs(db.worker);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${given.body.jobId}`);
  assert.deepEqual([job.replay.state, job.replay.discarded, job.status], [
    "finished",
    28,
    "completed",
  ]);
  assert.equal((await groupsOf(bench)).total, 0);
  const [row] = await db.owner`
    select count(*)::int as n, min(details ->> 'reason') as reason from audit_entry
    where event_type = 'DISCARD' and modification_id is not null and pfa_id <> ${canary!}`;
  assert.deepEqual({ ...row }, { n: 28, reason: "nobody needs them" });
});

onEach("plans and their items keep to their states", async (db) => {
  const { organizationId, userId } = await aPlanner(db);
  const [job] = await db.owner`
    insert into sync_job (organization_id, kind, status) values (${organizationId}, 'replay', 'running')
    returning id`;
  await assert.rejects(async () =>
    await db.owner`
      insert into replay_plan (job_id, organization_id, user_id, action, stages, state)
      values (${job!.id}, ${organizationId}, ${userId}, 'retry', '{1}', 'stopped')`, {
    code: "23514",
  });
  await assert.rejects(async () =>
    await db.owner`
      insert into replay_plan (job_id, organization_id, user_id, action, stages)
      values (${job!.id}, ${organizationId}, ${userId}, 'retry', '{1,0}')`, { code: "23514" });
}, { versions: [18, 15] });
