/** Read sync: PEMS's changes come into the mirror page by page, each whole or not at all. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { READ } from "../db/notices.ts";
import type { Sql } from "../db/sql.ts";
import { toWire } from "../pems/records.ts";
import type { StoredRecord } from "../pems/store.ts";
import { type Engine, engineTest, idOf, type Setup } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, type Handler } from "./engine_wire.ts";

const LIST = "GET /api/pems/pfa?";
const one = idOf(1);

const jobsOf = ({ db }: Engine) =>
  db.owner`select * from sync_job where kind = 'read_sync' order by created_at`;
const untilRead = (engine: Engine, status: string) =>
  engine.until(`a read sync is ${status}`, async () => {
    return (await jobsOf(engine)).some((job) => job.status === status);
  });
const modelOf = async ({ db }: Engine, pfaId: string) => {
  const [row] = await db.owner`select model from pfa_mirror where pfa_id = ${pfaId}`;
  return row!.model;
};
const page = (records: ReadonlyArray<object>, nextCursor: string | null): Handler => () =>
  Promise.resolve(Response.json({ records, nextCursor }));
const wireOf = (stored: StoredRecord | undefined) => toWire(stored!);

/** A reading that changes nothing tells nobody: here each one is told of. */
const tell = (owner: Sql) =>
  owner.unsafe(`
    create or replace function tell() returns trigger language plpgsql as $$
      begin perform pg_notify('pfa_event', '[]'); return null; end $$;
    create or replace trigger told after update on sync_job for each row execute function tell();
  `).simple();

const readTest = (
  name: string,
  work: (engine: Engine) => Promise<void>,
  setup: Setup = {},
) =>
  engineTest(name, async (engine) => {
    await tell(engine.db.owner);
    await work(engine);
  }, { ...setup, reads: true });

readTest("what PEMS changed is in the mirror, its history and the news", async (engine) => {
  const { db } = engine;
  const before = (await engine.sandbox.store.find(one))!;
  await engine.foreign(one, { model: "M-9" });
  await engine.start();
  await engine.until("the mirror moved", async () => await modelOf(engine, one) === "M-9");
  await untilRead(engine, "completed");
  const history = await db.owner`select pfa_id, version from pfa_mirror_history`;
  deepEqual(history.map((row) => ({ ...row })), [{ pfa_id: one, version: before.version }]);
  const [news, ...more] = engine.notices.filter((notice) => notice.type === "MIRROR_UPDATED");
  equal(more.length, 0);
  deepEqual("pfaIds" in news! && news.pfaIds, [one]);
  const [job] = await jobsOf(engine);
  deepEqual([job!.done, job!.total, job!.page_cursor], [20, 20, null]);
  const [{ until }] = await db.owner<[{ until: Date }]>`
    select mirrored_until as until from organization`;
  equal(until.toISOString(), (await engine.sandbox.store.find(one))!.updatedAt);
  await agree(engine);
});

readTest("the next read asks from a minute before the newest", async (engine) => {
  await engine.db.owner`update organization set mirrored_until = '2026-01-01T00:02:00Z'`;
  await engine.start();
  await untilRead(engine, "completed");
  const [sent] = engine.wire.sent;
  equal(
    new URLSearchParams(sent!.path.split("?")[1]).get("updatedSince"),
    "2026-01-01T00:01:00.000Z",
  );
});

readTest("an older version than the mirror's is ignored", async (engine) => {
  const stale = wireOf(await engine.sandbox.store.find(one));
  await engine.start();
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.untilStatus(id, "synced");
  await untilRead(engine, "completed");
  engine.wire.once(LIST, page([{ ...stale, data: { ...stale.data, model: "old" } }], null));
  await readAgain(engine);
  await engine.until("two readings are over", async () => {
    return (await jobsOf(engine)).filter((job) => job.status === "completed").length === 2;
  });
  equal(await modelOf(engine, one), stale.data.model);
  await agree(engine);
});

readTest("a page that fails changes nothing and is asked for again", async (engine) => {
  const { store } = engine.sandbox;
  await engine.foreign(one, { model: "M-9" });
  await engine.foreign(idOf(2), { model: "M-9" });
  engine.wire.once(
    LIST,
    page([wireOf(await store.find(one))], "second"),
    answered(500),
    page([wireOf(await store.find(idOf(2)))], null),
  );
  await engine.start();
  await engine.until("the second page is in", async () => await modelOf(engine, idOf(2)) === "M-9");
  deepEqual(
    engine.wire.sent.map(({ path }) => new URLSearchParams(path.split("?")[1]).get("cursor")),
    [null, "second", "second"],
  );
  await agree(engine);
});

readTest(
  "a refused page ends the reading: what was applied stays, nothing of the rest",
  async (engine) => {
    const { store } = engine.sandbox;
    await engine.foreign(one, { model: "M-9" });
    engine.wire.once(
      LIST,
      page([wireOf(await store.find(one))], "second"),
      answered(400, "bad cursor"),
    );
    await engine.start();
    await untilRead(engine, "failed");
    const [job] = await jobsOf(engine);
    match(job!.error, /400: bad cursor/);
    deepEqual([await modelOf(engine, one), job!.done], ["M-9", 1]);
    const [audited] = await engine.db.owner`
    select details from audit_entry where event_type = 'READ_SYNC' and details ? 'error'`;
    match(audited!.details.error, /bad cursor/);
  },
);

readTest("a reading whose worker died goes on at its cursor", async (engine) => {
  const { db } = engine;
  await db.owner`
    insert into sync_job (organization_id, kind, status, page_cursor, started_at, updated_since, done)
    select id, 'read_sync', 'running', 'second', now() - interval '4 minutes',
      '2026-01-01T00:00:00Z', 7
    from organization`;
  engine.wire.once(LIST, page([], null));
  await engine.start();
  await untilRead(engine, "completed");
  const query = new URLSearchParams(engine.wire.sent[0]!.path.split("?")[1]);
  deepEqual([query.get("cursor"), query.get("updatedSince")], [
    "second",
    "2026-01-01T00:00:00.000Z",
  ]);
});

readTest("a reading under way elsewhere is left alone", async (engine) => {
  await engine.db.owner`
    insert into sync_job (organization_id, kind, status, started_at)
    select id, 'read_sync', 'running', now() from organization where code = 'RIO'`;
  await engine.start();
  await untilRead(engine, "completed");
  deepEqual(
    engine.wire.sent.map(({ path }) => /organizationCode=(\w+)/.exec(path)![1]),
    ["PAX"],
  );
}, { organizations: ["RIO", "PAX"] });

readTest("a cursor that comes back ends the reading with the reason", async (engine) => {
  engine.wire.always(LIST, page([], "again"));
  await engine.start();
  await untilRead(engine, "failed");
  const [job] = await jobsOf(engine);
  match(job!.error, /repeats the cursor again/);
  equal(engine.wire.sent.length, 2);
});

readTest(
  "pages that end with an empty one are not all read again the next time",
  async (engine) => {
    const { store } = engine.sandbox;
    await engine.foreign(one, { model: "M-9" });
    const stored = (await store.find(one))!;
    engine.wire.once(LIST, page([wireOf(stored)], "end"), page([], null));
    await engine.start();
    await untilRead(engine, "completed");
    const [row] = await engine.db.owner`select mirrored_until from organization`;
    equal(row!.mirrored_until?.toISOString(), stored.updatedAt);
  },
);

readTest("a record told twice in one page does not stop the reading", async (engine) => {
  const { store } = engine.sandbox;
  await engine.foreign(one, { model: "M-9" });
  const record = wireOf(await store.find(one));
  engine.wire.once(LIST, page([record, record], null));
  await engine.start();
  await untilRead(engine, "completed");
  equal(await modelOf(engine, one), "M-9");
  await agree(engine);
});

readTest("a record that cannot be read is reported and holds up no other", async (engine) => {
  const { store } = engine.sandbox;
  await engine.foreign(one, { model: "M-9" });
  await engine.foreign(idOf(2), { model: "M-9" });
  const broken = wireOf(await store.find(one));
  engine.wire.once(
    LIST,
    page([
      { ...broken, data: { ...broken.data, source: "Loan" } },
      wireOf(await store.find(idOf(2))),
    ], null),
  );
  await engine.start();
  await untilRead(engine, "completed");
  const [job] = await jobsOf(engine);
  match(job!.error, new RegExp(`${one}.*source`));
  equal(await modelOf(engine, idOf(2)), "M-9");
  ok(await modelOf(engine, one) !== "M-9");
});

readTest("a pending change stays what it was when PEMS moves underneath", async (engine) => {
  const { db } = engine;
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.foreign(one, { model: "M-9" });
  await engine.start({ writeSync: false });
  await engine.until("the mirror moved", async () => await modelOf(engine, one) === "M-9");
  const [row] = await db.owner`
    select m.sync_status, q.payload -> 'equipment' ->> 'to' as wanted
    from pfa_modification m join pfa_write_queue q on q.modification_id = m.id
    where m.id = ${id}`;
  deepEqual([row!.sync_status, row!.wanted], ["queued", "X-1"]);
  equal(engine.wire.writes().length, 0, "read sync never causes a write");
});

readTest("each organization gets its own records", async (engine) => {
  await engine.foreign(one, { model: "M-1" });
  await engine.foreign(idOf(1, "PAX"), { model: "M-2" });
  await engine.start();
  await engine.until(
    "both moved",
    async () =>
      await modelOf(engine, one) === "M-1" && await modelOf(engine, idOf(1, "PAX")) === "M-2",
  );
  await agree(engine);
}, { organizations: ["RIO", "PAX"] });

readTest(
  "a worker that stops hands its reading back, and the next goes on at once",
  async (engine) => {
    const gate = engine.wire.gate();
    const { store } = engine.sandbox;
    await engine.foreign(one, { model: "M-9" });
    engine.wire.once(LIST, page([wireOf(await store.find(one))], "second"), gate.handler);
    const worker = await engine.start();
    await gate.reached;
    await worker.stop();
    const [job] = await jobsOf(engine);
    deepEqual([job!.status, job!.page_cursor], ["queued", "second"]);
    engine.wire.once(LIST, page([], null));
    await engine.start();
    await untilRead(engine, "completed");
    equal((await jobsOf(engine)).length, 1);
  },
);

readTest("a PEMS that hangs does not hold up the reading of another", async (engine) => {
  const gate = engine.wire.gate();
  await engine.db.owner`
    with other as (
      insert into pems_connection (id, base_url, key_fingerprint, rate_limit, rate_now)
      values ('ffffffff-ffff-7fff-bfff-ffffffffffff', 'http://127.0.0.2/api', 'tests', 1000, 1000)
      returning id
    )
    update organization set connection_id = other.id from other where code = 'PAX'`;
  engine.wire.always(`${LIST}organizationCode=RIO`, gate.handler);
  await engine.foreign(idOf(1, "PAX"), { model: "M-9" });
  await engine.start();
  await gate.reached;
  await engine.until(
    "the other one is read",
    async () => await modelOf(engine, idOf(1, "PAX")) === "M-9",
  );
}, { organizations: ["RIO", "PAX"] });

/** As an administrator asks for a read sync now. */
async function readAgain({ db }: Engine): Promise<void> {
  await db.owner`
    insert into sync_job (organization_id, kind, status)
    select id, 'read_sync', 'queued' from organization`;
  await db.owner`select pg_notify(${READ}, '')`;
}
