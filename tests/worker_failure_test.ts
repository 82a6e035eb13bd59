/** Failures: what PEMS refuses for good, what is tried again, and what costs no attempt. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, executedBut, refused } from "./engine_wire.ts";

const one = idOf(1);

const modification = async ({ db }: Engine) => {
  const [row] = await db.owner`
    select m.sync_status, m.sync_error, q.retry_count, q.status as queued
    from pfa_modification m left join pfa_write_queue q on q.modification_id = m.id`;
  return row!;
};
const attempts = async ({ db }: Engine) =>
  (await db.owner`select status, outcome, nth from pfa_write_attempt order by id`)
    .map((row) => [row.status, row.outcome, row.nth]);
/** Attempts that the one modification spent, once it is through. */
const spent = async ({ db }: Engine) => {
  const [row] = await db.owner`select retry_count from pfa_write_done`;
  return row!.retry_count;
};

for (const status of [400, 404, 422]) {
  engineTest(`a ${status} is a dead letter at once, in PEMS's own words`, async (engine) => {
    engine.wire.always("PUT", answered(status, "Cost centre 4711 is closed"));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "failed");
    equal(engine.wire.writes().length, 1);
    const { sync_error, queued } = await modification(engine);
    equal(queued, "dead");
    match(sync_error, /Cost centre 4711 is closed/);
    const told = await engine.db.owner`
      select user_id, kind, body from notification order by kind, user_id`;
    deepEqual(
      new Set(told.map((row) => row.user_id)),
      new Set([engine.people.ada, engine.people.boss]),
    );
    equal(told.length, 2);
    ok(told.every((row) => row.kind === "failure" && /4711/.test(row.body)));
    const [lane] = await engine.db.owner`select state from pfa_lane`;
    equal(lane!.state, "blocked");
    await agree(engine);
  });
}

engineTest(
  "a 503 is tried 1 + 3 times, then it is a dead letter with its history",
  async (engine) => {
    engine.wire.always("PUT", answered(503));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "failed");
    equal(engine.wire.writes().length, 4);
    deepEqual(new Set(engine.wire.writes().map(({ key, text }) => key + text)).size, 1);
    deepEqual(await attempts(engine), [
      [503, "Retried", 1],
      [503, "Retried", 2],
      [503, "Retried", 3],
      [503, "Buried", 4],
    ]);
    match((await modification(engine)).sync_error, /Gave up after 4 attempts/);
    await agree(engine);
  },
);

engineTest("retries wait 1, 2 and 4 times the delay", async (engine) => {
  engine.wire.once("PUT", answered(503), answered(503), answered(503));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start({ retry: { maxRetries: 3, baseMs: 100 } });
  await engine.untilStatus(id, "synced");
  const sentAt = engine.wire.writes().map(({ at }) => at);
  const waits = sentAt.slice(1).map((at, nth) => at - sentAt[nth]!);
  ok(waits[0]! >= 100 && waits[1]! >= 200 && waits[2]! >= 400, waits.join());
  equal(await spent(engine), 3);
  await agree(engine);
});

engineTest("attempts begin anew with what follows in the lane", async (engine) => {
  let calls = 0;
  engine.wire.always(
    "PUT",
    async (serve, request) =>
      ++calls % 4 === 0 ? await serve() : await answered(503)(serve, request),
  );
  await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.commitOne("ben", one, { model: "M-1" });
  await engine.start();
  await engine.untilAtRest();
  equal(engine.wire.writes().length, 8);
  await agree(engine);
});

engineTest("a 503 that says when to come back costs no attempt", async (engine) => {
  const later = answered(503, "maintenance", { "retry-after": "0" });
  engine.wire.once("PUT", later, later, later, later, later);
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 6);
  equal(await spent(engine), 0);
  await agree(engine);
});

engineTest("a 429 holds the whole connection back and costs no attempt", async (engine) => {
  engine.wire.once("PUT", answered(429, "too fast", { "retry-after": "1" }));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.until("the 429 is settled", async () => (await attempts(engine)).length === 1);
  const answeredAt = engine.wire.writes()[0]!.at;
  const other = await engine.commitOne("ben", idOf(2), { equipment: "X-2" });
  await engine.untilStatus(other, "synced");
  await engine.untilStatus(id, "synced");
  for (const { at } of engine.wire.writes().slice(1)) {
    ok(at - answeredAt >= 1_000, `after ${at - answeredAt} ms`);
  }
  equal(await spent(engine), 0);
  const [row] = await engine.db.owner`select rate_limit_hits from pems_connection`;
  equal(Number(row!.rate_limit_hits), 1);
  await agree(engine);
});

engineTest("a connection that is refused costs no attempt", async (engine) => {
  engine.wire.once("PUT", refused, refused, refused, refused, refused);
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 6);
  deepEqual((await attempts(engine))[0], [null, "Postponed", 1]);
  equal(await spent(engine), 0);
  await agree(engine);
});

engineTest("a 500 after PEMS has done it is found out by reading", async (engine) => {
  engine.wire.once("PUT", executedBut(() => new Response("oops", { status: 500 })));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  deepEqual(engine.wire.sent.map(({ method }) => method), ["PUT", "GET"]);
  deepEqual(await attempts(engine), [[500, "Synced", 1]]);
  await agree(engine);
});

engineTest("a 500 before PEMS has done it is a failed attempt like any other", async (engine) => {
  engine.wire.always("PUT", answered(500));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "failed");
  equal(engine.wire.writes().length, 4);
  deepEqual((await attempts(engine)).map(([, outcome]) => outcome), [
    "Retried",
    "Retried",
    "Retried",
    "Buried",
  ]);
  await agree(engine);
});

engineTest("a 200 that cannot be read is found out by reading", async (engine) => {
  engine.wire.once("PUT", executedBut(() => new Response('{"success":tr')));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 1);
  await agree(engine);
});

engineTest(
  "what was certainly not executed leaves no doubt when PEMS has moved on twice",
  async (engine) => {
    engine.wire.once("PUT", async () => {
      await engine.foreign(one, { model: "M-8" });
      await engine.foreign(one, { model: "M-9" });
      return new Response(null, { status: 503 });
    });
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "synced", "conflict");
    equal(await engine.status(id), "synced");
    equal((await engine.sandbox.store.find(one))!.record.model, "M-9");
    await agree(engine);
  },
);
