/** The system page's answers: who sees what of it, and what the doctor finds. */
import assert from "node:assert/strict";
import { Examination, System } from "../app/system_shapes.ts";
import { examineTenant } from "../db/invariants.ts";
import { beat } from "../db/workers.ts";
import { assertProblem, assertShape, withApp } from "./app_client.ts";
import { type Bench, test } from "./app_bench.ts";
import { aPlanner, aUser, committed, mirrored } from "./builders.ts";
import { onPostgres } from "./database.ts";

const systemOf = async ({ caller, organizationId }: Bench) => {
  const { body } = await caller.get(`/api/admin/system?organizationId=${organizationId}`);
  assertShape(System, body);
  return body as typeof System.Type;
};

/** A worker that holds the record's lane. */
async function holding(bench: Bench, pfaId: string): Promise<string> {
  const workerId = crypto.randomUUID();
  await beat(bench.db.worker, { workerId, leaseMs: 30_000, version: "1.2.3", tokens: [] });
  await bench.db.worker`
    update pfa_lane set state = 'leased', lease_owner = ${workerId},
      leased_until = now() + interval '30 s' where pfa_id = ${pfaId}`;
  return workerId;
}

test("an administrator sees workers, what they hold of the own organization, and versions", async (bench) => {
  const { db, tenant } = bench;
  await committed(db, tenant, { A: { model: "x" }, B: { model: "y" } });
  const workerId = await holding(bench, "A");
  const system = await systemOf(bench);
  assert.equal(system.everything, false);
  const [worker] = system.workers;
  assert.deepEqual([worker!.id, worker!.version, worker!.inFlight], [workerId, "1.2.3", null]);
  const [own, ...others] = system.organizations;
  assert.deepEqual([own!.id, others.length], [bench.organizationId, 0]);
  assert.deepEqual(own!.leases.map((lease) => [lease.workerId, lease.pfaId]), [[workerId, "A"]]);
  assert.deepEqual(own!.lanes, { leased: 1, ready: 1 });
  assert.deepEqual([own!.connection?.circuit, own!.status.totalQueued], ["closed", 2]);
  assert.notEqual(own!.oldestPendingAt, null);
  assert.match(system.versions.postgres, /^\d+/);
  assert.equal(system.versions.deno, Deno.version.deno);
  assert.equal(system.migrations[0]!.name, system.versions.schema);
  assert.ok(system.migrations.length >= 13);
});

test("nobody sees another organization, but a system administrator all of them", async (bench) => {
  const { db, app, organizationId } = bench;
  const other = await aPlanner(db);
  await mirrored(db, other.organizationId, { A: {} });
  await committed(db, other, { A: { model: "theirs" } });
  const { body } = await bench.caller.get(`/api/admin/system?organizationId=${organizationId}`);
  assert.doesNotMatch(JSON.stringify(body), new RegExp(other.organizationId));
  const path = `/api/admin/system?organizationId=${other.organizationId}`;
  assertProblem(await bench.caller.get(path), 403);
  const poor = await bench.without("ManageSettings");
  assertProblem(await poor.get(`/api/admin/system?organizationId=${organizationId}`), 403);
  const root = await app.as(await aUser(db, { isAdmin: true }));
  const all = (await root.get(path)).body as typeof System.Type;
  assert.equal(all.everything, true);
  assert.deepEqual(
    all.organizations.map(({ id }) => id).toSorted(),
    [organizationId, other.organizationId].toSorted(),
  );
});

test("the doctor looks at the own organization; at all of them for a system administrator", async (bench) => {
  const { db, app, caller, organizationId } = bench;
  const other = await aPlanner(db);
  await mirrored(db, other.organizationId, { A: {} });
  await committed(db, other, { A: { model: "theirs" } });
  await committed(db, bench.tenant, { A: { model: "x" } });
  // Theirs is broken, ours is not.
  await db.worker`
    update pfa_lane set pending = 7 where organization_id = ${other.organizationId}`;
  const ask = (who = caller, asked: object = {}) =>
    who.post("/api/admin/system/doctor", { organizationId, ...asked });
  const sound = (await ask()).body as typeof Examination.Type;
  assertShape(Examination, sound);
  assert.equal(sound.findings.length, 11);
  assert.deepEqual(sound.findings.filter(({ broken }) => broken !== 0), []);
  assertProblem(await ask(caller, { everything: true }), 403, /system administrator/);
  assertProblem(await ask(await bench.without("ManageSettings")), 403);
  const root = await app.as(await aUser(db, { isAdmin: true }));
  const all = (await ask(root, { everything: true })).body as typeof Examination.Type;
  assert.equal(all.organizations.length, 2);
  const broken = all.findings.filter(({ broken }) => broken !== 0);
  assert.deepEqual(broken.map(({ invariant, broken }) => [invariant, broken]), [
    ["every lane holds what is queued for its record", 1],
  ]);
  assert.match(broken[0]!.violations[0]!.what, /7 pending by its lane, 1 in the queue/);
  const mine = await db
    .owner`select pfa_id from pfa_lane where organization_id = ${organizationId}`;
  await db.worker`
    update pfa_lane set pending = 3 where organization_id = ${organizationId}`;
  const ill = (await ask()).body as typeof Examination.Type;
  assert.deepEqual(
    ill.findings.flatMap(({ violations }) => violations.map(({ id }) => id)),
    [mine[0]!.pfa_id],
    "what breaks elsewhere is not told here",
  );
});

onPostgres("a look that takes too long ends, and says that it did not", async (db) => {
  await withApp(db, async () => {
    const tenant = await aPlanner(db);
    await mirrored(db, tenant.organizationId, { A: {} });
    await committed(db, tenant, { A: { model: "x" } });
    // A statement of an examination waits for what somebody has locked.
    const locked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const lock = db.owner.begin(async (tx) => {
      await tx`lock table pfa_sync_conflict in access exclusive mode`;
      locked.resolve();
      await release.promise;
    });
    await locked.promise;
    const found = await examineTenant(db.app, tenant, 200);
    release.resolve();
    await lock;
    assert.deepEqual(
      found.filter(({ broken }) => broken !== 0).map((
        { invariant, broken },
      ) => [invariant, broken]),
      [["open conflicts block their lanes, and nothing else does", null]],
    );
  });
});
