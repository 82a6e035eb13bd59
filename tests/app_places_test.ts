/** A queued change's place in the line to PEMS, with when it leaves; or what it waits for, where nobody can know. */
import assert from "node:assert/strict";
import { View } from "../app/record_shapes.ts";
import { placeOf } from "../db/places.ts";
import { asTenant, type Database } from "../db/sql.ts";
import { assertShape, type TestApp, withApp } from "./app_client.ts";
import {
  aConnection,
  aMember,
  anOrganization,
  committed,
  mirrored,
  type Records,
} from "./builders.ts";
import { onEach } from "./database.ts";

interface Bench {
  readonly db: Database;
  readonly connectionId: string;
  /** Asks for the sync of a record of the first organization, as its planner or another member. */
  syncOf(pfaId: string, userId?: string): Promise<Sync>;
  readonly mine: { readonly organizationId: string; readonly userId: string };
  readonly other: { readonly organizationId: string; readonly userId: string };
}
type Sync = typeof View.Type["sync"];

const RECORDS: Records = { A: {}, B: {}, C: {}, D: {} };

/** Two organizations on one connection of 10 calls/s, with a worker. */
async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const connectionId = await aConnection(db);
  const planner = async () => {
    const organizationId = await anOrganization(db, { connectionId });
    await mirrored(db, organizationId, RECORDS);
    return await aMember(db, organizationId);
  };
  const [mine, other] = [await planner(), await planner()];
  await db.worker`
    insert into sync_worker (id, last_seen_at) values (${crypto.randomUUID()}, now())`;
  const syncOf = async (pfaId: string, userId = mine.userId) => {
    const caller = await app.as(userId);
    const { status, body } = await caller.get(
      `/api/pfa-data/${pfaId}?organizationId=${mine.organizationId}`,
    );
    assert.equal(status, 200, JSON.stringify(body));
    assertShape(View, body);
    return body.sync;
  };
  return { db, connectionId, mine, other, syncOf };
}

const it = (name: string, work: (bench: Bench) => Promise<void>, environment = {}) =>
  onEach(name, (db) => withApp(db, async (app) => await work(await benchOf(db, app)), environment));

const model = (name: string) => ({ model: name });

it("a queued change tells its place among all organizations of its connection", async (bench) => {
  const { db, mine, other, syncOf } = bench;
  await committed(db, mine, { A: model("1"), B: model("1") });
  await committed(db, other, { A: model("1"), B: model("1"), C: model("1") });
  await committed(db, mine, { C: model("1") });
  await committed(db, mine, { D: model("1") }, { priority: "high" });
  const places = await Promise.all(["D", "A", "B", "C"].map((id) => syncOf(id)));
  const positions = places.map(({ position }) => position!);
  assert.equal(positions[0], 1);
  // Organizations take turns, so that nobody else's record comes between more than once.
  assert.deepEqual(positions, [...positions].sort((a, b) => a - b));
  assert.ok(positions[3]! >= 4 && positions[3]! <= 7, String(positions));
  assert.ok(places.every(({ status, waitingFor }) => status === "queued" && !waitingFor));
});

it("the time it leaves follows the pace of the connection", async ({ db, mine, syncOf }) => {
  await committed(db, mine, Object.fromEntries(Object.keys(RECORDS).map((id) => [id, model("1")])));
  const [first, fourth] = [await syncOf("A"), await syncOf("D")];
  assert.deepEqual([first.position, fourth.position], [1, 4]);
  const apart = Date.parse(fourth.expectedAt!) - Date.parse(first.expectedAt!);
  assert.ok(apart >= 300 && apart < 2000, `${apart} ms`);
  await db.owner`update pems_connection set not_before = now() + interval '1 hour'`;
  const held = Date.parse((await syncOf("A")).expectedAt!) - Date.now();
  assert.ok(held > 3_500_000 && held < 3_700_000, `${held} ms`);
});

it("without a worker, PEMS or a connection nobody promises a time", async (bench) => {
  const { db, mine, connectionId, syncOf } = bench;
  await committed(db, mine, { A: model("1") });
  const told = async () => {
    const { position, expectedAt, waitingFor, status } = await syncOf("A");
    assert.equal(position ?? expectedAt, undefined);
    return [status, waitingFor];
  };
  await db.owner`update sync_worker set last_seen_at = now() - interval '61 s'`;
  assert.deepEqual(await told(), ["queued", "no_worker"]);
  await db.owner`update pems_connection set circuit = 'open'`;
  assert.deepEqual(await told(), ["queued", "outage"]);
  await db.owner`update organization set connection_id = null where id = ${mine.organizationId}`;
  assert.deepEqual(await told(), ["queued", "no_connection"]);
  await db.owner`
    update organization set connection_id = ${connectionId}, pause = 'administrator', paused_at = now()
    where id = ${mine.organizationId}`;
  assert.deepEqual(await told(), ["waiting", "paused"]);
});

it("what the next call does not carry waits for its answer", async ({ db, mine, syncOf }) => {
  await committed(db, mine, { A: model("1") });
  await committed(db, mine, { A: model("2") });
  assert.equal((await syncOf("A")).position, 1);
  const colleague = await aMember(db, mine.organizationId);
  await committed(db, colleague, { A: { contract: "C-1" } });
  const { waitingFor, position } = await syncOf("A");
  assert.deepEqual([waitingFor, position], ["earlier_change", undefined]);
});

it("what has left or is at rest has no place", async ({ db, mine, syncOf }) => {
  await committed(db, mine, { A: model("1") });
  await db.owner`
    update pfa_lane set state = 'leased', lease_owner = ${crypto.randomUUID()}, leased_until = now()`;
  assert.equal((await syncOf("A")).position, undefined);
  assert.equal((await syncOf("B")).position, undefined);
});

it("a place is read from the index, behind 10,000 too", async ({ db, mine, connectionId }) => {
  await db.owner`
    insert into pfa_lane (organization_id, pfa_id, connection_id, priority, turn, pending)
    select ${mine.organizationId}, 'X' || n, ${connectionId}, 1, n, 1 from generate_series(1, 10000) n`;
  await db.owner`analyze pfa_lane`;
  const plan = await db.owner`
    explain select from pfa_lane a where a.connection_id = ${connectionId}::uuid and a.state = 'ready'
      and not a.paused and (a.priority, a.turn) < (1::smallint, 5::bigint)`;
  assert.match(JSON.stringify(plan), /pfa_lane_ready/);
  const { position } = await asTenant(db.app, mine, (tx) => placeOf(tx, "X9000"));
  assert.equal(position, 9000);
});

it("an installation that does not write says so", async ({ db, mine, syncOf }) => {
  await committed(db, mine, { A: model("1") });
  const { waitingFor, position } = await syncOf("A");
  assert.deepEqual([waitingFor, position], ["switched_off", undefined]);
}, { ENABLE_WRITE_SYNC: "false" });
