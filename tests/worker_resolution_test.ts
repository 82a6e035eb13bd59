/** Resolutions of conflicts carried out by the engine: each choice, who comes second, and conflicts that end by themselves. */
import { resolveConflicts } from "../app/resolving.ts";
import { asTenant } from "../db/sql.ts";
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { engineTest } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { dropped } from "./engine_wire.ts";
import {
  inConflict,
  laneOf,
  ledgerOf,
  one,
  openOf,
  read,
  recordOf,
  resolve,
} from "./engine_people.ts";

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
