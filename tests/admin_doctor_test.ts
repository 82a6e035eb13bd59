/** `admin doctor`: silent after whatever the engine went through, and it finds each invariant that is made false by hand. */
import assert from "node:assert/strict";
import { unaccounted } from "../db/accounting.ts";
import { sealEntries } from "../db/chain.ts";
import { examine, type Finding, findings } from "../db/invariants.ts";
import { type Database, openDatabase, type Tx } from "../db/sql.ts";
import { tellFindings } from "../ops/admin/doctor.ts";
import { admin, adminIn, migrateIn } from "./admin.ts";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { answered, dropped, lost } from "./engine_wire.ts";
import { withFolder } from "./product.ts";

/**
 * A lively past: 1 synced, 2 a conflict with one behind it, 3 a dead letter, 4 lost and found, 5 tried again, 6
 * of unknown outcome still, 7 waiting.
 */
async function lively(engine: Engine): Promise<{ stop(): Promise<void> }> {
  const { wire, db } = engine;
  await engine.foreign(idOf(2), { model: "M-9" });
  wire.once(`PUT /api/pems/pfa/${idOf(3)}`, answered(422, "no"));
  wire.once(`PUT /api/pems/pfa/${idOf(4)}`, lost);
  wire.once(`PUT /api/pems/pfa/${idOf(5)}`, answered(503), dropped);
  wire.always(`PUT /api/pems/pfa/${idOf(6)}`, dropped);
  wire.always(`GET /api/pems/pfa/${idOf(6)}`, answered(503));
  const edits = Object.fromEntries([1, 2, 3, 4, 5, 6].map((nth) => [idOf(nth), { model: "M-1" }]));
  const ids = await engine.commit({ by: "ada", edits });
  const worker = await engine.start();
  await engine.untilStatus(ids.get(idOf(2))!, "conflict");
  await engine.untilStatus(ids.get(idOf(3))!, "failed");
  for (const nth of [1, 4, 5]) await engine.untilStatus(ids.get(idOf(nth))!, "synced");
  await engine.untilStatus(ids.get(idOf(6))!, "unknown");
  await engine.commitOne("ben", idOf(2), { equipment: "X-1" });
  await engine.commitOne("ada", idOf(1), { model: "M-2" });
  await engine.until("the second edit is synced", async () => {
    const [row] = await db.owner`
      select count(*)::int as done from pfa_modification where sync_status = 'synced'`;
    return row!.done === 4;
  });
  return worker;
}

const told = (found: ReadonlyArray<Finding>) =>
  found.flatMap(({ invariant, violations }) =>
    violations.map(({ what }) => `${invariant}: ${what}`)
  );
const complaints = async ({ owner }: Database) => told(await examine(owner));

engineTest(
  "after a lively past every invariant holds, also while the worker works",
  async (engine) => {
    await lively(engine);
    assert.deepEqual(await complaints(engine.db), []);
    const counted = await unaccounted(engine.db.owner);
    assert.deepEqual(counted.map(({ organizationCode, count }) => [organizationCode, count]), [[
      "RIO",
      0,
    ]]);
  },
);

enginePostgres("it holds at every moment of a busy crowd", async (engine, url) => {
  const edits = Object.fromEntries(
    Array.from({ length: 20 }, (_, nth) => [idOf(nth + 1), { model: "M-1" }]),
  );
  engine.wire.once("PUT", lost, answered(503), dropped);
  await Promise.all([engine.start(), engine.start()]);
  let looks = 0;
  for (const by of ["ada", "ben", "ada", "cid"] as const) {
    await engine.commit({ by, edits });
    for (let look = 0; look < 5; look++) {
      assert.deepEqual(await complaints(engine.db), []);
      looks++;
    }
  }
  await engine.untilAtRest();
  assert.equal(looks, 20);
  const sound = await admin(url, "doctor");
  assert.equal(sound.code, 0, sound.said + sound.complained);
  assert.equal(
    sound.said.trim().split("\n").filter((line) => !line.startsWith("holds ")).length,
    0,
  );

  await engine.db.owner`
    update pfa_modification set pems_version = null where pfa_id in ('RIO-0001', 'RIO-0002')`;
  const broken = await admin(url, "doctor");
  assert.equal(broken.code, 1);
  assert.match(
    broken.said,
    /^BROKEN {2}what is synced has PEMS's version: 8\n {10}[0-9a-f-]{36}: modif/m,
  );
  const json = JSON.parse((await admin(url, "doctor", "--json")).said);
  assert.deepEqual([json.sound, json.findings.length], [
    false,
    sound.said.trim().split("\n").length,
  ]);
  const [finding] = json.findings.filter((one: Finding) => one.broken > 0);
  assert.deepEqual([finding.broken, finding.violations.length], [8, 8]);
  assert.equal((await admin(url, "doctor", "--fix")).code, 2);
});

Deno.test("at most twenty violations are shown, the others counted", () => {
  const violations = Array.from({ length: 20 }, (_, nth) => ({ id: `id-${nth}`, what: "is bad" }));
  const lines = tellFindings([{ invariant: "all is well", broken: 23, violations }]).split("\n");
  assert.equal(lines[0], "BROKEN  all is well: 23");
  assert.equal(lines[1]!.trim(), "id-0: is bad");
  assert.equal(lines.length, 22);
  assert.equal(lines.at(-1)!.trim(), "and 3 more");
});

Deno.test("an embedded database is looked at in its folder, while nobody else uses it", () =>
  withFolder(async (folder) => {
    const before = await adminIn(folder, "doctor");
    assert.equal(before.code, 1);
    assert.match(before.complained, /^Cannot use this database: run deno task migrate first/);
    assert.equal((await migrateIn(folder)).code, 0);
    const sound = await adminIn(folder, "doctor");
    assert.equal(sound.code, 0, sound.complained);
    assert.match(sound.said, /^holds/);
    const db = await openDatabase({ url: undefined, dataDir: folder });
    const held = await adminIn(folder, "doctor");
    await db.close();
    assert.equal(held.code, 1);
    assert.match(held.complained, /another process is using .*Stop it first/);
  }));

/** What is made false on the lively past, and the words of the first complaint about it. */
const FALSEHOODS: ReadonlyArray<readonly [invariant: string, text: string, told: RegExp]> = [
  [
    "commits add up in every organization",
    "delete from pfa_write_queue where status = 'dead'",
    /: 8 committed, but 1 queued \+ 0 syncing \+ 1 unknown \+ 1 conflict \+ 0 dead \+ 4 synced \+ 0 discarded$/,
  ],
  [
    "every pending modification is queued once, in its state",
    "update pfa_write_queue set status = 'queued' where status = 'unknown'",
    /of RIO-0006 is unknown, its queue item queued/,
  ],
  [
    "every pending modification is queued once, in its state",
    "update pfa_modification set sync_status = 'synced' where sync_status = 'failed'",
    /of RIO-0003 is synced, and still queued/,
  ],
  [
    "every lane holds what is queued for its record",
    "delete from pfa_lane where pfa_id = 'RIO-0002'",
    /no lane pending by its lane, 2 in the queue/,
  ],
  [
    "every lane holds what is queued for its record",
    "update pfa_lane set pending = 3 where pfa_id = 'RIO-0002'",
    /3 pending by its lane, 2 in the queue/,
  ],
  [
    "one lane, one write",
    `insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta,
       modified_by, worker_id, fencing_token)
     select gen_random_uuid(), organization_id, pfa_id, operation, version, body, delta,
       modified_by, worker_id, fencing_token from pems_write where pfa_id = 'RIO-0006'`,
    /write of RIO-0006 is not settled, and its lane carries [0-9a-f-]+$/,
  ],
  [
    "every lease has an owner",
    `update pfa_lane set state = 'leased', lease_owner = gen_random_uuid(),
       leased_until = now() + interval '1 hour' where pfa_id = 'RIO-0003'`,
    /leased to worker [0-9a-f-]+, which is not at work/,
  ],
  [
    "open conflicts block their lanes, and nothing else does",
    "update pfa_lane set state = 'ready' where pfa_id = 'RIO-0002'",
    /conflict on RIO-0002 is open, its lane ready/,
  ],
  [
    "open conflicts block their lanes, and nothing else does",
    "update pfa_write_queue set status = 'queued' where pfa_id = 'RIO-0003'",
    /lane is blocked by neither a conflict nor a dead letter/,
  ],
  ...[
    ["COMMIT", "RIO-0001", /of RIO-0001 is synced, without COMMIT/],
    ["WRITE_RESULT", "RIO-0001", /of RIO-0001 is synced, without WRITE_RESULT or WRITE_SETTLED/],
    ["DEAD_LETTER", "RIO-0003", /of RIO-0003 is failed, without DEAD_LETTER/],
    ["CONFLICT_DETECTED", "RIO-0002", /of RIO-0002 is conflict, without CONFLICT_DETECTED/],
  ].map(([event, pfaId, told]) =>
    [
      "every transition is audited",
      `delete from audit_entry where event_type = '${event}' and pfa_id = '${pfaId}'`,
      told as RegExp,
    ] as const
  ),
  [
    "every transition is audited",
    `update pfa_modification set sync_status = 'discarded' where sync_status = 'failed'`,
    /is discarded, without DISCARD or CONFLICT_RESOLVED or ROLLBACK/,
  ],
  [
    "every send is audited",
    "delete from audit_entry where event_type = 'WRITE_ATTEMPT' and pfa_id = 'RIO-0003'",
    /write of RIO-0003 was sent 1 times, announced 0/,
  ],
  [
    "versions of the mirror never fell",
    `insert into pfa_mirror_history (organization_id, pfa_id, version, record)
     select organization_id, pfa_id, version + 5, '{}' from pfa_mirror where pfa_id = 'RIO-0001'`,
    /version \d+ came after \d+/,
  ],
  [
    "what is synced has PEMS's version",
    "update pfa_modification set pems_version = null where sync_status = 'synced' and pfa_id = 'RIO-0004'",
    /of RIO-0004 is synced at version none, the mirror at \d+/,
  ],
  [
    "what is synced has PEMS's version",
    "update pfa_modification set pems_version = 99 where sync_status = 'synced' and pfa_id = 'RIO-0004'",
    /of RIO-0004 is synced at version 99, the mirror at \d+/,
  ],
  [
    "every audit chain ends where it says",
    "delete from audit_seal where nth = (select nth from audit_chain)",
    /the chain ends at link (\d+), its newest seal is \d+$/,
  ],
  [
    "every audit chain ends where it says",
    `update audit_entry set details = '{"x": 1}' where id = (
       select entry_id from audit_seal order by nth desc limit 1)`,
    /the chain ends at link (\d+), its newest seal is \1 and does not fit/,
  ],
  [
    "every audit chain ends where it says",
    "update audit_seal set hash = sha256(hash) where nth = (select nth - 1 from audit_chain)",
    /the chain ends at link (\d+), its newest seal is \1 and does not fit/,
  ],
];

/** What the doctor would say if that were so. */
async function whileFalse(db: Database, text: string): Promise<ReadonlyArray<string>> {
  let found: ReadonlyArray<string> = [];
  const undone = new Error("undone");
  await db.owner.begin(async (tx: Tx) => {
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(text);
    found = told(await findings(tx));
    throw undone;
  }).catch((error) => assert.equal(error, undone));
  return found;
}

engineTest(
  "each invariant that is made false is found, and told for what it is",
  async (engine) => {
    const { db } = engine;
    await (await lively(engine)).stop();
    while (await sealEntries(db.worker, 1_000) > 0);
    assert.deepEqual(await complaints(db), []);
    for (const [invariant, text, words] of FALSEHOODS) {
      const found = await whileFalse(db, text);
      const mine = found.filter((line) => line.startsWith(`${invariant}: `));
      assert.ok(mine.some((line) => words.test(line)), `${text}\n${found.join("\n")}`);
    }
    const named = new Set(FALSEHOODS.map(([invariant]) => invariant));
    const others = (await examine(db.owner)).filter(({ invariant }) => !named.has(invariant));
    assert.deepEqual(others, [], "every invariant was made false once");
  },
);

engineTest("what is lost or invented is counted as unaccounted for", async (engine) => {
  const { db } = engine;
  await (await lively(engine)).stop();
  const after = async (text: string) => {
    let count = 0;
    const undone = new Error("undone");
    await db.owner.begin(async (tx) => {
      await tx.unsafe(text);
      count = (await unaccounted(tx))[0]!.count;
      throw undone;
    }).catch((error) => assert.equal(error, undone));
    return count;
  };
  assert.equal(await after("select 1"), 0);
  assert.equal(await after("delete from pfa_write_queue"), 4);
  assert.equal(
    await after("update pfa_write_queue set status = 'queued' where status = 'dead'"),
    1,
  );
  assert.equal(
    await after("update pfa_modification set sync_status = 'synced' where sync_status = 'unknown'"),
    1,
  );
});
