/** Read sync against a PEMS that is set back, stale or sparse, and beside writes that are under way. */
import { deepEqual, equal, match } from "node:assert/strict";
import { requestAdoption } from "../db/jobs.ts";
import { ringForReading } from "../db/notices.ts";
import { resumeOrganization } from "../db/organizations.ts";
import { asTenant } from "../db/sql.ts";
import { toWire } from "../pems/records.ts";
import type { StoredRecord } from "../pems/store.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, type Handler, lost } from "./engine_wire.ts";

const LIST = "GET /api/pems/pfa?";
const one = idOf(1);

const page = (...records: StoredRecord[]): Handler => () =>
  Promise.resolve(Response.json({ records: records.map(toWire), nextCursor: null }));
const alone = (record: StoredRecord): Handler => () =>
  Promise.resolve(Response.json(toWire(record)));

const jobs = ({ db }: Engine) =>
  db.owner`select * from sync_job where kind = 'read_sync' order by created_at, id`;
const mirrored = async ({ db }: Engine, pfaId: string) => {
  const [row] = await db.owner`
    select version, model, origin from pfa_mirror where pfa_id = ${pfaId}`;
  return row!;
};
const pauses = async ({ db }: Engine) =>
  (await db.owner`select pause from organization order by code`).map(({ pause }) => pause);

/** Has the records of such a page read, and waits until the reading is over. */
async function read(engine: Engine, handler: Handler, { full = false } = {}) {
  const before = (await jobs(engine)).length;
  engine.wire.once(LIST, handler);
  await engine.db.owner`
    insert into sync_job (organization_id, kind, status, full_sweep)
    select id, 'read_sync', 'queued', ${full} from organization where id = ${engine.organizationId()}`;
  await ringForReading(engine.db.owner);
  return await engine.until("the reading is over", async () => {
    const job = (await jobs(engine))[before];
    return job && ["completed", "failed"].includes(job.status) && job;
  });
}

/** Every reading tells when it moves, and the first one is over. */
async function begin(engine: Engine) {
  await engine.db.owner.unsafe(`
    create or replace function tell() returns trigger language plpgsql as $$
      begin perform pg_notify('pfa_event', '[]'); return null; end $$;
    create or replace trigger told after update on sync_job for each row execute function tell();
  `).simple();
  await engine.start();
  await engine.until("the first readings are over", async () => {
    const done = (await jobs(engine)).filter(({ status }) => status === "completed");
    return done.length === 2;
  });
}

const rewindTest = (name: string, work: (engine: Engine) => Promise<void>) =>
  engineTest(name, async (engine) => {
    await begin(engine);
    await work(engine);
  }, { reads: true, organizations: ["RIO", "PAX"] });

rewindTest("a PEMS that really went back pauses its whole connection, once", async (engine) => {
  const then = (await engine.sandbox.store.find(one))!;
  await engine.foreign(one, { model: "M-9" });
  await read(engine, (serve) => serve());
  equal((await mirrored(engine, one)).version, then.version + 1);
  engine.wire.once(`GET /api/pems/pfa/${one}`, alone(then));
  const job = await read(engine, page(then));
  equal(job.status, "failed");
  match(job.error, /has RIO-0001 at version \d+, and had it at version \d+$/);
  deepEqual(await pauses(engine), ["rewind", "rewind"]);
  equal((await mirrored(engine, one)).model, "M-9");
  const told = await engine.db.owner`
    select kind from notification where user_id = ${engine.people.boss}`;
  deepEqual(told.map(({ kind }) => kind), ["paused", "paused"]);
});

rewindTest("a page that is merely stale pauses nothing", async (engine) => {
  const then = (await engine.sandbox.store.find(one))!;
  await engine.foreign(one, { model: "M-9" });
  await read(engine, (serve) => serve());
  const job = await read(engine, page(then));
  equal(job.status, "completed");
  deepEqual(await pauses(engine), [null, null]);
  equal((await mirrored(engine, one)).model, "M-9");
});

rewindTest("the version we know with other content is a PEMS that was set back", async (engine) => {
  const now = (await engine.sandbox.store.find(one))!;
  const other = { ...now, record: { ...now.record, model: "another past" } };
  engine.wire.once(`GET /api/pems/pfa/${one}`, alone(other));
  const job = await read(engine, page(other));
  match(job.error, /otherwise$/);
  deepEqual(await pauses(engine), ["rewind", "rewind"]);
});

rewindTest("what PEMS made of our own write is taken from it", async (engine) => {
  const id = await engine.commitOne("ada", one, { model: "m-1" });
  await engine.untilStatus(id, "synced");
  equal((await mirrored(engine, one)).origin, "write");
  const now = (await engine.sandbox.store.find(one))!;
  const job = await read(engine, page({ ...now, record: { ...now.record, model: "M-1" } }));
  equal(job.status, "completed");
  deepEqual({ ...await mirrored(engine, one) }, {
    version: now.version,
    model: "M-1",
    origin: "read_sync",
  });
  deepEqual(await pauses(engine), [null, null]);
});

rewindTest("whoever resumes takes over the state that PEMS was set back to", async (engine) => {
  const { db } = engine;
  const then = (await engine.sandbox.store.find(one))!;
  await engine.foreign(one, { model: "M-9" });
  await read(engine, (serve) => serve());
  engine.wire.once(`GET /api/pems/pfa/${one}`, alone(then));
  await read(engine, page(then));
  const tenant = { organizationId: engine.organizationId(), userId: engine.people.boss };
  const queued = await engine.commitOne("ada", idOf(2), { model: "M-2" });
  engine.wire.once(LIST, page(then, (await engine.sandbox.store.find(idOf(2)))!));
  await asTenant(db.app, tenant, async (tx) => {
    equal(await resumeOrganization(tx, tenant.organizationId), "rewind");
    await requestAdoption(tx, tenant.userId);
    await ringForReading(tx);
  });
  await engine.untilStatus(queued, "synced");
  deepEqual(await pauses(engine), ["rewind", null], "the other organization decides for itself");
  deepEqual({ ...await mirrored(engine, one) }, {
    version: then.version,
    model: then.record.model,
    origin: "restored",
  });
  const history = await db.owner`select version from pfa_mirror_history where pfa_id = ${one}`;
  deepEqual(history.map(({ version }) => version), [then.version, then.version + 1]);
  const [adopting] = (await jobs(engine)).filter(({ adopts }) => adopts);
  equal(adopting!.missing, 18, "twenty records, two of which PEMS told");
});

rewindTest(
  "a sweep of everything reports what PEMS no longer has, and deletes nothing",
  async (engine) => {
    const all = await engine.sandbox.store.page({
      organizationCode: "RIO",
      updatedSince: undefined,
      after: undefined,
      limit: 100,
    });
    const gone = [idOf(3), idOf(7)];
    const rest = all.filter(({ pfaId }) => !gone.includes(pfaId));
    const job = await read(engine, page(...rest), { full: true });
    equal(job.missing, 2);
    const [audited] = await engine.db.owner`
    select details from audit_entry where event_type = 'READ_SYNC' and details ? 'missing'`;
    deepEqual(audited!.details.missingIds, gone);
    equal((await engine.db.owner`select from pfa_mirror where pfa_id = any(${gone})`).length, 2);
    equal((await engine.db.owner`select from swept_record`).length, 0);
    await agree(engine);
  },
);

rewindTest(
  "what comes while a write is on the wire is parked, and applied once it is settled",
  async (engine) => {
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await gate.reached;
    const before = await mirrored(engine, one);
    await engine.foreign(one, { model: "M-9" });
    await read(engine, (serve) => serve());
    deepEqual(await mirrored(engine, one), before, "evidence, not news");
    const [parked] = await engine.db.owner`select version from parked_row`;
    equal(parked!.version, before.version + 1);
    gate.open();
    await engine.untilStatus(id, "synced");
    equal((await engine.db.owner`select from parked_row`).length, 0);
    equal((await mirrored(engine, one)).model, "M-9");
    await agree(engine);
  },
);

rewindTest("what comes while a write is unknown waits for its settlement", async (engine) => {
  engine.wire.once("PUT", lost);
  engine.wire.always(`GET /api/pems/pfa/${one}`, answered(503));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.untilStatus(id, "unknown");
  const { version } = await mirrored(engine, one);
  await read(engine, (serve) => serve());
  equal((await mirrored(engine, one)).version, version);
  engine.wire.always(`GET /api/pems/pfa/${one}`, undefined);
  await engine.untilStatus(id, "synced");
  equal((await mirrored(engine, one)).version, version + 1);
  equal((await engine.db.owner`select from parked_row`).length, 0);
  await agree(engine);
});
