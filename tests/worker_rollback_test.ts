/** Rollbacks carried out by the engine: of a record, and of a job. */
import { resolveConflicts } from "../app/resolving.ts";
import { rollBackJob, rollBackRecord } from "../app/rolling_back.ts";
import { asTenant, type Tenant } from "../db/sql.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import type { FieldName } from "../domain/pfa.ts";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import {
  asBoss,
  discard,
  inConflict,
  laneOf,
  one,
  openOf,
  read,
  recordOf,
  refusedOnce,
  retry,
} from "./engine_people.ts";

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
