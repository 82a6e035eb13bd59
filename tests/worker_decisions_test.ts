/** What people decide about a lane, carried out by the engine: heads, resolutions, dead letters, rollback. */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { resolveConflicts } from "../app/resolving.ts";
import { rollBackJob, rollBackRecord } from "../app/rolling_back.ts";
import { applyPage, type Reading } from "../db/reading.ts";
import { giveUp, lockLetters, replay } from "../db/dead_letters.ts";
import { asTenant, type Tenant, type Tx } from "../db/sql.ts";
import type { Edits } from "../domain/delta.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { FieldName } from "../domain/pfa.ts";
import type { Choice } from "../domain/resolution.ts";
import { type Engine, enginePostgres, engineTest, idOf, type Person } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, dropped } from "./engine_wire.ts";

const one = idOf(1);

const laneOf = async ({ db }: Engine) => {
  const [row] = await db.owner`select state, pending from pfa_lane where pfa_id = ${one}`;
  return row && [row.state, row.pending];
};
const bodies = ({ wire }: Engine) => wire.writes().map(({ text }) => JSON.parse(text));

engineTest("a dead letter behind a live item stops the lane once it heads it", async (engine) => {
  const first = await engine.commitOne("ada", one, { model: "M-1" });
  const dead = await engine.commitOne("ada", one, { equipment: "X-1" });
  const behind = await engine.commitOne("ada", one, { contract: "C-1" });
  await engine.db.owner`
    update pfa_write_queue set status = 'dead' where modification_id = ${dead}`;
  await engine.db.owner`update pfa_modification set sync_status = 'failed' where id = ${dead}`;
  await engine.start();
  await engine.untilStatus(first, "synced");
  await engine.until("the lane stands", async () => (await laneOf(engine))?.[0] === "blocked");
  deepEqual(await laneOf(engine), ["blocked", 2]);
  deepEqual(bodies(engine).map(({ changes }) => changes), [{ model: "M-1" }]);
  equal(await engine.status(behind), "queued");
  const other = await engine.commitOne("ben", idOf(2), { model: "M-2" });
  await engine.untilStatus(other, "synced");
  equal(await engine.status(behind), "queued", "what is behind it waits");
});

const openOf = async ({ db }: Engine, pfaId = one) => {
  const rows = await db.owner`
    select * from pfa_sync_conflict where status = 'unresolved' and pfa_id = ${pfaId}`;
  equal(rows.length, 1);
  return rows[0]!;
};
const recordOf = async ({ sandbox }: Engine, pfaId = one) =>
  (await sandbox.store.find(pfaId))!.record;
/** Who changed the record in PEMS, and which fields, in order. */
const ledgerOf = async ({ sandbox }: Engine) =>
  (await sandbox.store.ledger("")).map(({ modifiedBy, changes }) =>
    `${modifiedBy.split("@")[0]}: ${Object.keys(changes).sort().join()}`
  );

async function resolve(engine: Engine, by: Person, choice: Choice, pfaId = one) {
  const tenant = { organizationId: engine.organizationId(), userId: engine.people[by] };
  const { id } = await openOf(engine, pfaId);
  return await asTenant(
    engine.db.app,
    tenant,
    (tx) => resolveConflicts(tx, { tenant: { ...tenant, maxRetries: 3 }, ids: [id], choice }),
  );
}

/** Ada's edit of the rate and the model in conflict over the rate; the worker runs. */
async function inConflict(engine: Engine, edits: Edits = { monthlyRate: "100.00", model: "M-1" }) {
  await engine.foreign(one, { monthlyRate: "777.00" });
  const id = await engine.commitOne("ada", one, edits);
  await engine.start();
  await engine.untilStatus(id, "conflict");
  return id;
}

engineTest(
  "use_local goes out under its author, and what waits is checked anew",
  async (engine) => {
    const id = await inConflict(engine);
    const same = await engine.commitOne("ben", one, { monthlyRate: "200.00" });
    const [resolved] = await resolve(engine, "cid", { _tag: "use_local" });
    deepEqual(resolved!.sent.monthlyRate, { from: "777.00", to: "100.00" });
    await engine.untilStatus(id, "synced");
    await engine.untilStatus(same, "synced");
    deepEqual(await ledgerOf(engine), [
      "erp: monthlyRate",
      "ada: model,monthlyRate",
      "ben: monthlyRate",
    ]);
    const [told] = await engine.db.owner`
    select user_id, details from audit_entry where event_type = 'CONFLICT_RESOLVED'`;
    equal(told!.user_id, engine.people.cid);
    deepEqual(told!.details.lost, { pems: { monthlyRate: "777.00" } });
    await agree(engine);
  },
);

engineTest(
  "use_pems sends what is left, and what waits behind it meets PEMS's value",
  async (engine) => {
    const id = await inConflict(engine);
    const same = await engine.commitOne("ben", one, { monthlyRate: "200.00" });
    await resolve(engine, "cid", { _tag: "use_pems" });
    await engine.untilStatus(id, "synced");
    await engine.untilStatus(same, "conflict");
    const { monthlyRate, model } = await recordOf(engine);
    deepEqual([monthlyRate, model], ["777.00", "M-1"]);
    deepEqual((await openOf(engine)).conflict_fields, ["monthlyRate"]);
    await agree(engine);
  },
);

engineTest(
  "use_pems with nothing left discards with a reason, and the lane goes on",
  async (engine) => {
    const id = await inConflict(engine, { monthlyRate: "100.00" });
    const other = await engine.commitOne("ben", one, { contract: "C-1" });
    equal(await engine.status(other), "queued");
    await resolve(engine, "cid", { _tag: "use_pems" });
    await engine.untilStatus(other, "synced");
    equal(await engine.status(id), "discarded");
    const [row] = await engine.db.owner`select sync_error from pfa_modification where id = ${id}`;
    match(row!.sync_error, /PEMS's values were kept/);
    await agree(engine);
  },
);

engineTest("a merge is the resolver's own write, ahead of what is left", async (engine) => {
  const id = await inConflict(engine);
  const behind = await engine.commitOne("ben", one, { contract: "C-1" });
  await resolve(engine, "cid", { _tag: "merge", values: { monthlyRate: "300.00" } });
  await engine.untilStatus(behind, "synced");
  equal(await engine.status(id), "synced");
  deepEqual(await ledgerOf(engine), [
    "erp: monthlyRate",
    "cid: monthlyRate",
    "ada: model",
    "ben: contract",
  ]);
  const [merged] = await engine.db.owner`
    select m.sync_status, m.changes, j.kind, j.total, m.user_id from pfa_modification m
    join sync_job j on j.id = m.job_id where m.origin = 'resolution'`;
  deepEqual({ ...merged }, {
    sync_status: "synced",
    changes: { monthlyRate: { from: "777.00", to: "300.00" } },
    kind: "commit",
    total: 1,
    user_id: engine.people.cid,
  });
  await agree(engine);
});

engineTest("PEMS moving on after it was shown reopens only what moved", async (engine) => {
  await engine.foreign(one, { monthlyRate: "777.00", contract: "C-9" });
  const id = await engine.commitOne("ada", one, {
    monthlyRate: "100.00",
    contract: "C-1",
    model: "M-1",
  });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  const first = await openOf(engine);
  deepEqual([...first.conflict_fields].sort(), ["contract", "monthlyRate"]);
  await engine.foreign(one, { contract: "C-10" });
  await resolve(engine, "ada", { _tag: "use_local" });
  await engine.until("a new conflict", async () => {
    const rows = await engine.db.owner`
      select from pfa_sync_conflict where status = 'unresolved' and id <> ${first.id}`;
    return rows.length > 0;
  });
  const second = await openOf(engine);
  deepEqual(second.conflict_fields, ["contract"]);
  deepEqual(second.base_data.contract, "C-9");
  equal((await recordOf(engine)).contract, "C-10", "nothing was overwritten unseen");
  await resolve(engine, "ada", { _tag: "use_local" });
  await engine.untilStatus(id, "synced");
  const { monthlyRate, contract, model } = await recordOf(engine);
  deepEqual([monthlyRate, contract, model], ["100.00", "C-1", "M-1"]);
  await agree(engine);
});

engineTest("of two who resolve, the first wins and the second is told who did", async (engine) => {
  const id = await inConflict(engine);
  const conflict = await openOf(engine);
  await resolve(engine, "ben", { _tag: "use_local" });
  const tenant = { organizationId: engine.organizationId(), userId: engine.people.cid };
  await rejects(
    asTenant(engine.db.app, tenant, (tx) =>
      resolveConflicts(tx, {
        tenant: { ...tenant, maxRetries: 3 },
        ids: [conflict.id],
        choice: { _tag: "use_pems" },
      })),
    { code: "moved_on", message: /ben has resolved it/ },
  );
  await engine.untilStatus(id, "synced");
  await agree(engine);
});

engineTest("a delete in conflict is sent against the shown record", async (engine) => {
  const id = await engine.discontinue("ada", one);
  await engine.foreign(one, { model: "M-9" });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  await resolve(engine, "cid", { _tag: "use_local" });
  await engine.untilStatus(id, "synced");
  equal((await recordOf(engine)).isDiscontinued, true);
  await agree(engine);
});

engineTest("a delete in conflict is given up for PEMS's record", async (engine) => {
  const id = await engine.discontinue("ada", one);
  await engine.foreign(one, { model: "M-9" });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  await resolve(engine, "cid", { _tag: "use_pems" });
  equal(await engine.status(id), "discarded");
  deepEqual(await laneOf(engine), undefined);
  await agree(engine);
});

engineTest(
  "an outcome that nobody can tell is resolved like any other conflict",
  async (engine) => {
    engine.wire.once("PUT", async (serve, request) => {
      await engine.foreign(one, { model: "M-8" });
      await engine.foreign(one, { model: "M-9" });
      return await dropped(serve, request);
    });
    const id = await engine.commitOne("ada", one, { contract: "C-1" });
    await engine.start();
    await engine.untilStatus(id, "conflict");
    equal((await openOf(engine)).kind, "outcome_unknown");
    await resolve(engine, "ada", { _tag: "use_local" });
    await engine.untilStatus(id, "synced");
    const { contract, model } = await recordOf(engine);
    deepEqual([contract, model], ["C-1", "M-9"]);
    await agree(engine);
  },
);

/** PEMS's record as it is now, through a read sync's page. */
async function read({ db, sandbox, organizationId }: Engine, pfaId = one) {
  const { organizationCode: _, pfaId: __, ...remote } = (await sandbox.store.find(pfaId))!;
  const [job] = await db.worker<[{ id: string }]>`
    insert into sync_job (organization_id, kind, status)
    values (${organizationId()}, 'read_sync', 'completed') returning id`;
  const row = { organizationId: organizationId(), pfaId, remote, origin: "read_sync" } as const;
  await applyPage(db.worker, { jobId: job.id, organizationId: organizationId() } as Reading, {
    rows: [row],
    nextCursor: null,
    unreadable: [],
  });
}

engineTest(
  "a conflict that PEMS comes to agree with ends by itself, and the lane goes on",
  async (engine) => {
    const id = await inConflict(engine);
    const behind = await engine.commitOne("ben", one, { contract: "C-1" });
    await engine.foreign(one, { monthlyRate: "100.00" });
    await read(engine);
    equal(await engine.status(id), "conflict", "one field of two is not agreement");
    await engine.foreign(one, { model: "M-1" });
    await read(engine);
    equal(await engine.status(id), "synced");
    await engine.untilStatus(behind, "synced");
    const [conflict] = await engine.db.owner`
    select status, resolution, resolved_by from pfa_sync_conflict`;
    deepEqual({ ...conflict }, { status: "resolved_auto", resolution: null, resolved_by: null });
    const [told] = await engine.db.owner`
    select details from audit_entry where event_type = 'WRITE_SETTLED'`;
    equal(told!.details.evidence, "content");
    deepEqual((await ledgerOf(engine)).filter((line) => line.startsWith("ada")), []);
    await agree(engine);
  },
);

engineTest("a delete in conflict ends when PEMS discontinues the record", async (engine) => {
  const id = await engine.discontinue("ada", one);
  await engine.foreign(one, { model: "M-9" });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  await engine.foreign(one, { isDiscontinued: true });
  await read(engine);
  equal(await engine.status(id), "synced");
  deepEqual(await laneOf(engine), undefined);
  await agree(engine);
});

const decidedOf = async ({ db }: Engine) =>
  (await db.owner`
    select array(select unnest(c.conflict_fields) order by 1) as conflict_fields, c.resolution, c.base_data, c.local_data, c.pems_data, c.status, (
      select jsonb_agg(event_type order by id) from audit_entry a
      where a.details ->> 'conflictId' = c.id::text) as told, (
      select details -> 'lost' from audit_entry a
      where a.details ->> 'conflictId' = c.id::text limit 1) as lost
    from pfa_sync_conflict c order by id`).map((row) => ({ ...row }));

engineTest("what a policy decides is kept with its losers, once for each write", async (engine) => {
  await engine.db.owner`
    update organization set conflict_policy = '{"monthlyRate":"use_local","model":"use_pems"}'`;
  const { monthlyRate, model } = await recordOf(engine);
  await engine.foreign(one, { monthlyRate: "777.00", model: "M-9" });
  engine.wire.once("PUT", (serve) => serve(), dropped, dropped);
  const id = await engine.commitOne("ada", one, { monthlyRate: "100.00", model: "M-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  const [decided, ...more] = await decidedOf(engine);
  deepEqual(more, [], "however often it was sent");
  const { pems_data, ...rest } = decided!;
  deepEqual([pems_data.monthlyRate, pems_data.model], ["777.00", "M-9"]);
  deepEqual(rest, {
    status: "resolved_auto",
    resolution: "merge",
    conflict_fields: ["model", "monthlyRate"],
    base_data: { monthlyRate, model },
    local_data: { monthlyRate: "100.00", model: "M-1" },
    told: ["CONFLICT_DETECTED", "CONFLICT_RESOLVED"],
    lost: { local: { model: "M-1" }, pems: { monthlyRate: "777.00" } },
  });
  await agree(engine);
});

engineTest("a policy that leaves nothing to send is told all the same", async (engine) => {
  await engine.db.owner`update organization set conflict_policy = '{"model":"use_pems"}'`;
  const id = await engine.commitOne("ada", one, { model: "M-1" });
  await engine.foreign(one, { model: "M-9" });
  await read(engine);
  await engine.start();
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 0);
  const [decided] = await decidedOf(engine);
  deepEqual([decided!.resolution, decided!.lost], [
    "use_pems",
    { local: { model: "M-1" }, pems: {} },
  ]);
  await agree(engine);
});

engineTest(
  "a policy that decides on a 409 is told with the record it decided against",
  async (engine) => {
    await engine.db.owner`update organization set conflict_policy = '{"model":"use_pems"}'`;
    await engine.foreign(one, { model: "M-9" });
    const id = await engine.commitOne("ada", one, { model: "M-1" });
    await engine.start();
    await engine.untilStatus(id, "synced");
    const [decided, ...more] = await decidedOf(engine);
    deepEqual(more, []);
    deepEqual([decided!.pems_data.model, decided!.told], [
      "M-9",
      ["CONFLICT_DETECTED", "CONFLICT_RESOLVED"],
    ]);
    await agree(engine);
  },
);

const refusedOnce = answered(422, "The cost centre is closed");
const asBoss = <A>(
  { db, organizationId, people }: Engine,
  work: (tx: Tx, tenant: Tenant) => Promise<A>,
) => {
  const tenant = { organizationId: organizationId(), userId: people.boss };
  return asTenant(db.app, tenant, (tx) => work(tx, tenant));
};
const retry = (engine: Engine, ...ids: string[]) =>
  asBoss(engine, async (tx, tenant) => {
    const letters = await lockLetters(tx, tenant.organizationId, ids);
    return await replay(tx, tenant, { letters, reason: "the cost centre is open" });
  });
const discard = (engine: Engine, ...ids: string[]) =>
  asBoss(engine, async (tx, tenant) => {
    const letters = await lockLetters(tx, tenant.organizationId, ids);
    await giveUp(tx, tenant, { letters, reason: "nobody needs it" });
  });

/** Ada's edit that PEMS refused; the worker runs. */
async function dead(engine: Engine, edits: Edits = { model: "M-1", equipment: "X-1" }) {
  engine.wire.once("PUT", refusedOnce);
  const id = await engine.commitOne("ada", one, edits);
  await engine.start();
  await engine.untilStatus(id, "failed");
  return id;
}

engineTest(
  "a dead letter goes again with all that died with it, on PEMS's newest version",
  async (engine) => {
    const also = await engine.commitOne("ada", one, { contract: "C-1" });
    const id = await dead(engine);
    const behind = await engine.commitOne("ben", one, { class: "K" });
    await engine.foreign(one, { description: "seen by nobody here" });
    await read(engine);
    const { queuedCount, jobId } = await retry(engine, id);
    equal(queuedCount, 2);
    await engine.untilStatus(behind, "synced");
    deepEqual([await engine.status(id), await engine.status(also)], ["synced", "synced"]);
    const [refused, again, last] = bodies(engine);
    deepEqual([again.version, last.version], [refused.version + 1, refused.version + 2]);
    const [job] = await engine.db
      .owner`select kind, total, reason from sync_job where id = ${jobId}`;
    deepEqual({ ...job }, { kind: "replay", total: 2, reason: "the cost centre is open" });
    const [told] = await engine.db.owner`
    select count(*)::int as n from audit_entry
    where event_type = 'REPLAY' and user_id = ${engine.people.boss}`;
    equal(told!.n, 2);
    await agree(engine);
  },
);

engineTest("a dead letter that PEMS has overtaken meets it as a conflict", async (engine) => {
  const id = await dead(engine);
  await engine.foreign(one, { model: "M-9" });
  await retry(engine, id);
  await engine.untilStatus(id, "conflict");
  deepEqual((await openOf(engine)).conflict_fields, ["model"]);
  await agree(engine);
});

engineTest("a replay has all its attempts before it", async (engine) => {
  engine.wire.always("PUT", answered(503));
  const id = await engine.commitOne("ada", one, { model: "M-1" });
  await engine.start();
  await engine.untilStatus(id, "failed");
  engine.wire.always("PUT", undefined);
  engine.wire.once("PUT", answered(503), answered(503), answered(503));
  await retry(engine, id);
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 8);
  await agree(engine);
});

engineTest(
  "what waits behind a discarded dead letter is checked against PEMS as it is",
  async (engine) => {
    const id = await dead(engine);
    const other = await engine.commitOne("ben", one, { class: "K" });
    // made on top of the dead letter, and committed before it died
    await engine.db.owner`
    update pfa_write_queue set payload = '{"class":{"from":"of the dead letter","to":"K"}}'
    where modification_id = ${other}`;
    await engine.db.owner`
    update pfa_modification set standing = '{"class":{"from":"of the dead letter","to":"K"}}'
    where id = ${other}`;
    const clean = await engine.commitOne("cid", idOf(2), { class: "K" });
    await discard(engine, id);
    await engine.untilStatus(other, "conflict");
    await engine.untilStatus(clean, "synced");
    const [row] = await engine.db.owner`
    select sync_status, sync_error from pfa_modification where id = ${id}`;
    deepEqual({ ...row }, { sync_status: "discarded", sync_error: "nobody needs it" });
    await agree(engine);
  },
);

engineTest("one's own correction goes out with the dead letter as one write", async (engine) => {
  const id = await dead(engine);
  const between = await engine.commitOne("ben", one, { class: "K" });
  const mine = await engine.commitOne("ada", one, { description: "waits" });
  equal(await engine.status(mine), "queued");
  const fixed = await engine.commitOne("ada", one, { model: "M-2" });
  await engine.untilStatus(between, "synced");
  for (const one of [id, mine, fixed]) equal(await engine.status(one), "synced");
  deepEqual(await ledgerOf(engine), ["ada: description,equipment,model", "ben: class"]);
  equal((await recordOf(engine)).model, "M-2");
  await agree(engine);
});

engineTest(
  "another's correction takes over what it names; the rest stays dead and blocks",
  async (engine) => {
    const id = await dead(engine);
    const between = await engine.commitOne("cid", one, { class: "K" });
    const fixed = await engine.commitOne("ben", one, { model: "M-2" });
    await engine.untilStatus(fixed, "synced");
    await engine.until("the rest blocks", async () => (await laneOf(engine))?.[0] === "blocked");
    deepEqual(await ledgerOf(engine), ["ben: model"]);
    deepEqual([await engine.status(id), await engine.status(between)], ["failed", "queued"]);
    const [kept] = await engine.db
      .owner`select changes, standing from pfa_modification where id = ${id}`;
    deepEqual(Object.keys(kept!.changes).sort(), ["equipment", "model"]);
    deepEqual(Object.keys(kept!.standing), ["equipment"]);
    await retry(engine, id);
    await engine.untilStatus(between, "synced");
    deepEqual(await ledgerOf(engine), ["ben: model", "ada: equipment", "cid: class"]);
    equal((await recordOf(engine)).model, "M-2", "what was taken over is not written back");
    await agree(engine);
  },
);

engineTest("a dead letter whose every field is taken over ends with a reason", async (engine) => {
  const id = await dead(engine, { model: "M-1" });
  const fixed = await engine.commitOne("ben", one, { model: "M-2" });
  await engine.untilStatus(fixed, "synced");
  equal(await engine.status(id), "discarded");
  const [row] = await engine.db.owner`select sync_error from pfa_modification where id = ${id}`;
  match(row!.sync_error, new RegExp(fixed));
  deepEqual(await laneOf(engine), undefined);
  await agree(engine);
});

engineTest("a correction that comes while another is on the wire follows it", async (engine) => {
  const id = await dead(engine);
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  const theirs = await engine.commitOne("ben", one, { model: "M-2" });
  await gate.reached;
  const mine = await engine.commitOne("ada", one, { equipment: "X-2" });
  deepEqual(await laneOf(engine), ["leased", 3]);
  gate.open();
  await engine.untilStatus(mine, "synced");
  deepEqual([await engine.status(theirs), await engine.status(id)], ["synced", "synced"]);
  deepEqual(await ledgerOf(engine), ["ben: model", "ada: equipment"]);
  await agree(engine);
});

engineTest(
  "a dead letter given up behind a write on the wire leaves that alone",
  async (engine) => {
    const id = await dead(engine);
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const theirs = await engine.commitOne("ben", one, { model: "M-2" });
    await gate.reached;
    await discard(engine, id);
    deepEqual(await laneOf(engine), ["leased", 1]);
    gate.open();
    await engine.untilStatus(theirs, "synced");
    deepEqual(await laneOf(engine), undefined);
    await agree(engine);
  },
);

/** A rollback by the boss, who sees money. */
const rolling = (engine: Engine, tenant: Tenant) => ({
  tenant,
  organization: { id: engine.organizationId(), code: "RIO", name: "RIO", permissions: PERMISSIONS },
  reason: "a mistake" as const,
  maxRetries: 3,
});
const rollBack = (engine: Engine, targetVersion: number, fields: FieldName[] = []) =>
  asBoss(engine, (tx, tenant) =>
    rollBackRecord(tx, rolling(engine, tenant), {
      pfaId: one,
      targetVersion,
      fields: new Set(fields),
    }));
const rollJobBack = (engine: Engine, jobId: string) =>
  asBoss(engine, (tx, tenant) => rollBackJob(tx, rolling(engine, tenant), jobId));
const jobOf = async ({ db }: Engine, id: string): Promise<string> =>
  (await db.owner`select job_id from pfa_modification where id = ${id}`)[0]!.job_id;

engineTest(
  "a record goes back to an earlier version, but for what others changed since",
  async (engine) => {
    const { version, record } = (await engine.sandbox.store.find(one))!;
    const id = await engine.commitOne("ada", one, { model: "M-1", equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "synced");
    await engine.foreign(one, { equipment: "X-9" });
    await read(engine);
    const { modificationId, jobId, changes } = await rollBack(engine, version);
    deepEqual(changes.map(({ field, changedSince }) => [field, changedSince]), [
      ["model", false],
      ["equipment", true],
    ]);
    await engine.untilStatus(modificationId!, "synced");
    const { model, equipment } = await recordOf(engine);
    deepEqual([model, equipment], [record.model, "X-9"]);
    const [job] = await engine.db.owner`
    select j.kind, m.origin, m.user_id from sync_job j join pfa_modification m on m.job_id = j.id
    where j.id = ${jobId}`;
    deepEqual({ ...job }, { kind: "rollback", origin: "rollback", user_id: engine.people.boss });
    const [told] = await engine.db.owner`
    select user_id from audit_entry where event_type = 'ROLLBACK' and modification_id = ${modificationId}`;
    equal(told!.user_id, engine.people.boss);
    await agree(engine);
  },
);

engineTest(
  "rolling back cancels what has not been sent, and waits for what has",
  async (engine) => {
    const { version } = (await engine.sandbox.store.find(one))!;
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const sent = await engine.commitOne("ada", one, { model: "M-1" });
    await engine.start();
    await gate.reached;
    const waits = await engine.commitOne("ada", one, { equipment: "X-1" });
    await rejects(rollBack(engine, version), { code: "moved_on", message: /on its way/ });
    const cancelled = await rollJobBack(engine, await jobOf(engine, waits));
    deepEqual(cancelled.changes.map(({ outcome }) => outcome), ["cancelled"]);
    equal(await engine.status(waits), "discarded");
    const held = await rollJobBack(engine, await jobOf(engine, sent));
    deepEqual([held.jobId, held.changes.map(({ outcome }) => outcome)], [null, ["waits"]]);
    gate.open();
    await engine.untilStatus(sent, "synced");
    equal(await laneOf(engine), undefined);
    await agree(engine);
  },
);

engineTest("a whole job goes back as one new job, each record by itself", async (engine) => {
  const before = await Promise.all([1, 2, 3].map((nth) => recordOf(engine, idOf(nth))));
  const ids = await engine.commit({
    by: "ada",
    edits: Object.fromEntries([1, 2, 3].map((nth) => [idOf(nth), { model: "M-1", class: "K" }])),
  });
  await engine.start();
  await engine.untilAtRest();
  await engine.foreign(idOf(2), { model: "M-9" });
  await read(engine, idOf(2));
  const { jobId, changes } = await rollJobBack(engine, await jobOf(engine, ids.get(one)!));
  deepEqual(
    changes.filter(({ outcome }) => outcome !== "restored").map((
      { pfaId, field, outcome },
    ) => [pfaId, field, outcome]),
    [[idOf(2), "model", "changed_since"]],
  );
  await engine.untilAtRest();
  for (const nth of [1, 2, 3]) {
    const { model, class: kind } = await recordOf(engine, idOf(nth));
    deepEqual([model, kind], [nth === 2 ? "M-9" : before[nth - 1]!.model, before[nth - 1]!.class]);
  }
  const [job] = await engine.db.owner`select kind, total from sync_job where id = ${jobId}`;
  deepEqual({ ...job }, { kind: "rollback", total: 3 });
  await agree(engine);
});

enginePostgres(
  "two who resolve at the same moment: one of them wins, and it is sent once",
  async (engine) => {
    const id = await inConflict(engine);
    const conflict = await openOf(engine);
    const both = await Promise.allSettled((["ben", "cid"] as const).map((by) => {
      const tenant = { organizationId: engine.organizationId(), userId: engine.people[by] };
      return asTenant(engine.db.app, tenant, (tx) =>
        resolveConflicts(tx, {
          tenant: { ...tenant, maxRetries: 3 },
          ids: [conflict.id],
          choice: { _tag: "merge", values: { monthlyRate: by === "ben" ? "1.00" : "2.00" } },
        }));
    }));
    deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    await engine.untilStatus(id, "synced");
    const writes = await engine.db.owner`select from pfa_modification where origin = 'resolution'`;
    equal(writes.length, 1);
    await agree(engine);
  },
);

enginePostgres("decisions and commits on one record at once leave one story", async (engine) => {
  engine.wire.always("PUT", refusedOnce);
  const ids = await engine.commit({ by: "ada", edits: { [one]: { model: "M-1", class: "K" } } });
  const id = ids.get(one)!;
  await engine.start();
  await engine.untilStatus(id, "failed");
  engine.wire.always("PUT", undefined);
  await Promise.allSettled([
    engine.commitOne("ben", one, { model: "M-2" }),
    retry(engine, id),
    engine.commitOne("ada", one, { class: "L" }),
    discard(engine, id),
    engine.commitOne("cid", one, { equipment: "X-1" }),
  ]);
  await engine.until("all is decided or done", async () => {
    const [row] = await engine.db.owner`
      select from pfa_lane where state <> 'blocked' limit 1`;
    return row === undefined;
  });
  await agree(engine);
});
