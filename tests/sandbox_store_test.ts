/** The stores of the sandbox PEMS behave alike, and the one in a database survives a restart. */
import assert from "node:assert/strict";
import { openDatabase } from "../db/sql.ts";
import { fillStore, generateRecords } from "../pems/generator.ts";
import { sqlStore } from "../pems/sandbox_store.ts";
import {
  memoryStore,
  type ProposedChange,
  type SandboxStore,
  type StoredRecord,
} from "../pems/store.ts";

const RECORD: StoredRecord = { ...generateRecords()[0]!, version: 3 };
const { pfaId, organizationCode } = RECORD;

const proposed = (over: Partial<ProposedChange> = {}): ProposedChange => ({
  pfaId,
  organizationCode,
  version: 3,
  changes: { monthlyRate: "12345678901.10", description: 'quote " and \\ and é', contract: null },
  modifiedBy: "ana@example.com",
  changeReason: null,
  idempotencyKey: "key-1",
  content: "hash-1",
  oncePerKey: true,
  ...over,
});

/** What every store must do. */
async function behaves(t: Deno.TestContext, open: () => Promise<SandboxStore>): Promise<void> {
  const store = await open();
  await t.step("an empty store holds nothing", async () => {
    assert.equal(await store.count(), 0);
    assert.equal(await store.find(pfaId, organizationCode), undefined);
    assert.equal(await store.changeByKey("key-1"), undefined);
  });
  await t.step("a record is found by its id, with and without its organization", async () => {
    await store.insert([RECORD, { ...RECORD, organizationCode: "ZULU" }]);
    assert.deepEqual(await store.find(pfaId, organizationCode), RECORD);
    assert.deepEqual(await store.find(pfaId), RECORD);
    assert.equal((await store.find(pfaId, "ZULU"))?.organizationCode, "ZULU");
    assert.equal(await store.find(pfaId, "ELSEWHERE"), undefined);
  });
  await t.step("inserting what is there leaves it as it is", async () => {
    await store.insert([{ ...RECORD, version: 99 }]);
    assert.equal((await store.find(pfaId, organizationCode))?.version, 3);
    assert.equal(await store.count(), 2);
  });
  await t.step("of many changes to one version at once, one is executed", async () => {
    const done = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.change(proposed({ idempotencyKey: `k${i}` }))),
    );
    assert.equal(done.filter((change) => change !== undefined).length, 1);
  });
  await t.step("a change is in the record and in the ledger, as it was made", async () => {
    const { oncePerKey: _, ...change } = proposed({ version: 4, idempotencyKey: "key-1" });
    const done = await store.change(proposed({ version: 4, idempotencyKey: "key-1" }));
    assert.deepEqual(done, { ...change, version: 5, at: done!.at });
    assert.match(done!.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(await store.find(pfaId, organizationCode), {
      ...RECORD,
      version: 5,
      updatedAt: done!.at,
      modifiedBy: "ana@example.com",
      changeReason: null,
      record: { ...RECORD.record, ...change.changes },
    });
    assert.deepEqual(await store.changeByKey("key-1"), done);
    assert.deepEqual((await store.ledger(done!.at)).at(-1), done);
    assert.deepEqual(await store.changesAfter(RECORD, 4), [done]);
    assert.equal((await store.changesAfter(RECORD, 3)).length, 2);
  });
  await t.step("a key that was used is not executed again, unless keys mean nothing", async () => {
    assert.equal(await store.change(proposed({ version: 5 })), undefined);
    assert.equal((await store.change(proposed({ version: 5, oncePerKey: false })))?.version, 6);
    assert.equal((await store.changeByKey("key-1"))?.version, 5);
  });
  await t.step("pages go by updatedAt, then id by code units", async () => {
    const ids = ["b", "B", "a", "é", "A-1", "A1"];
    const updatedAt = "2026-02-01T00:00:00.000Z";
    await store.insert(ids.map((id) => ({
      ...RECORD,
      pfaId: id,
      organizationCode: "TIES",
      updatedAt: id === "a" ? "2026-01-01T00:00:00.001Z" : updatedAt,
    })));
    const page = async (request: Partial<Parameters<SandboxStore["page"]>[0]>) =>
      (await store.page({
        organizationCode: "TIES",
        updatedSince: undefined,
        after: undefined,
        limit: 10,
        ...request,
      })).map((stored) => stored.pfaId);
    assert.deepEqual(await page({}), ["a", "A-1", "A1", "B", "b", "é"]);
    assert.deepEqual(await page({ limit: 2, after: { updatedAt, pfaId: "A1" } }), ["B", "b"]);
    assert.deepEqual(await page({ updatedSince: updatedAt, limit: 1 }), ["A-1"]);
    assert.deepEqual(await page({ updatedSince: "2026-02-01T00:00:00.001Z" }), []);
  });
}

Deno.test("the store in memory", (t) => behaves(t, () => Promise.resolve(memoryStore())));

Deno.test("the store in a database, and its versions after a restart", async (t) => {
  const dataDir = await Deno.makeTempDir();
  try {
    let database = await openDatabase({ url: undefined, dataDir });
    await behaves(t, () => sqlStore(database.owner));
    await t.step("opening it twice at once is safe, and filling leaves what is there", async () => {
      const stores = await Promise.all([sqlStore(database.owner), sqlStore(database.owner)]);
      assert.equal(await fillStore(stores[0]), 8);
    });
    await database.close();
    database = await openDatabase({ url: undefined, dataDir });
    await t.step("a restart keeps records, versions, keys and ledger", async () => {
      const store = await sqlStore(database.owner);
      assert.equal((await store.find(pfaId, organizationCode))?.version, 6);
      assert.equal((await store.changeByKey("key-1"))?.version, 5);
      assert.equal((await store.ledger("1970-01-01T00:00:00.000Z")).length, 3);
      assert.equal(await store.change(proposed({ version: 6 })), undefined);
      const next = await store.change(proposed({ version: 6, idempotencyKey: null }));
      assert.equal(next?.version, 7);
    });
    await t.step("five thousand records go in and come out as they were", async () => {
      const store = await sqlStore(database.owner);
      const records = generateRecords();
      await store.insert(records);
      assert.deepEqual(await store.find("PFA-50001"), records[3500]);
    });
    await database.close();
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
