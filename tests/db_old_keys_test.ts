/** PEMS keys that have grown old: administrators are told once of each, however many workers ask. */
import assert from "node:assert/strict";
import { warnOfOldKeys } from "../db/old_keys.ts";
import type { Database } from "../db/sql.ts";
import { aMember, aPlanner } from "./builders.ts";
import { onEach } from "./database.ts";

const told = async (db: Database) =>
  (await db.owner<Array<{ to: string; title: string; body: string }>>`
    select user_id as to, title, body from notification where kind = 'credential'
    order by created_at, id`).map((row) => ({ ...row }));

/** The organization's own key was set so many days ago. */
const aged = (db: Database, organizationId: string, days: number) =>
  db.owner`
    update organization set pems_key = 'enc', pems_base_url = 'https://pems.example.com',
      pems_key_fingerprint = 'abcd', pems_key_set_at = now() - ${days}::int * interval '1 day'
    where id = ${organizationId}`;

onEach(
  "who manages is told once of a key older than 90 days, and again of the next",
  async (db) => {
    const { organizationId, userId: manager } = await aPlanner(db);
    await aMember(db, organizationId, { permissions: ["Read", "Sync"] });
    const young = await aPlanner(db);
    await aged(db, organizationId, 89);
    await warnOfOldKeys(db.worker);
    assert.deepEqual(await told(db), []);
    await aged(db, organizationId, 91);
    await Promise.all([1, 2, 3].map(() => warnOfOldKeys(db.worker)));
    await warnOfOldKeys(db.worker);
    const [first, ...others] = await told(db);
    assert.deepEqual(others, []);
    assert.equal(first!.to, manager);
    assert.equal(first!.title, "The key for PEMS is older than 90 days");
    assert.match(first!.body, /used for 91 days\..*under Administration/);
    const [alerts] = await db.owner`
    select count(*)::int as posted from alert where kind = 'credential'`;
    assert.equal(alerts!.posted, 1);
    // A new key was set after that warning, and time went by.
    await db.owner`
    update organization set key_warned_at = now() - interval '200 days' where id = ${organizationId}`;
    await aged(db, organizationId, 120);
    await warnOfOldKeys(db.worker);
    assert.equal((await told(db)).length, 2);
    assert.ok((await told(db)).every(({ to }) => to !== young.userId));
  },
);

onEach("the environment's key ages from its first use", async (db) => {
  const { organizationId } = await aPlanner(db);
  await db.owner`
    update pems_connection set created_at = now() - interval '95 days'
    where id = (select connection_id from organization where id = ${organizationId})`;
  await warnOfOldKeys(db.worker);
  const [only] = await told(db);
  assert.match(only!.body, /used for 95 days\..*where the product is started/);
});
