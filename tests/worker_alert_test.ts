/** Alerts: every event that people are notified of reaches the webhook once, signed, and is kept for a while. */
import assert from "node:assert/strict";
import { hkdfSync } from "node:crypto";
import { claimAlerts, forgetAlerts } from "../db/alerts.ts";
import { notify } from "../db/notifications.ts";
import { admin } from "./admin.ts";
import { alertTest, assertSigned, startFor, tell, untilDone } from "./alert_bench.ts";
import { aPlanner } from "./builders.ts";
import { onEach } from "./database.ts";
import { enginePostgres, idOf } from "./engine.ts";
import { answered } from "./engine_wire.ts";

const CREDENTIALS_KEY = btoa("k".repeat(32));

alertTest(
  "an event is one signed POST, however many people it concerns",
  async (engine, receiver) => {
    const id = await tell(engine);
    const [people] = await engine.db.owner`select count(*)::int as told from notification`;
    assert.equal(people!.told, 3);
    await startFor(engine, receiver);
    await untilDone(engine);
    assert.equal(receiver.received.length, 1);
    const [request] = receiver.received;
    assert.deepEqual([request!.method, request!.headers.get("content-type")], [
      "POST",
      "application/json",
    ]);
    const { at, ...said } = JSON.parse(request!.text);
    assert.deepEqual(said, {
      id,
      kind: "failure",
      organizationId: engine.organizationId(),
      organizationCode: "RIO",
      title: "Something is up",
      body: "See for yourself",
      pfaId: idOf(1),
    });
    assert.ok(Math.abs(Date.now() - Date.parse(at)) < 60_000);
    assertSigned(request!);
  },
);

alertTest(
  "a dead letter of the engine is told without PEMS's amounts",
  async (engine, receiver) => {
    engine.wire.once("PUT", answered(422, "monthlyRate 5511.10 exceeds the budget of 7722"));
    await engine.commitOne("ada", idOf(1), { model: "M-1" });
    await startFor(engine, receiver);
    await receiver.until(1);
    const { title, body } = JSON.parse(receiver.received[0]!.text);
    assert.equal(title, `${idOf(1)} could not be written to PEMS`);
    assert.match(body, /monthlyRate ••• exceeds/);
    assert.doesNotMatch(body, /5511|7722/);
    assertSigned(receiver.received[0]!);
  },
);

alertTest("an alert that was rolled back is never told", async (engine, receiver) => {
  await engine.db.worker.begin(async (tx) => {
    const organizationId = engine.organizationId();
    const words = { kind: "paused", title: "no", body: "no" } as const;
    await notify(tx, { organizationId, userIds: [], administrators: true, ...words });
    throw new Error("rolled back");
  }).catch(() => {});
  const id = await tell(engine);
  await startFor(engine, receiver);
  await untilDone(engine);
  assert.deepEqual(receiver.ids(), [id]);
});

alertTest("three workers share the work: each alert is told once", async (engine, receiver) => {
  const ids: string[] = [];
  for (let nth = 0; nth < 40; nth++) ids.push(await tell(engine));
  const grab = () => claimAlerts(engine.db.worker, { most: 7, tryMs: 60_000 });
  const taken = (await Promise.all([1, 2, 3, 4, 5, 6].map(grab))).flat().map(({ id }) => id);
  assert.deepEqual([...new Set(taken)], taken, "nobody takes what another has");
  await engine.db.owner`update alert set due_at = now()`;
  await Promise.all([1, 2, 3].map(() => startFor(engine, receiver)));
  await untilDone(engine);
  assert.deepEqual([...receiver.ids()].sort(), ids.sort());
}, enginePostgres);

onEach(
  "without a webhook alerts wait an hour, in case one is set; told ones are kept a month",
  async (db) => {
    const { organizationId, userId } = await aPlanner(db);
    const words = { kind: "paused", title: "a", body: "b" } as const;
    for (let nth = 0; nth < 4; nth++) {
      await notify(db.worker, {
        organizationId,
        userIds: [userId],
        administrators: false,
        ...words,
      });
    }
    await db.owner`
    update alert set created_at = now() - n.age, delivered_at = case when n.told then now() end,
      due_at = case when not n.told then now() end
    from (select id, row_number() over (order by id) as nth from alert) a
    join (values (1, interval '2 hours', false), (2, '2 minutes', false), (3, '31 days', true),
      (4, '29 days', true)) n (nth, age, told) using (nth)
    where alert.id = a.id`;
    const left = async () =>
      (await db.owner`select delivered_at is not null as told from alert order by id`)
        .map(({ told }) => told);
    await forgetAlerts(db.worker, true);
    assert.deepEqual(await left(), [false, false, true]);
    await forgetAlerts(db.worker, false);
    assert.deepEqual(await left(), [false]);
  },
);

Deno.test("the console prints the key that verifies signatures", async () => {
  const { said, code } = await admin("postgres://nobody@127.0.0.1:1/none", "alert-key");
  const key = hkdfSync("sha256", atob(CREDENTIALS_KEY), "", "alerts", 32);
  assert.deepEqual([code, said.trim()], [0, new Uint8Array(key).toHex()]);
});
