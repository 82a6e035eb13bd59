/** Organizations over the API: made, connected to their PEMS and set, by whoever may, with a key that never comes out. */
import assert from "node:assert/strict";
import { ConnectionTest, Organization, Organizations } from "../app/admin_shapes.ts";
import { serveSandbox } from "../pems/serve.ts";
import { memoryStore } from "../pems/store.ts";
import { atBench, ORGANIZATIONS, test } from "./app_admin_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { aConnection, aMember, anOrganization, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

const PEMS = { baseUrl: "https://pems.example.org/api/", apiKey: "top-secret-key", rateLimit: 7 };

onEach(
  "an organization is made with its PEMS; the key goes in sealed and never comes out",
  atBench(async ({ db, app, admin }) => {
    const made = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems: PEMS });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assertShape(Organization, made.body);
    assert.equal(made.body.pems.baseUrl, "https://pems.example.org/api");
    const list = await admin.get(ORGANIZATIONS);
    assertShape(Organizations, list.body);
    assert.ok(!JSON.stringify([made.body, list.body]).includes(PEMS.apiKey));
    const [row] = await db.auth`
      select o.pems_key, c.rate_limit, c.key_fingerprint from organization o
      join pems_connection c on c.id = o.connection_id`;
    assert.match(row!.pems_key, /^enc:v1:/);
    assert.equal(await app.vault.open(made.body.id, row!.pems_key), PEMS.apiKey);
    await assert.rejects(app.vault.open("default", row!.pems_key));
    assert.equal(row!.rate_limit, 7);
    assert.equal(row!.key_fingerprint, made.body.pems.keyFingerprint);
    assertProblem(await admin.post(ORGANIZATIONS, { code: "RIO", name: "Again" }), 409, /RIO/);
    const trail = await db.owner`select details::text from audit_entry`;
    assert.ok(!JSON.stringify(trail).includes(PEMS.apiKey));
  }),
);

test("a PEMS URL that may not be called is refused, and nothing is made", async ({ db, admin }) => {
  const urls = [
    "http://pems.example.org/api",
    "https://169.254.169.254/latest",
    "https://[fe80::1]/api",
    "https://user:pass@pems.example.org",
    "ftp://pems.example.org",
    "pems",
  ];
  for (const baseUrl of urls) {
    const answer = await admin.post(ORGANIZATIONS, {
      code: "RIO",
      name: "Rio",
      pems: { ...PEMS, baseUrl },
    });
    assertProblem(answer, 422, /pems\.baseUrl/);
  }
  const wrong: ReadonlyArray<[object, RegExp]> = [
    [{ code: "rio", name: "Rio" }, /"path":"code"/],
    [{ code: "RIO", name: "" }, /"path":"name"/],
    [{ code: "RIO", name: "Rio", pems: { ...PEMS, rateLimit: 0 } }, /pems\.rateLimit/],
    [{ code: "RIO", name: "Rio", pems: { ...PEMS, apiKey: "a b" } }, /pems\.apiKey/],
    [{ code: "RIO", name: "Rio", pems: { ...PEMS, secret: 1 } }, /pems\.secret/],
  ];
  for (const [body, words] of wrong) {
    assertProblem(await admin.post(ORGANIZATIONS, body), 400, words);
  }
  assert.deepEqual([...await db.auth`select from organization`], []);
});

test("a new key resumes what PEMS had refused, and moves the waiting lanes", async ({ db, admin }) => {
  const { body: made } = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems: PEMS });
  const tenant = await aMember(db, made.id);
  await mirrored(db, made.id, { A: {} });
  await committed(db, tenant, { A: { description: "x" } });
  await db.worker`
    update organization set pause = 'credentials', pause_reason = '401', paused_at = now()`;
  const path = `${ORGANIZATIONS}/${made.id}`;
  const slower = await admin.patch(path, { pems: { rateLimit: 3 } });
  assert.equal(slower.body.pause.by, "credentials", "a rate is no key");
  const changed = await admin.patch(path, { pems: { apiKey: "another-key" } });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal(changed.body.pause, null);
  assert.equal(changed.body.pems.rateLimit, 3);
  assert.notEqual(changed.body.pems.keyFingerprint, made.pems.keyFingerprint);
  const [lane] = await db.owner`
    select l.paused, l.connection_id = o.connection_id as moved
    from pfa_lane l join organization o on o.id = l.organization_id`;
  assert.deepEqual({ ...lane }, { paused: false, moved: true });
  const events = await db.owner`select event_type from audit_entry where event_type = 'RESUME'`;
  assert.equal(events.length, 1);
});

test("nobody sends the key to a place of their own, or reaches another's PEMS", async ({ db, app, admin }) => {
  const { body: made } = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems: PEMS });
  const manager = await app.as((await aMember(db, made.id)).userId);
  const path = `${ORGANIZATIONS}/${made.id}`;
  assertProblem(
    await manager.patch(path, { pems: { baseUrl: "https://mine.example.org" } }),
    422,
    /needs its key/,
  );
  assertProblem(await manager.patch(path, { code: "PORTARTHUR" }), 403, /administrator/);
  assertProblem(await manager.patch(path, { pems: null }), 403, /administrator/);
  assert.equal((await manager.patch(path, { name: "Rio II" })).body.name, "Rio II");
  const back = await admin.patch(path, { pems: null });
  assert.deepEqual(back.body.pems, {
    baseUrl: null,
    rateLimit: null,
    keyFingerprint: null,
    keySetAt: null,
    keySetBy: null,
  });
  const [row] = await db.auth`select pems_key, connection_id from organization`;
  assert.deepEqual({ ...row }, { pems_key: null, connection_id: null });
});

test("a connection is tried for real, within its budget", async ({ db, admin }) => {
  const served = await serveSandbox({ port: 0, store: memoryStore(), apiKey: "sandbox-key" });
  try {
    const pems = { baseUrl: served.url, apiKey: "sandbox-key", rateLimit: 10 };
    const { body: made } = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems });
    const path = `${ORGANIZATIONS}/${made.id}/test-connection`;
    const good = await admin.post(path);
    assertShape(ConnectionTest, good.body);
    assert.equal(good.body.success, true, good.body.error);
    const [row] = await db.auth`select departed as calls from pems_connection`;
    assert.equal(row!.calls, "2");
    await admin.patch(`${ORGANIZATIONS}/${made.id}`, { pems: { apiKey: "wrong" } });
    const bad = await admin.post(path);
    assertShape(ConnectionTest, bad.body);
    assert.equal(bad.body.success, false);
    assert.match(bad.body.error, /401|refus|key|unauthor/i);
    assert.equal(bad.body.trouble, "refused");
    await served.stop();
    assert.equal((await admin.post(path)).body.trouble, "unreachable");
  } finally {
    await served.stop();
  }
});

test("the conflict policy is set by field", async ({ db, admin }) => {
  const organizationId = await anOrganization(db, { connectionId: await aConnection(db) });
  const path = `${ORGANIZATIONS}/${organizationId}/conflict-policy`;
  const fields = { description: "use_pems", monthlyRate: "manual" };
  assert.deepEqual((await admin.put(path, { fields })).body, { fields });
  assertProblem(await admin.put(path, { fields: { colour: "manual" } }), 400, /fields\.colour/);
  assertProblem(await admin.put(path, { fields: { model: "toss" } }), 400, /fields\.model/);
  const [row] = await db.auth`select conflict_policy from organization`;
  assert.deepEqual(row!.conflict_policy, fields);
});

test("settings tell who set the key and who paused, and what to do over", async ({ db, app, admin }) => {
  const { body: made } = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems: PEMS });
  const olga = await aMember(db, made.id, { username: "olga" });
  const caller = await app.as(olga.userId);
  const path = `${ORGANIZATIONS}/${made.id}`;
  const read = async () => {
    const { body } = await caller.get(path);
    assertShape(Organization, body);
    return body;
  };
  const before = await read();
  assert.deepEqual([before.version > 0, before.connection.circuit], [true, "closed"]);
  await caller.patch(path, { pems: { apiKey: "another-key" }, version: before.version });
  assert.equal((await read()).pems.keySetBy, "olga");
  await caller.post("/api/pems/pause", { organizationId: made.id, reason: "an outage is planned" });
  const { by, userName, reason } = (await read()).pause;
  assert.deepEqual([by, userName, reason], ["administrator", "olga", "an outage is planned"]);
  await caller.post("/api/pems/resume", { organizationId: made.id });
  assert.equal((await read()).pause, null);
  const blind = await aMember(db, made.id, { permissions: ["Read", "ManageUsers"] });
  assertProblem(await (await app.as(blind.userId)).get(path), 403, /ManageSettings/);
});

test("who changes settings that somebody else changed meanwhile is told, and changes nothing", async ({ db, admin }) => {
  const { body: made } = await admin.post(ORGANIZATIONS, { code: "RIO", name: "Rio", pems: PEMS });
  const path = `${ORGANIZATIONS}/${made.id}`;
  const { version } = made;
  const [mine, theirs] = await Promise.all([
    admin.patch(path, { name: "Rio A", version }),
    admin.put(`${path}/conflict-policy`, { fields: { model: "use_pems" }, version }),
  ]);
  assert.deepEqual([mine.status, theirs.status].sort(), [200, 409], "the first wins");
  const late = await admin.patch(path, { name: "Rio B", pems: { rateLimit: 1 }, version });
  assertProblem(late, 409, /changed meanwhile/);
  const { body: now } = await admin.get(path);
  assert.deepEqual([now.version, now.name === "Rio B", now.pems.rateLimit], [
    version + 1,
    false,
    7,
  ]);
  assert.equal((await admin.patch(path, { name: "Rio C" })).body.version, version + 2);
  assert.equal((await admin.patch(path, { name: "Rio C" })).body.version, version + 2);
  const [row] = await db.owner`
    select count(*)::int as events from audit_entry where event_type = 'CREDENTIAL_CHANGED'`;
  assert.equal(row!.events, 1, "only the first settings: what was refused is not in the trail");
});
