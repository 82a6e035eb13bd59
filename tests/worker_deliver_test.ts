/** Delivering: an edit on its way into PEMS, and the one story that every table tells of it. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { endJobs } from "../db/sweep.ts";
import { engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";

const first = idOf(1);

engineTest("an edit reaches PEMS once and every table tells of it", async (engine) => {
  const { db } = engine;
  const before = (await engine.sandbox.store.find(first))!;
  await engine.start();
  const id = await engine.commitOne("ada", first, { monthlyRate: "4321.50" }, "Vendor quote");
  await engine.untilStatus(id, "synced");

  const [sent, ...more] = engine.wire.writes();
  equal(more.length, 0);
  deepEqual(JSON.parse(sent!.text), {
    pfaId: first,
    organizationCode: "RIO",
    changes: { monthlyRate: 4321.5 },
    version: before.version,
    modifiedBy: "ada@planner.example",
    changeReason: "Vendor quote",
  });
  const stored = (await engine.sandbox.store.find(first))!;
  equal(stored.version, before.version + 1);
  equal(stored.modifiedBy, "ada@planner.example");

  const [mirror] = await db.owner`
        select version, monthly_rate, modified_by, change_reason, origin,
          updated_at = ${stored.updatedAt}::timestamptz as same_time
        from pfa_mirror where pfa_id = ${first}`;
  deepEqual({ ...mirror }, {
    version: before.version + 1,
    monthly_rate: "4321.50",
    modified_by: "ada@planner.example",
    change_reason: "Vendor quote",
    origin: "write",
    same_time: true,
  });
  const history = await db.owner`select version, record from pfa_mirror_history`;
  equal(history.length, 1);
  equal(history[0]!.version, before.version);
  equal(history[0]!.record.monthly_rate, Number(before.record.monthlyRate));

  const [row] = await db.owner`
        select m.write_id, m.pems_version, a.status, a.outcome, a.nth, a.error, d.status as done,
          d.write_id as done_by, m.synced_at >= m.committed_at as after
        from pfa_modification m join pfa_write_attempt a using (write_id)
        join pfa_write_done d on d.modification_id = m.id`;
  deepEqual({ ...row }, {
    write_id: sent!.key,
    pems_version: before.version + 1,
    status: 200,
    outcome: "Synced",
    nth: 1,
    error: null,
    done: "completed",
    done_by: sent!.key,
    after: true,
  });
  const trail = await db.owner`
        select event_type, write_id, worker_id is not null as worker from audit_entry
        where modification_id = ${id} order by id`;
  deepEqual(trail.map((entry) => [entry.event_type, entry.write_id, entry.worker]), [
    ["DRAFT_SAVED", null, false],
    ["COMMIT", null, false],
    ["WRITE_ATTEMPT", sent!.key, true],
    ["WRITE_RESULT", sent!.key, true],
  ]);
  await engine.until(
    "SYNC_SUCCESS is announced",
    () => Promise.resolve(engine.notices.some((notice) => notice.type === "SYNC_SUCCESS")),
  );
  deepEqual(
    // A sample of the metrics may fall in between.
    engine.notices.map(({ type }) => type).filter((type) => type !== "METRICS"),
    ["DRAFT_SAVED", "SYNC_QUEUED", "SYNC_PROCESSING", "SYNC_SUCCESS"],
  );
  await endJobs(db.worker);
  const [job] = await db.owner`select * from sync_job where kind = 'commit'`;
  deepEqual([job!.status, job!.done, job!.total], ["completed", 1, 1]);
  equal((await db.owner`select from pfa_lane`).length, 0);
  await agree(engine);
});

engineTest("an author without an e-mail address is known to PEMS by username", async (engine) => {
  await engine.start();
  await engine.untilStatus(
    await engine.commitOne("ben", first, { equipment: "X-1" }),
    "synced",
  );
  equal(JSON.parse(engine.wire.writes()[0]!.text).modifiedBy, "ben");
});

engineTest("a discontinued record goes out as one DELETE", async (engine) => {
  await engine.start();
  const id = await engine.discontinue("ada", first);
  await engine.untilStatus(id, "synced");
  const [sent] = engine.wire.writes();
  equal(sent!.method, "DELETE");
  ok(!("changes" in JSON.parse(sent!.text)));
  equal((await engine.sandbox.store.find(first))!.record.isDiscontinued, true);
  await agree(engine);
});

engineTest("with writing switched off commits are queued and nothing is sent", async (engine) => {
  const { db } = engine;
  await engine.foreign(first, { model: "M-9" });
  await engine.start({ writeSync: false });
  const id = await engine.commitOne("ada", first, { equipment: "X-1" });
  await engine.until("the mirror has PEMS's edit", async () => {
    const [row] = await db.owner`select model from pfa_mirror where pfa_id = ${first}`;
    return row!.model === "M-9";
  });
  equal(await engine.status(id), "queued");
  equal(engine.wire.writes().length, 0);
}, { reads: true });
