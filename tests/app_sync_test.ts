/** The sync as people follow it: jobs, conflicts, dead letters, notifications, audit; and money on none of their ways out. */
import assert from "node:assert/strict";
import { Entries } from "../app/audit_shapes.ts";
import {
  Conflicts,
  DeadLetters,
  Job,
  Jobs,
  Notifications,
  Paused,
  SyncStatus,
} from "../app/sync_shapes.ts";
import { makeDeck } from "../app/deck.ts";
import { sealEntries } from "../db/chain.ts";
import { notify } from "../db/notifications.ts";
import type { Database } from "../db/sql.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, aPfa, aPlanner, committed, mirrored } from "./builders.ts";
import { onEach, withDatabase } from "./database.ts";

/** Amounts that are nowhere else, so that a search finds them wherever they leak; not as part of an id. */
const AMOUNTS = /(?<![\da-f-])(?:5511|6622|7733|8844)(?:\.\d+)?(?![\da-f-])/i;

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly caller: Caller;
  readonly organizationId: string;
  readonly userId: string;
  readonly jobId: string;
  readonly conflictId: string;
  readonly ids: ReadonlyMap<string, string>;
}

/** A job of two: A is in conflict, B is a dead letter, both about money; and a version of A that is past. */
async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const tenant = await aPlanner(db);
  const { organizationId, userId } = tenant;
  await mirrored(db, organizationId, {
    A: { monthlyRate: "5511.10" },
    B: { monthlyRate: "5511.10" },
    C: { monthlyRate: "5511.10" },
  });
  const { jobId, modifications: ids } = await committed(db, tenant, {
    A: { monthlyRate: "6622.20" },
    B: { monthlyRate: "6622.20" },
  }, { changeReason: "the rate is 6622.20 now" });
  await mirrored(db, organizationId, { A: { version: 2, monthlyRate: "7733.30" } });
  const [conflict] = await db.worker<[{ id: string }]>`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
    select 'A', ${organizationId}, ${[ids.get("A")!]}, 1, 2, '{"monthlyRate": "5511.10"}',
      '{"monthlyRate": "6622.20"}', ${
    JSON.stringify(aPfa({ monthlyRate: "7733.30" }))
  }::text::jsonb, 'fields',
      '{monthlyRate}', 'PEMS has the rate 7733.30'
    returning id`;
  const error = "monthlyRate 6622.20 exceeds the contract's 8844.40";
  await db.worker`
    update pfa_modification set sync_error = case pfa_id when 'B' then ${error} end,
      sync_status = case pfa_id when 'A' then 'conflict' else 'failed' end`;
  await db.worker`
    update pfa_write_queue set last_error = ${error},
      status = case pfa_id when 'A' then 'conflict' else 'dead' end`;
  await db.worker`update pfa_lane set state = 'blocked'`;
  await notify(db.worker, {
    organizationId,
    userIds: [userId],
    administrators: true,
    kind: "failure",
    title: "B failed",
    body: error,
    pfaId: "B",
  });
  return { db, app, caller: await app.as(userId), ...tenant, jobId, ids, conflictId: conflict.id };
}

const atBench = (work: (bench: Bench) => Promise<void>) => (db: Database) =>
  withApp(db, async (app) => await work(await benchOf(db, app)));
const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () => withDatabase(atBench(work)));

onEach(
  "without ViewFinancials no amount leaves by any way; with it, each of them does",
  atBench(async ({ db, app, caller, organizationId, jobId, conflictId }) => {
    const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
    const { userId } = await aMember(db, organizationId, { permissions });
    await notify(db.worker, {
      organizationId,
      userIds: [userId],
      administrators: false,
      kind: "failure",
      title: "B failed",
      body: "the rate 6622.20 was refused",
      pfaId: "B",
    });
    const blind = await app.as(userId);
    await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      pfaId: "C",
      changes: { monthlyRate: 8844.4 },
    });
    const of = `organizationId=${organizationId}`;
    const ways = [
      `/api/pfa-data?${of}`,
      `/api/pfa-data/A?${of}`,
      `/api/pfa-data/B?${of}`,
      `/api/pfa-data/A/history?${of}`,
      `/api/pems/sync-jobs?${of}`,
      `/api/pems/sync-jobs/${jobId}`,
      `/api/pems/conflicts?${of}`,
      `/api/pems/conflicts/${conflictId}`,
      `/api/pems/dead-letters?${of}`,
      `/api/audit?${of}`,
      "/api/notifications",
    ];
    for (const way of ways) {
      const open = await caller.get(way);
      assert.equal(open.status, 200, way);
      assert.match(JSON.stringify(open.body), AMOUNTS, `${way} tells who may know`);
      const masked = await blind.get(way);
      assert.equal(masked.status, 200, way);
      assert.doesNotMatch(JSON.stringify(masked.body), AMOUNTS, way);
    }
    const { body: session } = await blind.get("/api/auth/me");
    const deck = await makeDeck(db.app, true)(session, organizationId);
    assert.equal(deck.costs, null);
    assert.ok(deck.byCategory.every(({ plan, forecast }) => plan === null && forecast === null));
  }),
);

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

test("conflicts and dead letters tell what is needed to decide", async ({ caller, organizationId, conflictId, ids }) => {
  const of = `organizationId=${organizationId}`;
  const { body } = await caller.get(`/api/pems/conflicts?${of}&status=unresolved`);
  const { pemsData, ...conflict } = body.conflicts[0];
  assertShape(Conflicts, body);
  assert.equal(body.total, 1);
  assert.equal(pemsData.monthlyRate, 7733.3);
  assert.deepEqual(conflict.baseData, { monthlyRate: 5511.1 });
  assert.deepEqual(conflict.localData, { monthlyRate: 6622.2 });
  assert.deepEqual([conflict.kind, conflict.status], ["fields", "unresolved"]);
  assert.deepEqual((await caller.get(`/api/pems/conflicts/${conflictId}`)).body, body.conflicts[0]);
  assert.equal((await caller.get(`/api/pems/conflicts?${of}&status=resolved_pems`)).body.total, 0);
  const view = (await caller.get(`/api/pfa-data/A?${of}`)).body;
  assert.equal(view.sync.status, "conflict");
  assert.equal(view.sync.conflictId, conflictId);
  assert.equal(view.sync.stale, true);
  const dead = (await caller.get(`/api/pems/dead-letters?${of}`)).body;
  assertShape(DeadLetters, dead);
  assert.equal(dead.deadLetters[0].id, ids.get("B"));
});

test("status counts, narrows, and judges", async ({ caller, organizationId, db }) => {
  const status = async (filter = "") =>
    (await caller.get(`/api/pems/sync-status?organizationId=${organizationId}&${filter}`)).body;
  const all = await status();
  assertShape(SyncStatus, all);
  assert.deepEqual([all.conflicts, all.failed, all.deadLetters, all.completed], [1, 1, 1, 0]);
  assert.equal(all.health, "degraded");
  assert.equal(all.nextSyncAt, null, "what is blocked is not due");
  const only = await status("status=failed");
  assert.deepEqual([only.conflicts, only.failed], [0, 1]);
  const later = await status("startDate=2099-01-01");
  assert.deepEqual([later.conflicts, later.failed], [0, 0]);
  await db.worker`update pems_connection set circuit = 'open'`;
  assert.equal((await status()).health, "down");
});

test("a pause stops writes until somebody resumes, both told in the trail", async ({ caller, organizationId, db }) => {
  const paused = await caller.post("/api/pems/pause", { organizationId, reason: "month end" });
  assertShape(Paused, paused.body);
  assert.equal(paused.body.status.health, "paused");
  assert.equal((await caller.post("/api/pems/pause", { organizationId })).body.paused, true);
  const [lane] = await db.owner`select bool_and(paused) as paused from pfa_lane`;
  assert.equal(lane!.paused, true);
  assert.equal((await caller.post("/api/pems/resume", { organizationId })).body.paused, false);
  const { body } = await caller.get(`/api/audit?organizationId=${organizationId}&limit=2`);
  assertShape(Entries, body);
  assert.deepEqual(body.entries.map(({ eventType }: { eventType: string }) => eventType), [
    "RESUME",
    "PAUSE",
  ]);
  const rest = `/api/audit?organizationId=${organizationId}&limit=2&cursor=${body.nextCursor}`;
  assert.deepEqual(
    (await caller.get(rest)).body.entries.map(({ eventType }: { eventType: string }) => eventType),
    ["COMMIT", "COMMIT"],
  );
  const ofRecord = `/api/audit?organizationId=${organizationId}&pfaId=B&eventType=COMMIT`;
  assert.equal((await caller.get(ofRecord)).body.entries.length, 1);
});

test("the trail tells which entries are chained already, and up to when", async ({ caller, organizationId, db }) => {
  const trail = async () => (await caller.get(`/api/audit?organizationId=${organizationId}`)).body;
  assert.deepEqual((await trail()).chain, { sealedThrough: null });
  await sealEntries(db.worker, 1_000);
  const sealed = await trail();
  assert.equal(sealed.chain.sealedThrough, sealed.entries[0].at);
  await caller.post("/api/pems/pause", { organizationId });
  const [newest, ...others] = (await trail()).entries;
  assert.equal(newest.sealed, false);
  assert.ok(others.length > 0 && others.every((entry: { sealed: boolean }) => entry.sealed));
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

test("notifications are one's own, and are read once", async ({ db, app, caller, organizationId }) => {
  const { body } = await caller.get("/api/notifications");
  assertShape(Notifications, body);
  assert.equal(body.unread, 1);
  const { id } = body.notifications[0];
  const stranger = await app.as((await aMember(db, organizationId)).userId);
  assert.deepEqual((await stranger.post("/api/notifications/read", { ids: [id] })).body, {
    read: 0,
  });
  assert.deepEqual((await caller.post("/api/notifications/read", { ids: [id] })).body, { read: 1 });
  assert.deepEqual((await caller.post("/api/notifications/read", { ids: [id] })).body, { read: 0 });
  assert.equal((await caller.get("/api/notifications")).body.unread, 0);
  await db.auth`delete from membership`;
  assert.deepEqual((await caller.get("/api/notifications")).body.notifications, []);
});
