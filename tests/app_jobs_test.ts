/** Sync jobs over the API: what they tell of their items, and those that people ask for. */
import assert from "node:assert/strict";
import { Job, Jobs } from "../app/sync_shapes.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { test } from "./app_sync_bench.ts";

test("a job tells its items with their states and attempts", async ({ db, caller, organizationId, jobId, ids, userId }) => {
  await db.worker`
    with written as (
      insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta,
        modified_by, worker_id, fencing_token)
      values (gen_random_uuid(), ${organizationId}, 'B', 'UPDATE', 1, '{}', '{}', 'x',
        gen_random_uuid(), 1)
      returning *
    ), linked as (
      update pfa_modification set write_id = (select id from written) where pfa_id = 'B'
    )
    insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
      latency_ms, status, outcome, error)
    select id, organization_id, pfa_id, 1, worker_id, now(), 12, 422, 'Buried', 'no' from written`;
  const jobs = (await caller.get(`/api/pems/sync-jobs?organizationId=${organizationId}`)).body;
  assertShape(Jobs, jobs);
  assert.equal(jobs.jobs.length, 1);
  assert.deepEqual(jobs.jobs[0].counts, { conflict: 1, failed: 1 });
  assert.equal(jobs.jobs[0].userId, userId);
  const { body: job } = await caller.get(`/api/pems/sync-jobs/${jobId}?limit=1`);
  assertShape(Job, job);
  assert.equal(job.items[0].modificationId, ids.get("A"));
  const rest =
    (await caller.get(`/api/pems/sync-jobs/${jobId}?limit=1&cursor=${job.nextCursor}`)).body;
  assert.equal(rest.items[0].modificationId, ids.get("B"));
  assert.deepEqual(rest.items[0].changes.monthlyRate, { from: 5511.1, to: 6622.2 });
  assert.deepEqual(
    rest.items[0].attempts.map((
      one: { status: number; outcome: string },
    ) => [one.status, one.outcome]),
    [[422, "Buried"]],
  );
  const found = async (filter: string) =>
    (await caller.get(`/api/pems/sync-jobs?organizationId=${organizationId}&${filter}`)).body.jobs
      .length;
  assert.deepEqual(
    [
      await found("kind=commit&status=running"),
      await found("kind=read_sync"),
      await found("search=RATE"),
      await found("search=b"),
      await found("search=zzz"),
      await found("from=2099-01-01"),
      await found(`to=${new Date().toISOString().slice(0, 10)}`),
    ],
    [1, 0, 1, 1, 0, 0, 1],
  );
});

test("a read sync that is asked for twice is one job", async ({ caller, organizationId, db }) => {
  const ask = () => caller.post("/api/pems/read-sync", { organizationId, full: true });
  const [first, second] = [await ask(), await ask()];
  assert.equal(first.body.jobId, second.body.jobId);
  const [row] = await db.owner`
    select kind, status, full_sweep from sync_job where id = ${first.body.jobId}`;
  assert.deepEqual({ ...row }, { kind: "read_sync", status: "queued", full_sweep: true });
  await db.auth`update organization set connection_id = null`;
  assertProblem(await ask(), 422, /No PEMS/);
});

test("waiting tries become due, and move up, when somebody asks for it", async ({ caller, organizationId, db }) => {
  await db.worker`
    update pfa_lane set state = 'delayed', due_at = now() + interval '1 hour'`;
  const heard = Promise.withResolvers<string>();
  const { unlisten } = await db.owner.listen("pfa_work", heard.resolve);
  const { body } = await caller.post("/api/pems/write-sync", { organizationId, priority: "high" });
  assert.deepEqual([body.success, body.queuedCount], [true, 0]);
  await heard.promise;
  await unlisten();
  const [row] = await db.owner`
    select bool_and(due_at <= clock_timestamp()) as due, bool_and(priority = 0) as high,
      (select bool_and(priority = 0) from pfa_write_queue) as items from pfa_lane`;
  assert.deepEqual({ ...row! }, { due: true, high: true, items: true });
});
