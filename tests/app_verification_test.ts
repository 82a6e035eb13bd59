/** Verifying the chain over the API: step by step, whoever asks, and what is broken is told in words. */
import assert from "node:assert/strict";
import { Verification } from "../app/audit_shapes.ts";
import { record } from "../db/audit.ts";
import { sealEntries } from "../db/chain.ts";
import { type Bench, test } from "./app_bench.ts";
import { assertShape, type Caller, withApp } from "./app_client.ts";
import { aPlanner } from "./builders.ts";
import { onPostgres } from "./database.ts";
import { tampered } from "./tampering.ts";

const entriesOf = ({ db, organizationId }: Bench, count: number) =>
  record(
    db.worker,
    Array.from({ length: count }, (_, nth) => ({
      eventType: "EXPORT" as const,
      organizationId,
      pfaId: `R-${nth}`,
    })),
  );

const told = async (caller: Caller, { organizationId }: Bench) => {
  const { status, body } = await caller.get(`/api/audit/verify?organizationId=${organizationId}`);
  assert.equal(status, 200, JSON.stringify(body));
  assertShape(Verification, body);
  return body;
};

/** Asks until no walk is under way. */
async function verified(caller: Caller, { organizationId }: Bench, anew = false) {
  let { status, body } = await caller.post("/api/audit/verify", { organizationId, anew });
  while (status === 200 && body.walk !== null) {
    assertShape(Verification, body);
    ({ status, body } = await caller.post("/api/audit/verify", { organizationId }));
  }
  assert.equal(status, 200, JSON.stringify(body));
  assertShape(Verification, body);
  return body.verdict;
}

test("a chain that nobody touched is intact, which is kept for who asks later", async (bench) => {
  const { caller, db } = bench;
  assert.deepEqual(await told(caller, bench), { sealedThrough: null, walk: null, verdict: null });
  await entriesOf(bench, 3);
  await sealEntries(db.worker, 1000);
  await entriesOf(bench, 1);
  const verdict = await verified(caller, bench);
  const { fault, intact, links, unsealed, through } = verdict;
  assert.deepEqual({ fault, intact, links, unsealed }, {
    fault: null,
    intact: 3,
    links: 3,
    unsealed: 1,
  });
  const later = await told(await bench.without("ViewFinancials"), bench);
  assert.deepEqual(later.verdict, verdict);
  assert.equal(later.sealedThrough, through);
});

test("a long chain is walked in several calls, by whoever asks next", async (bench) => {
  const { caller, db, organizationId } = bench;
  await entriesOf(bench, 4100);
  while (await sealEntries(db.worker, 5000) > 0);
  const walks = async () =>
    (await db.owner<[{ nth: number }]>`
      select (walk -> 'after' ->> 'nth')::int as nth from audit_verification`)[0].nth;
  // One page, as when a second is over after it.
  const clock = performance.now;
  let asked = 0;
  performance.now = () => asked++ * 900;
  const first = await caller.post("/api/audit/verify", { organizationId });
  performance.now = clock;
  assert.equal(first.body.walk.done, 2000);
  assert.equal(first.body.walk.of, 8200);
  assert.equal(await walks(), 2000);
  const { intact, fault } = await verified(await bench.without("Export"), bench);
  assert.deepEqual({ intact, fault }, { intact: 4100, fault: null });
});

onPostgres(
  "who asks while another request walks is answered at once",
  (db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db);
      const caller = await app.as(userId);
      const ask = () => caller.post("/api/audit/verify", { organizationId });
      await record(db.worker, [{ eventType: "EXPORT", organizationId }]);
      await sealEntries(db.worker, 1000);
      assert.equal((await ask()).body.verdict.links, 1);
      const letGo = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const walking = db.owner.begin(async (tx) => {
        await tx`select from audit_verification for update`;
        held.resolve();
        await letGo.promise;
      });
      await held.promise;
      await record(db.worker, [{ eventType: "EXPORT", organizationId }]);
      await sealEntries(db.worker, 1000);
      assert.equal((await ask()).body.verdict.links, 1, "not walked by this one");
      letGo.resolve();
      await walking;
      assert.equal((await ask()).body.verdict.links, 2);
    }),
);

test("what was tampered with is told, until it is verified to be whole", async (bench) => {
  const { caller, db } = bench;
  await entriesOf(bench, 8);
  await sealEntries(db.worker, 1000);
  assert.equal((await verified(caller, bench)).fault, null);
  const [before] = await db.owner`select details from audit_entry where pfa_id = 'R-4'`;
  await tampered(db, (tx) => tx`update audit_entry set details = '{"x": 1}' where pfa_id = 'R-4'`);
  const broken = await verified(caller, bench);
  assert.equal(broken.intact, 4);
  assert.equal(broken.fault.link, 5);
  assert.match(broken.fault.words, /^broken at link 5: entry \d+ was altered/);
  await tampered(db, (tx) => tx`delete from audit_entry where pfa_id = 'R-7'`);
  assert.equal((await verified(caller, bench)).fault.link, 5, "the first is told");
  await tampered(
    db,
    (tx) => tx`update audit_entry set details = ${before!.details} where pfa_id = 'R-4'`,
  );
  const removed = await verified(caller, bench);
  assert.match(removed.fault.words, /^broken at link 8: entry \d+ was removed/);
});

test("an entry slipped in among sealed ones is found after the links", async (bench) => {
  const { caller, db } = bench;
  await entriesOf(bench, 3);
  await sealEntries(db.worker, 1000);
  await tampered(db, (tx) =>
    tx`
    insert into audit_entry (id, at, organization_id, event_type, xid) overriding system value
    select 9999, at, organization_id, 'EXPORT', xid from audit_entry where pfa_id = 'R-1'`);
  const { fault } = await verified(caller, bench);
  assert.equal(fault.entryId, "9999");
  assert.match(fault.words, /was inserted among sealed ones/);
});

test("a walk that is asked for anew begins at the first link", async (bench) => {
  const { caller, db, organizationId } = bench;
  await entriesOf(bench, 2);
  await sealEntries(db.worker, 1000);
  await db.owner`
    insert into audit_verification (organization_id, walk, begun_at)
    select ${organizationId}, jsonb_build_object('chain', jsonb_build_object(
      'organizationId', ${organizationId}::text, 'code', null, 'horizon', '0',
      'head', jsonb_build_object('nth', 99, 'hash', ''), 'last', jsonb_build_object('nth', 99, 'hash', '')),
      'after', jsonb_build_object('nth', 50, 'hash', ''), 'mark', null, 'entries', 0, 'expired', 0,
      'unsealed', 0, 'fault', null, 'done', false, 'through', null), now()`;
  assert.equal((await verified(caller, bench, true)).links, 2);
});
