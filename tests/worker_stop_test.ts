/** Stopping and pausing: what stands still, what goes on, and what is handed over. */
import { deepEqual, equal, match } from "node:assert/strict";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered } from "./engine_wire.ts";

const one = idOf(1);
const two = idOf(2);
const other = idOf(1, "PAX");

const paused = async ({ db }: Engine) => {
  const rows = await db.owner`
    select code, pause, pause_reason from organization where pause is not null`;
  return rows.map((row) => ({ ...row }));
};
engineTest(
  "a worker that stops settles what is on the wire and claims nothing else",
  async (engine) => {
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const worker = await engine.start();
    const first = await engine.commitOne("ada", one, { equipment: "X-1" });
    await gate.reached;
    const stopped = worker.stop();
    const second = await engine.commitOne("ada", two, { equipment: "X-2" });
    gate.open();
    await stopped;
    equal(await engine.status(first), "synced");
    equal(await engine.status(second), "queued");
    deepEqual(engine.wire.writes().map(({ pfaId }) => pfaId), [one]);
    equal((await engine.db.owner`select from sync_worker`).length, 0);
    equal((await engine.db.owner`select from pfa_lane where state = 'leased'`).length, 0);
    await engine.start();
    await engine.untilStatus(second, "synced");
    await agree(engine);
  },
);

enginePostgres("whoever stays goes on where the one that stopped left off", async (engine) => {
  const gate = engine.wire.gate(answered(503));
  engine.wire.once(`PUT /api/pems/pfa/${one}`, gate.handler);
  const leaving = await engine.start({ retry: { maxRetries: 3, baseMs: 300 } });
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await gate.reached;
  await engine.start();
  // Whoever takes it, both have looked when it is through: neither has anything to wait for.
  await engine.untilStatus(await engine.commitOne("ada", two, { equipment: "X-2" }), "synced");
  gate.open();
  await engine.until("it waits for its retry", async () => {
    const [lane] = await engine.db.owner`select state from pfa_lane`;
    return lane!.state === "delayed";
  });
  await leaving.stop();
  await engine.untilStatus(id, "synced");
  await agree(engine);
});

engineTest("an administrator's pause stops writes, read sync goes on", async (engine) => {
  const { db } = engine;
  await db.owner`
    update organization set pause = 'administrator', paused_at = now() where code = 'RIO'`;
  await engine.foreign(one, { model: "M-9" });
  const waiting = await engine.commitOne("ada", two, { equipment: "X-2" });
  await engine.start();
  await engine.untilStatus(await engine.commitOne("ada", other, { equipment: "X-1" }), "synced");
  await engine.until("the mirror has PEMS's edit", async () => {
    const [row] = await db.owner`select model from pfa_mirror where pfa_id = ${one}`;
    return row!.model === "M-9";
  });
  equal(await engine.status(waiting), "queued");
  await db.owner`update organization set pause = null, paused_at = null`;
  await engine.untilStatus(waiting, "synced");
  await agree(engine);
}, { organizations: ["RIO", "PAX"], reads: true });

engineTest(
  "refused credentials pause the organization once, and cost no attempt",
  async (engine) => {
    const { db } = engine;
    const gate = engine.wire.gate(answered(401, "key expired"));
    for (let nth = 1; nth <= 5; nth++) {
      engine.wire.once(
        `PUT /api/pems/pfa/${idOf(nth)}`,
        gate.handler,
      );
    }
    const edits = Object.fromEntries(
      Array.from({ length: 5 }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
    );
    const ids = [...(await engine.commit({ by: "ada", edits })).values()];
    await engine.start();
    await engine.until(
      "all five are on the wire",
      () => Promise.resolve(engine.wire.writes().length === 5),
    );
    gate.open();
    await engine.until("the organization is paused and all answers are settled", async () => {
      const [row] = await db.owner`
      select (select count(*) from pfa_write_attempt) = 5
        and exists (select from organization where pause is not null) as over`;
      return row!.over as boolean;
    });
    const [pause, ...more] = await paused(engine);
    equal(more.length, 0);
    deepEqual([pause!.code, pause!.pause], ["RIO", "credentials"]);
    match(pause!.pause_reason, /401: key expired/);
    const told = await db.owner`select user_id, kind from notification`;
    deepEqual(told.map((row) => ({ ...row })), [{ user_id: engine.people.boss, kind: "paused" }]);
    equal((await db.owner`select from audit_entry where event_type = 'PAUSE'`).length, 1);
    equal((await db.owner`select from pfa_write_queue where retry_count > 0`).length, 0);

    await engine.untilStatus(await engine.commitOne("ben", other, { equipment: "X-1" }), "synced");
    for (const id of ids) equal(await engine.status(id), "queued");
    await db.owner`update organization set pause = null, pause_reason = null, paused_at = null`;
    for (const id of ids) await engine.untilStatus(id, "synced");
    await agree(engine);
  },
  { organizations: ["RIO", "PAX"] },
);

engineTest("a 403 on a record that can be read concerns that record alone", async (engine) => {
  engine.wire.always(`PUT /api/pems/pfa/${one}`, answered(403, "not your area"));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "failed");
  deepEqual(await paused(engine), []);
  await agree(engine);
});

engineTest("a 403 on everything pauses the organization", async (engine) => {
  engine.wire.always(`PUT /api/pems/pfa/${one}`, answered(403, "no"));
  engine.wire.always(`GET /api/pems/pfa/${one}`, answered(403, "no"));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.until("it is paused", async () => (await paused(engine)).length === 1);
  equal(await engine.status(id), "queued");
  await agree(engine);
});
