/** Months: made ahead of their time, and dropped when they are no longer to be kept. */
import assert from "node:assert/strict";
import { findings } from "../db/invariants.ts";
import type { Database } from "../db/sql.ts";
import { dropOldMonths, ensurePartitions } from "../db/sweep.ts";
import { aPlanner } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";

const PARENTS = ["audit_entry", "pfa_mirror_history", "pfa_write_attempt", "pfa_write_done"];

/** `2026_03` for so many months from now. */
function monthOf(offset: number): string {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
  return month.toISOString().slice(0, 7).replace("-", "_");
}

const partitions = async (db: Database): Promise<string[]> =>
  (await db.owner<Array<{ name: string }>>`
    select relname as name from pg_class
    where relispartition and relkind = 'r' order by 1`).map(({ name }) => name);

/** A partition of a month past, as it was made when that month was to come. */
const makeMonth = (db: Database, parent: string, offset: number) =>
  db.owner.unsafe(
    `create table ${parent}_${monthOf(offset)} partition of ${parent} for values
     from ('${monthOf(offset).replace("_", "-")}-01Z') to ('${
      monthOf(offset + 1).replace("_", "-")
    }-01Z')`,
  );

onEach("partitions are there for this month, the next two, and what nobody foresaw", async (db) => {
  await ensurePartitions(db.worker);
  const expected = PARENTS.flatMap((
    parent,
  ) => [...[0, 1, 2].map((offset) => `${parent}_${monthOf(offset)}`), `${parent}_rest`]);
  assert.deepEqual(await partitions(db), expected.toSorted());
}, { versions: [18, 15] });

onPostgres("whole months are dropped once they are no longer kept, and no others", async (db) => {
  const { organizationId } = await aPlanner(db, { code: "RIO" });
  for (const parent of PARENTS) {
    for (const offset of [-1, -3, -4]) await makeMonth(db, parent, offset);
  }
  const tell = (offset: number) =>
    db.owner.unsafe(`
      insert into audit_entry (at, organization_id, event_type)
      values ('${monthOf(offset).replace("_", "-")}-15Z', '${organizationId}', 'EXPORT')`);
  for (const offset of [0, -1, -3, -4]) await tell(offset);
  // A planner's entry sealed in a month that goes: the chain holds without it.
  await db.worker`select seal_entries(100)`;
  const before = await partitions(db);
  const dropped = await dropOldMonths(db.worker, 3);
  assert.deepEqual(dropped.toSorted(), PARENTS.map((parent) => `${parent}_${monthOf(-4)}`));
  assert.deepEqual(await partitions(db), before.filter((name) => !dropped.includes(name)));
  const entries = await db.owner`select from audit_entry where event_type = 'EXPORT'`;
  assert.equal(entries.length, 3);
  assert.deepEqual(await dropOldMonths(db.worker, 3), []);
  const broken = await db.owner.begin((tx) => findings(tx));
  assert.deepEqual(broken.filter(({ broken }) => broken > 0), []);
});

onPostgres(
  "the last month is always kept, and a reader in the way is not waited for",
  async (db) => {
    await assert.rejects(() => dropOldMonths(db.worker, 0), /Cannot keep 0 months/);
    await makeMonth(db, "audit_entry", -4);
    await db.owner.begin(async (tx) => {
      await tx`select from audit_entry`;
      await assert.rejects(() => dropOldMonths(db.worker, 1), /lock timeout/);
    });
    assert.deepEqual(await dropOldMonths(db.worker, 1), [`audit_entry_${monthOf(-4)}`]);
  },
);
