/** The sync as people follow it: its status and pauses, what waits for a person, the trail, and what they are told. */
import assert from "node:assert/strict";
import { Entries } from "../app/audit_shapes.ts";
import { Conflicts, DeadLetters, Notifications, Paused, SyncStatus } from "../app/sync_shapes.ts";
import { sealEntries } from "../db/chain.ts";
import { assertShape } from "./app_client.ts";
import { test } from "./app_sync_bench.ts";
import { aMember } from "./builders.ts";

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
