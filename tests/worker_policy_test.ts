/** What policies decide in the place of people: kept with its losers, told, once for each write. */
import { deepEqual, equal } from "node:assert/strict";
import { type Engine, engineTest } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { dropped } from "./engine_wire.ts";
import { one, read, recordOf } from "./engine_people.ts";

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
