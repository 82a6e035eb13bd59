/** The sealer in the worker: what happened is chained soon after, whoever of many workers does it. */
import { equal, ok } from "node:assert/strict";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";

/** Seals ring like news, so that the test hears them. */
const ringing = async ({ db }: Engine) => {
  await db.owner.unsafe(
    `create or replace function ring_for_seals() returns trigger language plpgsql as $$
    begin perform pg_notify('pfa_event', '[]'); return null; end $$`,
  );
  await db.owner.unsafe(`create or replace trigger ring_for_seals after insert on audit_seal
    for each statement execute function ring_for_seals()`);
};

async function allSealed(engine: Engine) {
  await ringing(engine);
  const edits = Object.fromEntries(
    Array.from({ length: 20 }, (_, nth) => [idOf(nth + 1), { model: "M-1" }]),
  );
  await engine.commit({ by: "ada", edits });
  await engine.untilAtRest();
  await engine.until("everything is sealed", async () => {
    const [row] = await engine.db.owner`
      select count(*) = (select count(*) from audit_seal) as done from audit_entry`;
    return row!.done;
  });
  const [chain] = await engine.db.owner`
    select nth::int, (select count(*)::int from audit_entry) as entries from audit_chain`;
  equal(chain!.nth, chain!.entries);
  ok(chain!.entries >= 80);
}

engineTest("the worker seals the trail of its own work", async (engine) => {
  await engine.start();
  await allSealed(engine);
  await engine.db.owner`drop trigger ring_for_seals on audit_seal`;
});

enginePostgres("three workers seal one chain, also with writing switched off", async (engine) => {
  await Promise.all([
    engine.start(),
    engine.start(),
    engine.start({ writeSync: false }),
  ]);
  await allSealed(engine);
});
