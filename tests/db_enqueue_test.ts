/** Commits become lanes: one per record, in fair turns, in the order of commits, whoever commits at once. */
import assert from "node:assert/strict";
import { enqueue } from "../db/enqueue.ts";
import { EVENT, WORK } from "../db/notices.ts";
import { asTenant, type Database } from "../db/sql.ts";
import {
  aConnection,
  aMember,
  anOrganization,
  aPlanner,
  committed,
  drafted,
  mirrored,
} from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";
import { edits, lane, neighbours, records } from "./lanes.ts";

/** Lanes whose pending count is not that of their items, or whose items are out of the order of commits. */
const disorder = async (db: Database) => [
  ...await db.worker`
    select l.pfa_id, l.pending, count(q.id)::int as items
    from pfa_lane l
    left join pfa_write_queue q on q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
    left join pfa_modification m on m.id = q.modification_id
    group by l.organization_id, l.pfa_id
    having l.pending <> count(q.id) or array_agg(m.committed_nth order by q.id)
      <> array_agg(m.committed_nth order by m.committed_nth)`,
];

onEach(
  "a commit is a job with an item, a lane and an entry in the trail for each record",
  async (db) => {
    const tenant = await aPlanner(db);
    await mirrored(db, tenant.organizationId, records(3));
    const { jobId, modifications } = await committed(db, tenant, edits(3, "new"), {
      priority: "low",
      maxRetries: 5,
      changeReason: "agreed",
    });
    const [job] = await db.worker`select kind, status, total, done, reason, user_id from sync_job`;
    assert.deepEqual({ ...job }, {
      kind: "commit",
      status: "running",
      total: 3,
      done: 0,
      reason: "agreed",
      user_id: tenant.userId,
    });
    const items = await db.worker`
    select q.modification_id as id, q.priority, q.max_retries, q.payload, m.sync_status, m.job_id,
      m.change_reason
    from pfa_write_queue q join pfa_modification m on m.id = q.modification_id`;
    assert.deepEqual(new Set(items.map((item) => item.id)), new Set(modifications.values()));
    for (const { id: _, ...item } of items) {
      assert.deepEqual(item, {
        priority: 2,
        max_retries: 5,
        payload: { model: { from: "LR 1250", to: "new" } },
        sync_status: "queued",
        job_id: jobId,
        change_reason: "agreed",
      });
    }
    const trail = await db.worker`
    select event_type, pfa_id, details ->> 'reason' as reason from audit_entry
    where job_id = ${jobId} order by pfa_id`;
    assert.deepEqual(
      trail.map(({ event_type, pfa_id, reason }) => `${event_type} ${pfa_id} ${reason}`),
      [
        "COMMIT PFA-0 agreed",
        "COMMIT PFA-1 agreed",
        "COMMIT PFA-2 agreed",
      ],
    );
    assert.deepEqual(await disorder(db), []);
  },
  { versions: [18, 15] },
);

onEach("a commit rings the worker and tells the browsers, once it is certain", async (db) => {
  const connection = await aConnection(db);
  const tenant = await aMember(db, await anOrganization(db, { connectionId: connection }));
  await mirrored(db, tenant.organizationId, records(2));
  const rung = Promise.withResolvers<string>();
  const told = Promise.withResolvers<string>();
  const bell = await db.owner.listen(WORK, rung.resolve);
  const news = await db.owner.listen(EVENT, (payload) => {
    if (payload.includes("SYNC_QUEUED")) told.resolve(payload);
  });
  const drafts = await drafted(db, tenant, edits(2, "given up"));
  const commit = {
    ...tenant,
    modificationIds: [...drafts.values()],
    priority: "normal",
    maxRetries: 3,
  } as const;
  await assert.rejects(asTenant(db.app, tenant, async (tx) => {
    await enqueue(tx, commit);
    throw new Error("second thoughts");
  }));
  const [left] = await db.worker`
    select (select count(*) from pfa_lane) + (select count(*) from pfa_write_queue)
      + (select count(*) from sync_job) as rows`;
  assert.equal(left!.rows, "0");
  const { jobId } = await asTenant(db.app, tenant, (tx) => enqueue(tx, commit));
  assert.equal(await rung.promise, connection);
  const [notice] = JSON.parse(await told.promise);
  assert.deepEqual({ ...notice, at: "" }, {
    type: "SYNC_QUEUED",
    organizationId: tenant.organizationId,
    at: "",
    jobId,
    queuedCount: 2,
  });
  await bell.unlisten();
  await news.unlisten();
});

onEach(
  "a later commit on the record waits in the same lane, and only a higher priority moves it",
  async (db) => {
    const tenant = await aPlanner(db);
    const colleague = await aMember(db, tenant.organizationId);
    await mirrored(db, tenant.organizationId, records(2));
    await committed(db, tenant, edits(2, "first"));
    const first = await lane(db, "PFA-0");
    assert.equal(first.pending, 1);
    await committed(db, colleague, edits(1, "second"), { priority: "low" });
    assert.deepEqual(await lane(db, "PFA-0"), { ...first, pending: 2 });
    await committed(db, tenant, edits(1, "third"), { priority: "high" });
    assert.deepEqual(await lane(db, "PFA-0"), { ...first, pending: 3, priority: 0, turn: 1 });
    const payloads = await db.worker`
    select payload -> 'model' ->> 'to' as model from pfa_write_queue where pfa_id = 'PFA-0' order by id`;
    assert.deepEqual(payloads.map((row) => row.model), ["first", "second", "third"]);
    assert.deepEqual(await disorder(db), []);
  },
);

onEach("organizations take turns, however much one of them commits first", async (db) => {
  const { connection, one, two } = await neighbours(db);
  await mirrored(db, one.organizationId, records(40));
  await mirrored(db, two.organizationId, records(5));
  await committed(db, one, edits(40, "many"));
  await committed(db, two, edits(5, "few"));
  const order = await db.worker`
    select organization_id as id from pfa_lane where connection_id = ${connection}
    order by priority, turn limit 10`;
  for (let pair = 0; pair < 10; pair += 2) {
    const ids = new Set([order[pair]!.id, order[pair + 1]!.id]);
    assert.equal(ids.size, 2, `turn ${pair / 2 + 1} serves both`);
  }
});

onEach(
  "a newcomer starts at the turn being served: not before those who wait, not behind them all",
  async (db) => {
    const { connection, one, two } = await neighbours(db);
    await mirrored(db, one.organizationId, records(40));
    await mirrored(db, two.organizationId, records(1));
    await committed(db, one, edits(40, "many"));
    await db.worker`select from reserve_calls(${connection}, 1, '1 hour', ${[0, 25, 0]})`;
    await committed(db, two, edits(1, "late"));
    const [row] = await db.worker`
    select turn::int from pfa_lane where organization_id = ${two.organizationId}`;
    assert.equal(row!.turn, 26);
  },
);

onEach("an organization that was idle has saved up no turns", async (db) => {
  const { connection, one, two } = await neighbours(db);
  await mirrored(db, one.organizationId, records(40));
  await mirrored(db, two.organizationId, records(2));
  await committed(db, two, { "PFA-0": { model: "early" } });
  await committed(db, one, edits(40, "many"));
  await db.worker`select from reserve_calls(${connection}, 1, '1 hour', ${[0, 25, 0]})`;
  await committed(db, two, { "PFA-1": { model: "later" } });
  const lanes = await db.worker`
    select turn::int from pfa_lane where organization_id = ${two.organizationId} order by turn`;
  assert.deepEqual(lanes.map((row) => row.turn), [1, 26]);
});

onEach("high goes before normal before low, whenever it was committed", async (db) => {
  const tenant = await aPlanner(db);
  await mirrored(db, tenant.organizationId, records(3));
  for (const [nth, priority] of (["low", "normal", "high"] as const).entries()) {
    await committed(db, tenant, { [`PFA-${nth}`]: { model: priority } }, { priority });
  }
  const order = await db.worker`select pfa_id from pfa_lane order by priority, turn`;
  assert.deepEqual(order.map((row) => row.pfa_id), ["PFA-2", "PFA-1", "PFA-0"]);
});

for (const version of [18, 15] as const) {
  onPostgres(
    "commits on the same records at once neither deadlock nor lose their order",
    async (db) => {
      const tenant = await aPlanner(db);
      const people = [tenant];
      for (let nth = 0; nth < 7; nth++) people.push(await aMember(db, tenant.organizationId));
      await mirrored(db, tenant.organizationId, records(60));
      const drafts = await Promise.all(people.map(async (person, nth) => {
        const some = Object.entries(edits(60, `by ${nth}`)).slice(nth, nth + 50);
        return [...(await drafted(db, person, Object.fromEntries(some))).values()];
      }));
      await Promise.all(people.map((person, nth) =>
        asTenant(db.app, person, (tx) =>
          enqueue(tx, {
            ...person,
            modificationIds: nth % 2 === 0 ? drafts[nth]! : drafts[nth]!.toReversed(),
            priority: nth % 3 === 0 ? "high" : "normal",
            maxRetries: 3,
          }))
      ));
      const [row] = await db.worker`
      select count(*)::int as items, (select sum(pending)::int from pfa_lane) as pending
      from pfa_write_queue`;
      assert.deepEqual({ ...row }, { items: 400, pending: 400 });
      assert.deepEqual(await disorder(db), []);
    },
    { version },
  );
}

onEach("10,000 records are one commit", async (db) => {
  const tenant = await aPlanner(db);
  await mirrored(db, tenant.organizationId, records(10_000));
  await committed(db, tenant, edits(10_000, "new"));
  const [row] = await db.worker`
    select count(*)::int as lanes, max(turn)::int as turn, sum(pending)::int as pending from pfa_lane`;
  assert.deepEqual({ ...row }, { lanes: 10_000, turn: 10_000, pending: 10_000 });
});
