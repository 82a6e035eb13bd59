/** Lanes: what goes out together, what waits for what, and in which order. */
import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { asTenant } from "../db/sql.ts";
import { hurry } from "../db/waking.ts";
import { engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import type { Sent } from "./engine_wire.ts";

const one = idOf(1);
const two = idOf(2);

const bodyOf = (sent: Sent | undefined) => JSON.parse(sent!.text);

engineTest("one user's commits that wait together go out as one write", async (engine) => {
  const before = (await engine.sandbox.store.find(one))!.record;
  const first = await engine.commitOne("ada", one, { monthlyRate: "100.00" }, "quote");
  const second = await engine.commitOne("ada", one, { equipment: "X-1" }, "tag");
  const third = await engine.commitOne("ada", one, { monthlyRate: "300.00" }, "quote");
  await engine.start();
  await engine.untilStatus(third, "synced");

  equal(engine.wire.writes().length, 1);
  const { changes, changeReason } = bodyOf(engine.wire.writes()[0]);
  deepEqual(changes, { monthlyRate: 300, equipment: "X-1" });
  equal(changeReason, "quote; tag");
  const [write] = await engine.db.owner`select * from pems_write`;
  deepEqual(write!.delta.monthlyRate, { from: before.monthlyRate, to: "300.00" });
  const carried = await engine.db.owner`
    select id, sync_status, write_id from pfa_modification order by committed_nth`;
  deepEqual(
    carried.map((row) => ({ ...row })),
    [first, second, third].map((id) => ({
      id,
      sync_status: "synced",
      write_id: write!.id,
    })),
  );
  const [mirror] = await engine.db.owner`select * from pfa_mirror where pfa_id = ${one}`;
  equal(mirror!.change_reason, "quote; tag", "the mirror has the reason that PEMS has");
  await agree(engine);
});

engineTest("a field that is back where it was sends nothing", async (engine) => {
  const { equipment } = (await engine.sandbox.store.find(one))!.record;
  const there = await engine.commitOne("ada", one, { equipment: "X-1" });
  const back = await engine.commitOne("ada", one, { equipment });
  await engine.start();
  await engine.untilStatus(back, "synced");
  equal(await engine.status(there), "synced");
  equal(engine.wire.sent.length, 0);
  const settled = await engine.db.owner`
    select details ->> 'evidence' as evidence from audit_entry where event_type = 'WRITE_SETTLED'`;
  deepEqual(settled.map((row) => row.evidence), ["nothing_to_send", "nothing_to_send"]);
  await agree(engine);
});

engineTest("two users' commits go out as two writes in the order of commits", async (engine) => {
  await engine.commitOne("ada", one, { monthlyRate: "100.00" });
  await engine.commitOne("ben", one, { monthlyRate: "200.00" });
  await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilAtRest();
  deepEqual(
    engine.wire.writes().map((sent) => [bodyOf(sent).modifiedBy, bodyOf(sent).changes]),
    [
      ["ada@planner.example", { monthlyRate: 100 }],
      ["ben", { monthlyRate: 200 }],
      ["ada@planner.example", { equipment: "X-1" }],
    ],
  );
  await agree(engine);
});

engineTest("a delete goes out by itself, after what came before it", async (engine) => {
  await engine.commitOne("ada", one, { monthlyRate: "100.00" });
  await engine.discontinue("ada", one);
  await engine.start();
  await engine.untilAtRest();
  deepEqual(engine.wire.writes().map(({ method }) => method), ["PUT", "DELETE"]);
  await agree(engine);
});

engineTest(
  "what is committed while a write is on the wire goes out in the next one",
  async (engine) => {
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    await engine.start();
    await engine.commitOne("ada", one, { monthlyRate: "100.00" });
    await gate.reached;
    await engine.commitOne("ada", one, { monthlyRate: "200.00" });
    const last = await engine.commitOne("ada", one, { equipment: "X-1" });
    // Once another record is through, the worker has heard of all these commits and found nothing to do.
    await engine.untilStatus(await engine.commitOne("ada", two, { equipment: "X-2" }), "synced");
    gate.open();
    await engine.untilStatus(last, "synced");
    const [first, second, ...more] = engine.wire.writes().filter(({ pfaId }) => pfaId === one);
    equal(more.length, 0);
    deepEqual(bodyOf(first).changes, { monthlyRate: 100 });
    deepEqual(bodyOf(second).changes, { monthlyRate: 200, equipment: "X-1" });
    equal(bodyOf(second).version, bodyOf(first).version + 1);
    notEqual(second!.key, first!.key);
    await agree(engine);
  },
);

engineTest("lanes go on while one of them waits for its answer", async (engine) => {
  const gate = engine.wire.gate();
  engine.wire.once(`PUT /api/pems/pfa/${one}`, gate.handler);
  await engine.start();
  const slow = await engine.commitOne("ada", one, { equipment: "X-1" });
  await gate.reached;
  const edits = Object.fromEntries(
    Array.from({ length: 10 }, (_, nth) => [idOf(nth + 2), { equipment: `X-${nth}` }]),
  );
  for (const id of (await engine.commit({ by: "ben", edits })).values()) {
    await engine.untilStatus(id, "synced");
  }
  equal(await engine.status(slow), "syncing");
  gate.open();
  await engine.untilStatus(slow, "synced");
  await agree(engine);
});

engineTest(
  "what is made urgent later overtakes what waits, and never goes back",
  async (engine) => {
    const { db } = engine;
    const ids = [1, 2, 3, 4].map((nth) => idOf(nth));
    const edits = Object.fromEntries(ids.map((id) => [id, { equipment: "X-1" }]));
    const modifications = await engine.commit({ by: "ada", edits });
    const tenant = { organizationId: engine.organizationId(), userId: engine.people.ada };
    const urge = (priority: "high" | "normal" | "low", nth: number) =>
      asTenant(
        db.app,
        tenant,
        (tx) =>
          hurry(tx, { ...tenant, modificationIds: [modifications.get(idOf(nth))!], priority }),
      );
    equal(await urge("high", 3), 1);
    equal(await urge("high", 3), 0, "it is there already");
    equal(await urge("low", 3), 0);
    equal(await urge("high", 2), 1);
    await engine.start({ batchSize: 1 });
    await engine.untilAtRest();
    deepEqual(
      engine.wire.writes().map(({ pfaId }) => pfaId),
      [3, 2, 1, 4].map((nth) => idOf(nth)),
    );
    await agree(engine);
  },
);

engineTest("an urgent edit overtakes what waits", async (engine) => {
  const many = (round: string) =>
    Object.fromEntries(
      Array.from({ length: 75 }, (_, nth) => [idOf(nth + 2), { equipment: `${round}-${nth}` }]),
    );
  // So that its turn is a later one than any of theirs.
  await engine.commit({ by: "ada", edits: many("A"), priority: "high" });
  const first = await engine.start();
  await engine.untilAtRest();
  await first.stop();
  const before = engine.wire.writes().length;
  await engine.commit({ by: "ada", edits: many("B"), priority: "low" });
  await engine.commit({ by: "ben", edits: { [one]: { equipment: "now" } }, priority: "high" });
  await engine.start();
  await engine.untilAtRest();
  // By its turn it would be the last of 76. Neighbours of one claim may pass each other on a busy machine.
  const order = engine.wire.writes().slice(before).map((sent) => sent.pfaId);
  ok(order.indexOf(one) < 5, `it went as number ${order.indexOf(one) + 1}`);
  await agree(engine);
}, { records: 80, rateLimit: 50 });

engineTest("a rollback goes out by itself", async (engine) => {
  await engine.commitOne("ada", one, { monthlyRate: "100.00" });
  const back = await engine.commitOne("ada", one, { monthlyRate: "90.00" });
  await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.db.owner`update pfa_modification set origin = 'rollback' where id = ${back}`;
  await engine.start();
  await engine.untilAtRest();
  deepEqual(engine.wire.writes().map((sent) => bodyOf(sent).changes), [
    { monthlyRate: 100 },
    { monthlyRate: 90 },
    { equipment: "X-1" },
  ]);
  await agree(engine);
});

engineTest(
  "organizations take turns: one's single edit does not wait behind another's hundred",
  async (engine) => {
    const edits = Object.fromEntries(
      Array.from({ length: 100 }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
    );
    await engine.commit({ by: "ada", edits });
    await engine.start();
    await engine.until(
      "the first ones are on their way",
      () => Promise.resolve(engine.wire.writes().length >= 10),
    );
    const before = engine.wire.writes().length;
    await engine.commitOne("ben", idOf(1, "PAX"), { equipment: "now" });
    await engine.untilAtRest();
    const place = engine.wire.writes().findIndex(({ pfaId }) => pfaId === idOf(1, "PAX"));
    // What was reserved ahead for a second at 20/s had its place already.
    equal(place - before <= 24, true, `${place - before} calls went before it`);
    await agree(engine);
  },
  { organizations: ["RIO", "PAX"], records: 100, rateLimit: 20 },
);
