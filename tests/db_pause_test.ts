/** Pausing: lanes follow their organization, whatever is committed before, meanwhile and after. */
import assert from "node:assert/strict";
import { enqueue } from "../db/enqueue.ts";
import { WORK } from "../db/notices.ts";
import { asTenant, type Database } from "../db/sql.ts";
import { aConnection, aMember, aPlanner, committed, drafted, mirrored } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";
import { edits, lane, neighbours, records } from "./lanes.ts";

onEach(
  "a pause takes the lanes along, and its end and another connection too, each with a ring",
  async (db) => {
    const { connection, one } = await neighbours(db);
    await mirrored(db, one.organizationId, records(1));
    await committed(db, one, edits(1, "first"));
    const rings: string[] = [];
    const allRung = Promise.withResolvers<void>();
    const bell = await db.owner.listen(WORK, (payload) => {
      if (rings.push(payload) === 5) allRung.resolve();
    });
    const set = async (change: object) => {
      await db.worker`update organization set ${
        db.worker(change)
      } where id = ${one.organizationId}`;
      return await lane(db, "PFA-0");
    };
    assert.equal((await set({ pause: "administrator", paused_at: new Date() })).paused, true);
    await committed(db, await aMember(db, one.organizationId), edits(1, "while paused"));
    assert.equal((await lane(db, "PFA-0")).paused, true);
    assert.equal((await set({ pause: null, paused_at: null })).paused, false);
    const other = await aConnection(db);
    assert.equal((await set({ connection_id: other })).connection, other);
    assert.equal((await set({ connection_id: null })).connection, null);
    await allRung.promise;
    assert.deepEqual(rings, [connection, connection, connection, other, ""]);
    await bell.unlisten();
  },
);

onEach("what is committed while the organization is paused makes paused lanes", async (db) => {
  const { one, two } = await neighbours(db);
  await db.worker`
    update organization set pause = 'credentials', paused_at = now() where id = ${one.organizationId}`;
  for (const tenant of [one, two]) {
    await mirrored(db, tenant.organizationId, records(1));
    await committed(db, tenant, edits(1, "x"));
  }
  const lanes = await db.worker`select organization_id as id, paused from pfa_lane`;
  for (const { id, paused } of lanes) assert.equal(paused, id === one.organizationId);
});

onPostgres(
  "the end of a pause waits for a commit under way, and frees its lanes too",
  async (db) => {
    const tenant = await aPlanner(db);
    const { organizationId } = tenant;
    await mirrored(db, organizationId, records(1));
    const drafts = await drafted(db, tenant, edits(1, "new"));
    const pause = (to: string | null) =>
      db.auth`
      update organization set pause = ${to}, paused_at = ${to === null ? null : new Date()}
      where id = ${organizationId}`;
    await pause("administrator");
    const { promise: queued, resolve: hasQueued } = Promise.withResolvers<void>();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const commit = asTenant(db.app, tenant, async (tx) => {
      await enqueue(tx, {
        ...tenant,
        modificationIds: [...drafts.values()],
        priority: "normal",
        maxRetries: 3,
      });
      hasQueued();
      await gate;
    });
    await queued;
    let done = false;
    const resumed = pause(null).then(() => void (done = true));
    while (!done && !await someoneWaits(db));
    open();
    await Promise.all([commit, resumed]);
    assert.equal((await lane(db, "PFA-0")).paused, false);
  },
);

/** Some statement of this database waits for a lock that another holds. */
async function someoneWaits(db: Database): Promise<boolean> {
  const [row] = await db.owner<[{ waits: boolean }]>`
    select exists (
      select from pg_locks
      where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())
    ) as waits`;
  return row.waits;
}
