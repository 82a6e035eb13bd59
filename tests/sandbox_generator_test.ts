/** The sandbox's records: many, valid, and the same ones for the same seed. */
import assert from "node:assert/strict";
import { FIELD_NAMES, readRecord, wireRecord } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import { fillStore, generateRecords } from "../pems/generator.ts";
import { memoryStore } from "../pems/store.ts";

const RECORDS = generateRecords();
const of = (organizationCode: string) =>
  RECORDS.filter((stored) => stored.organizationCode === organizationCode);

Deno.test("there are 3,500 records of RIO and 1,500 of PORTARTHUR, each with its own id", () => {
  assert.deepEqual([of("RIO").length, of("PORTARTHUR").length], [3500, 1500]);
  assert.equal(of("RIO")[0]!.pfaId, "PFA-10001");
  assert.equal(of("PORTARTHUR")[0]!.pfaId, "PFA-50001");
  assert.equal(new Set(RECORDS.map(({ pfaId }) => pfaId)).size, 5000);
});

Deno.test("the same seed gives the same records, another seed others", () => {
  assert.deepEqual(generateRecords(1), RECORDS);
  assert.notDeepEqual(generateRecords(2)[0], RECORDS[0]);
});

Deno.test("every record reads back as it is and keeps every rule", () => {
  for (const { pfaId, record } of RECORDS) {
    assert.deepEqual(Object.keys(record).sort(), [...FIELD_NAMES].sort(), pfaId);
    assert.deepEqual(readRecord(wireRecord({ ...record })), { record }, pfaId);
    assert.deepEqual(brokenRules(record), [], pfaId);
  }
});

Deno.test("the records are told from one day: nothing actual lies far in the future, every state occurs", () => {
  const share = (test: (record: typeof RECORDS[number]["record"]) => boolean) =>
    RECORDS.filter(({ record }) => test(record)).length / RECORDS.length;
  const far = share(({ actualEnd }) => actualEnd !== null && actualEnd > "2026-11-30");
  assert.equal(far, 0);
  assert(share(({ isActualized }) => isActualized) > 0.1);
  assert(share(({ isDiscontinued }) => isDiscontinued) < 0.06);
  assert(share(({ isDiscontinued }) => isDiscontinued) > 0.01);
  assert(share(({ source }) => source === "Purchase") > 0.05);
  assert(share(({ originalStart, forecastStart }) => originalStart !== forecastStart) > 0.3);
  assert.deepEqual(
    [...new Set(RECORDS.map(({ version }) => version))].sort(),
    [1, 2, 3, 4, 5, 6],
  );
  assert(RECORDS.every(({ updatedAt }) => updatedAt.startsWith("2026-")));
});

Deno.test("an empty store is filled with records no newer than the clock, a used one is left alone", async () => {
  const store = memoryStore();
  assert.equal(await fillStore(store), 5000);
  const newest = { updatedSince: new Date().toISOString(), after: undefined, limit: 1 };
  assert.deepEqual(await store.page({ organizationCode: "RIO", ...newest }), []);
  const used = memoryStore();
  await used.insert(RECORDS.slice(0, 1));
  assert.equal(await fillStore(used), 1);
});
