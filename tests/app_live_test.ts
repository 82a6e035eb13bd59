/** The live socket over a real server: a snapshot first, then every message in order, resumed after a gap. */
import assert from "node:assert/strict";
import { announce } from "../db/notices.ts";
import type { Database } from "../db/sql.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { serveApp, type Served } from "../app/serve.ts";
import { configOf } from "../domain/config.ts";
import { cookieOf, testVault, withApp } from "./app_client.ts";
import { aMember, aPlanner, committed, drafted, mirrored } from "./builders.ts";
import { onPostgres, withDatabase } from "./database.ts";
import { Listener, type Message } from "./listener.ts";

interface Bench {
  readonly db: Database;
  readonly served: Served;
  readonly organizationId: string;
  readonly userId: string;
  open(userId: string, since?: string): Promise<Listener>;
}

const withServer = (work: (bench: Bench) => Promise<void>) => async (db: Database) => {
  const config = configOf({ PORT: "0", LOG_LEVEL: "error" });
  const served = await serveApp({ db, config, vault: await testVault(), withPages: false });
  try {
    const tenant = await aPlanner(db);
    await mirrored(db, tenant.organizationId, { A: {}, B: {} });
    await work({
      db,
      served,
      ...tenant,
      open: async (userId, since) => {
        const query = since === undefined ? "" : `?since=${since}`;
        const url = `${served.url}/api/ws/sync/${tenant.organizationId}${query}`;
        return new Listener(url, { cookie: await cookieOf(db, userId) });
      },
    });
  } finally {
    await served.stop();
  }
};
const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () => withDatabase(withServer(work)));

const told = (organizationId: string, pfaId: string, error?: string) => ({
  type: "SYNC_RETRYING" as const,
  organizationId,
  at: new Date().toISOString(),
  pfaId,
  modificationId: "0198c0de-0000-7000-8000-000000000000",
  sync: { status: "retrying" as const, ...(error === undefined ? {} : { error }) },
});

test("a socket is told the present first, then a commit with its records", async ({ db, open, ...tenant }) => {
  await drafted(db, tenant, { A: { description: "mine" } });
  const socket = await open(tenant.userId);
  const snapshot = await socket.next();
  assert.equal(snapshot.type, "SNAPSHOT");
  assert.deepEqual(
    snapshot.records.map((one: Message) => [one.pfaId, one.sync.status]),
    [["A", "draft"]],
  );
  assert.equal(snapshot.status.totalQueued, 0);
  const { jobId, modifications } = await committed(db, tenant, { B: { description: "x" } });
  const saved = await socket.next("DRAFT_SAVED");
  assert.deepEqual(saved.pfaIds, ["B"]);
  const queued = await socket.next("SYNC_QUEUED");
  assert.equal(queued.jobId, jobId);
  assert.deepEqual(queued.pfaIds, ["B"]);
  assert.deepEqual(queued.records, [{ pfaId: "B", modificationId: modifications.get("B") }]);
  const health = await socket.next("HEALTH");
  assert.equal(health.status.totalQueued, 1);
  await socket.close();
});

test("drafts are told to their author's sockets alone", async ({ db, open, organizationId, userId }) => {
  const other = await aMember(db, organizationId);
  const [own, theirs] = [await open(userId), await open(other.userId)];
  await own.next("SNAPSHOT");
  await theirs.next("SNAPSHOT");
  await drafted(db, { organizationId, userId }, { A: { description: "mine" } });
  await announce(db.owner, [told(organizationId, "B")]);
  assert.equal((await own.next()).type, "DRAFT_SAVED");
  assert.equal((await own.next()).pfaId, "B");
  assert.equal((await theirs.next()).pfaId, "B", "no draft before it");
  const snapshot = await open(other.userId);
  assert.deepEqual((await snapshot.next("SNAPSHOT")).records, []);
  for (const socket of [own, theirs, snapshot]) await socket.close();
});

test("what was missed is sent again, and nothing twice", async ({ db, open, organizationId, userId }) => {
  const first = await open(userId);
  const { seq } = await first.next("SNAPSHOT");
  await announce(db.owner, [told(organizationId, "A")]);
  const seen = await first.next("SYNC_RETRYING");
  assert.notEqual(seen.seq, seq);
  await first.close();

  const watcher = await open(userId);
  await watcher.next("SNAPSHOT");
  await announce(db.owner, [told(organizationId, "B"), told(organizationId, "C")]);
  await watcher.next("SYNC_RETRYING");
  await watcher.next("SYNC_RETRYING");

  const resumed = await open(userId, seen.seq);
  assert.equal((await resumed.next()).pfaId, "B");
  assert.equal((await resumed.next()).pfaId, "C");
  await announce(db.owner, [told(organizationId, "D")]);
  assert.equal((await resumed.next()).pfaId, "D");

  for (const strange of ["other.3", `${seen.seq.split(".")[0]}.99999`, "nonsense"]) {
    const socket = await open(userId, strange);
    assert.equal((await socket.next()).type, "SNAPSHOT", strange);
    await socket.close();
  }
  await resumed.close();
  await watcher.close();
});

test("amounts in an error reach nobody without ViewFinancials", async ({ db, open, organizationId, userId }) => {
  const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
  const blind = await open((await aMember(db, organizationId, { permissions })).userId);
  const open2 = await open(userId);
  await blind.next("SNAPSHOT");
  await open2.next("SNAPSHOT");
  const error = "monthlyRate 5500.75 exceeds 5000 for PFA-12345";
  await announce(db.owner, [told(organizationId, "A", error)]);
  assert.equal((await open2.next()).sync.error, error);
  assert.equal((await blind.next()).sync.error, "monthlyRate ••• exceeds ••• for PFA-12345");
  await blind.close();
  await open2.close();
});

test("a commit of thousands is told in parts", async ({ db, open, ...tenant }) => {
  const names = Array.from({ length: 2300 }, (_, at) => `R${String(at).padStart(5, "0")}`);
  await mirrored(db, tenant.organizationId, Object.fromEntries(names.map((name) => [name, {}])));
  const socket = await open(tenant.userId);
  await socket.next("SNAPSHOT");
  await committed(
    db,
    tenant,
    Object.fromEntries(names.map((name) => [name, { description: "x" }])),
  );
  const parts = [];
  for (let nth = 0; nth < 3; nth++) parts.push(await socket.next("SYNC_QUEUED"));
  assert.deepEqual(parts.map(({ pfaIds }) => pfaIds.length), [1000, 1000, 300]);
  assert.equal(new Set(parts.flatMap(({ pfaIds }) => pfaIds)).size, 2300);
  await socket.close();
});

test("a server that stops tells its sockets to come again", async ({ open, userId, served }) => {
  const socket = await open(userId);
  await socket.next("SNAPSHOT");
  await served.stop();
  assert.equal((await socket.closed).code, 1001);
});

test("strangers and pages of other sites are refused before the upgrade", async ({ db, served, organizationId, userId }) => {
  const url = `${served.url}/api/ws/sync/${organizationId}`;
  const upgrade = { upgrade: "websocket", connection: "upgrade" };
  const cookie = await cookieOf(db, userId);
  const refusals: ReadonlyArray<[Record<string, string>, number]> = [
    [{}, 401],
    [{ cookie, origin: "https://evil.test" }, 403],
    [{ cookie: await cookieOf(db, (await aPlanner(db)).userId) }, 403],
  ];
  for (const [headers, status] of refusals) {
    const response = await fetch(url, { headers: { ...upgrade, ...headers } });
    assert.equal(response.status, status);
    await response.body?.cancel();
    const socket = new Listener(url, headers);
    assert.notEqual((await socket.closed).code, 1000);
  }
  const plain = await fetch(url, { headers: { cookie } });
  assert.equal(plain.status, 400);
  await plain.body?.cancel();
  const own = new Listener(url, { cookie, origin: served.url });
  assert.equal((await own.next()).type, "SNAPSHOT");
  await own.close();
});

Deno.test("a socket closes once its session ends, its membership does, or Read is taken", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
      const endings = [
        db.auth`update session set revoked_at = now()`,
        db.auth`update membership set expires_at = now() - interval '1 second'`,
        db.auth`update membership set permissions = '{Sync}'`,
        db.auth`update app_user set disabled_at = now()`,
      ];
      for (const ending of endings) {
        const { organizationId, userId } = await aPlanner(db);
        const url = `http://127.0.0.1:${server.addr.port}/api/ws/sync/${organizationId}`;
        const socket = new Listener(url, { cookie: await cookieOf(db, userId) });
        await socket.next("SNAPSHOT");
        await app.live.check();
        assert.equal(socket.socket.readyState, WebSocket.OPEN);
        await ending;
        await app.live.check();
        assert.equal((await socket.closed).code, 1008);
      }
      await server.shutdown();
    })
  ));

Deno.test("a socket closes once its session looks as somebody else, and may be opened to read as them", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
      const { organizationId, userId } = await aPlanner(db);
      const seen = await aMember(db, organizationId, { permissions: ["Read"] });
      const url = `http://127.0.0.1:${server.addr.port}/api/ws/sync/${organizationId}`;
      const viewer = await app.as(userId);
      const own = new Listener(url, viewer.headers);
      await own.next("SNAPSHOT");
      const asked = { userId: seen.userId, organizationId };
      assert.equal((await viewer.post("/api/auth/view-as", asked)).status, 201);
      await app.live.check();
      assert.equal((await own.closed).code, 1008);
      const theirs = new Listener(url, viewer.headers);
      await theirs.next("SNAPSHOT");
      await app.live.check();
      await announce(db.owner, [told(organizationId, "A", "monthlyRate 5500.00 is wrong")]);
      const { sync } = await theirs.next("SYNC_RETRYING");
      assert.doesNotMatch(JSON.stringify(sync), /5500/, "whom one looks as sees no money");
      await viewer.delete("/api/auth/view-as");
      await app.live.check();
      assert.equal((await theirs.closed).code, 1008);
      await server.shutdown();
    })
  ));

onPostgres(
  "after a lost LISTEN everybody gets a fresh snapshot, since news may be lost",
  (db) =>
    withServer(async ({ open, userId, organizationId }) => {
      const socket = await open(userId);
      const before = await socket.next("SNAPSHOT");
      await db.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query ilike 'listen%'`;
      const after = await socket.next("SNAPSHOT");
      assert.notEqual(after.seq.split(".")[0], before.seq.split(".")[0]);
      await announce(db.owner, [told(organizationId, "A")]);
      assert.equal((await socket.next()).pfaId, "A");
      const late = await open(userId, before.seq);
      assert.equal((await late.next()).type, "SNAPSHOT");
      await socket.close();
      await late.close();
    })(db),
);
