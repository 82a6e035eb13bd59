/** Dead letters over the API: tried again, given up, and overtaken by a new commit. */
import assert from "node:assert/strict";
import { Committed } from "../app/record_shapes.ts";
import { DiscardedLetters } from "../app/sync_shapes.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { aMember, type Changes, committed } from "./builders.ts";
import { Bench, NOBODY, statusOf, test } from "./app_bench.ts";

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
