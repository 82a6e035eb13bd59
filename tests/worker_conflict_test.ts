/** Conflicts: what becomes of an edit when somebody in PEMS was there first. */
import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { applyMirror } from "../db/mirror.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, type Sent } from "./engine_wire.ts";

const one = idOf(1);

const bodyOf = (sent: Sent | undefined) => JSON.parse(sent!.text);
const conflictOf = async ({ db }: Engine) => {
  const [row, ...more] = await db.owner`select * from pfa_sync_conflict`;
  equal(more.length, 0);
  return row!;
};

engineTest("PEMS's edit of another field is kept: ours follows as a new write", async (engine) => {
  await engine.foreign(one, { model: "M-9" });
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");

  deepEqual(engine.wire.sent.map(({ method }) => method), ["PUT", "GET", "PUT"]);
  const [first, second] = engine.wire.writes();
  notEqual(second!.key, first!.key);
  equal(bodyOf(second).version, bodyOf(first).version + 1);
  const { record } = (await engine.sandbox.store.find(one))!;
  deepEqual([record.model, record.equipment], ["M-9", "X-1"]);
  const [done] = await engine.db.owner`select retry_count, last_error from pfa_write_done`;
  equal(done!.retry_count, 0, "a 409 spends no attempt");
  const writes = await engine.db.owner`select outcome from pems_write order by created_at`;
  deepEqual(writes.map(({ outcome }) => outcome), ["Rebased", "Synced"]);
  await agree(engine);
});

engineTest("PEMS's edit of the same field is a conflict that blocks the lane", async (engine) => {
  const before = (await engine.sandbox.store.find(one))!;
  await engine.foreign(one, { monthlyRate: "777.00" });
  const id = await engine.commitOne("ada", one, { monthlyRate: "100.00", model: "M-1" });
  await engine.start();
  await engine.untilStatus(id, "conflict");

  const conflict = await conflictOf(engine);
  deepEqual(conflict.modification_ids, [id]);
  deepEqual(conflict.base_data, {
    monthlyRate: before.record.monthlyRate,
    model: before.record.model,
  });
  deepEqual(conflict.local_data, { monthlyRate: "100.00", model: "M-1" });
  equal(conflict.pems_data.monthlyRate, "777.00");
  deepEqual([conflict.local_version, conflict.pems_version], [before.version, before.version + 1]);
  deepEqual([conflict.kind, conflict.status], ["fields", "unresolved"]);
  deepEqual(conflict.conflict_fields, ["monthlyRate"]);
  equal(conflict.pems_changed_by, "erp@pems.example");
  const told = await engine.db.owner`select user_id, kind, pfa_id from notification`;
  deepEqual(told.map((row) => ({ ...row })), [
    { user_id: engine.people.ada, kind: "conflict", pfa_id: one },
  ]);

  const later = await engine.commitOne("ben", one, { equipment: "X-1" });
  const other = await engine.commitOne("ben", idOf(2), { equipment: "X-2" });
  await engine.untilStatus(other, "synced");
  equal(await engine.status(later), "queued");
  equal(engine.wire.writes().filter(({ pfaId }) => pfaId === one).length, 1);
  const [mirror] = await engine.db.owner`select monthly_rate from pfa_mirror where pfa_id = ${one}`;
  equal(mirror!.monthly_rate, "777.00", "the mirror follows PEMS all the same");
  await agree(engine);
});

engineTest("a conflict on one field takes the fields of its group along", async (engine) => {
  const { forecastStart, forecastEnd } = (await engine.sandbox.store.find(one))!.record;
  await engine.foreign(one, { forecastStart: day(forecastStart, 1) });
  const id = await engine.commitOne("ada", one, {
    forecastStart: day(forecastStart, 2),
    forecastEnd: day(forecastEnd, 2),
    model: "M-1",
  });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  deepEqual((await conflictOf(engine)).conflict_fields.sort(), ["forecastEnd", "forecastStart"]);
});

engineTest(
  "two edits that are fine each but break a rule together are a conflict",
  async (engine) => {
    const { forecastStart, forecastEnd } = (await engine.sandbox.store.find(one))!.record;
    await engine.foreign(one, { forecastEnd: day(forecastStart, 1) });
    const id = await engine.commitOne("ada", one, { forecastStart: forecastEnd });
    await engine.start();
    await engine.untilStatus(id, "conflict");
    const { kind, conflict_fields } = await conflictOf(engine);
    equal(kind, "merge_invalid");
    deepEqual(conflict_fields.sort(), ["forecastEnd", "forecastStart"]);
  },
);

engineTest(
  "PEMS's edit to the very value we want is agreement, not overwritten",
  async (engine) => {
    await engine.foreign(one, { monthlyRate: "100.00" });
    const id = await engine.commitOne("ada", one, { monthlyRate: "100.00" });
    await engine.start();
    await engine.untilStatus(id, "synced");
    equal(engine.wire.writes().length, 1);
    const stored = (await engine.sandbox.store.find(one))!;
    equal(stored.modifiedBy, "erp@pems.example");
    const [row] = await engine.db.owner`
    select details ->> 'evidence' as evidence from audit_entry where event_type = 'WRITE_SETTLED'`;
    equal(row!.evidence, "content");
    const [mirror] = await engine.db.owner`select * from pfa_mirror where pfa_id = ${one}`;
    deepEqual([mirror!.version, mirror!.modified_by], [stored.version, "erp@pems.example"]);
    await agree(engine);
  },
);

engineTest(
  "a mirror that moved before the turn came is a conflict without any call",
  async (engine) => {
    const id = await engine.commitOne("ada", one, { monthlyRate: "100.00" });
    await engine.foreign(one, { monthlyRate: "777.00" });
    const { organizationCode: _, pfaId, ...remote } = (await engine.sandbox.store.find(one))!;
    const organizationId = engine.organizationId();
    await applyMirror(engine.db.owner, [{ organizationId, pfaId, remote, origin: "read_sync" }]);
    await engine.start();
    await engine.untilStatus(id, "conflict");
    equal(engine.wire.sent.length, 0);
    const { base_data, local_data, pems_data } = await conflictOf(engine);
    equal(local_data.monthlyRate, "100.00");
    equal(pems_data.monthlyRate, "777.00");
    notEqual(base_data.monthlyRate, "777.00");
    await agree(engine);
  },
);

engineTest("a delete meets a changed record: a person decides", async (engine) => {
  const id = await engine.discontinue("ada", one);
  await engine.foreign(one, { model: "M-9" });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  const { kind, conflict_fields } = await conflictOf(engine);
  deepEqual([kind, conflict_fields], ["delete", ["model"]]);
  equal((await engine.sandbox.store.find(one))!.record.isDiscontinued, false);
  await agree(engine);
});

engineTest("a policy decides in the planner's favour or in PEMS's", async (engine) => {
  await engine.db.owner`
    update organization set conflict_policy = '{"monthlyRate":"use_local","model":"use_pems"}'`;
  await engine.foreign(one, { monthlyRate: "777.00", model: "M-9" });
  const id = await engine.commitOne("ada", one, { monthlyRate: "100.00", model: "M-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  const { record } = (await engine.sandbox.store.find(one))!;
  deepEqual([record.monthlyRate, record.model], ["100.00", "M-9"]);
  await agree(engine);
});

engineTest(
  "a 409 whose record cannot be read spends no attempt and leaves no doubt",
  async (engine) => {
    await engine.foreign(one, { model: "M-8" });
    await engine.foreign(one, { model: "M-9" });
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    engine.wire.once("GET", answered(500));
    await engine.start();
    await engine.untilStatus(id, "synced", "conflict");
    equal(await engine.status(id), "synced", "PEMS said that it did not execute it");
    const [done] = await engine.db.owner`select retry_count from pfa_write_done`;
    equal(done!.retry_count, 0);
    await agree(engine);
  },
);

engineTest(
  "a PEMS that says 409 at the very version we sent is given up in the end",
  async (engine) => {
    engine.wire.always("PUT", answered(409));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "failed");
    equal(engine.wire.writes().length, 4);
    const [row] = await engine.db.owner`select sync_error from pfa_modification`;
    match(row!.sync_error, /Gave up after 4 attempts: .*409/);
    await agree(engine);
  },
);

function day(date: string, later: number): string {
  return new Date(Date.parse(date) + later * 86_400_000).toISOString().slice(0, 10);
}
