/** Unknown outcomes: no answer came, and only PEMS's record tells what became of the write. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, dropped, lost } from "./engine_wire.ts";

const one = idOf(1);

const methods = ({ wire }: Engine) => wire.sent.map(({ method }) => method);
const row = async ({ db }: Engine) => {
  const [found] = await db.owner`
    select m.sync_status, q.status as queued, q.retry_count, w.unknown, w.sends
    from pfa_modification m left join pfa_write_queue q on q.modification_id = m.id
    left join pems_write w on w.id = m.write_id`;
  return { ...found! };
};
const resendsAreTheSame = ({ wire }: Engine) =>
  equal(new Set(wire.writes().map(({ key, text }) => key + text)).size, 1);

for (const ignoreIdempotencyKeys of [false, true]) {
  engineTest(
    `an answer lost on its way is found in PEMS, not sent again (keys ${
      ignoreIdempotencyKeys ? "ignored" : "honoured"
    })`,
    async (engine) => {
      engine.wire.once("PUT", lost);
      const id = await engine.commitOne("ada", one, { equipment: "X-1" });
      await engine.start();
      await engine.untilStatus(id, "synced");
      deepEqual(methods(engine), ["PUT", "GET"]);
      equal((await engine.sandbox.store.ledger("")).length, 1);
      const [settled] = await engine.db.owner`
        select details ->> 'evidence' as evidence from audit_entry
        where event_type = 'WRITE_SETTLED'`;
      equal(settled!.evidence, "content");
      await agree(engine);
    },
    { faults: { ignoreIdempotencyKeys } },
  );

  engineTest(
    `a late copy of a write that was sent again changes nothing twice (keys ${
      ignoreIdempotencyKeys ? "ignored" : "honoured"
    })`,
    async (engine) => {
      const late = engine.wire.gate();
      const landed = Promise.withResolvers<void>();
      engine.wire.once("PUT", (serve, request) => {
        void late.handler(serve, request).then(() => landed.resolve());
        return Promise.reject(new Error("reset"));
      });
      const id = await engine.commitOne("ada", one, { equipment: "X-1" });
      await engine.start();
      await engine.untilStatus(id, "synced");
      late.open();
      await landed.promise;
      resendsAreTheSame(engine);
      equal((await engine.sandbox.store.ledger("")).length, 1);
      await agree(engine);
    },
    { faults: { ignoreIdempotencyKeys } },
  );
}

engineTest("a request lost on its way is sent again, byte for byte", async (engine) => {
  engine.wire.once("PUT", dropped);
  const gate = engine.wire.gate();
  engine.wire.once("GET", gate.handler);
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await gate.reached;
  deepEqual(await row(engine), {
    sync_status: "unknown",
    queued: "unknown",
    retry_count: 1,
    unknown: true,
    sends: 1,
  });
  // What comes after it must not be merged into it.
  await engine.commitOne("ada", one, { model: "M-1" });
  gate.open();
  await engine.untilStatus(id, "synced");
  await engine.untilAtRest();
  deepEqual(methods(engine), ["PUT", "GET", "PUT", "PUT"]);
  const [first, second, third] = engine.wire.writes();
  deepEqual([second!.key, second!.text], [first!.key, first!.text]);
  deepEqual(JSON.parse(third!.text).changes, { model: "M-1" });
  await agree(engine);
});

engineTest(
  "PEMS a version further and not ours: ours can never land and is rebased",
  async (engine) => {
    engine.wire.once("PUT", async () => {
      await engine.foreign(one, { model: "M-9" });
      throw new Error("reset");
    });
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "synced");
    deepEqual(methods(engine), ["PUT", "GET", "PUT"]);
    equal((await engine.sandbox.store.find(one))!.record.model, "M-9");
    await agree(engine);
  },
);

engineTest("PEMS two versions further and not ours: a person decides", async (engine) => {
  engine.wire.once("PUT", async (serve) => {
    await serve();
    await engine.foreign(one, { equipment: "E-1" });
    throw new Error("reset");
  });
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "conflict");
  const [conflict] = await engine.db.owner`select kind, reason from pfa_sync_conflict`;
  equal(conflict!.kind, "outcome_unknown");
  match(conflict!.reason, /cannot be told/);
  await agree(engine);
});

for (
  const [name, handler, attempts] of [
    ["500", answered(500), 2],
    ["503", answered(503), 2],
    ["422", answered(422), 2],
    ["503 with Retry-After", answered(503, "busy", { "retry-after": "0" }), 1],
    ["429", answered(429, "too fast", { "retry-after": "0" }), 1],
  ] as const
) {
  engineTest(`doubt outlives a ${name} to the copy that was sent again`, async (engine) => {
    const gate = engine.wire.gate(handler);
    const reading = engine.wire.gate();
    engine.wire.once("PUT", dropped, gate.handler);
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await gate.reached;
    // A 500 is read after at once, the others when their turn comes again.
    if (name === "500") engine.wire.once("GET", (serve) => serve());
    engine.wire.always("GET", reading.handler);
    gate.open();
    await engine.until("the second copy is settled", async () => {
      const [{ answers }] = await engine.db.owner<[{ answers: number }]>`
        select count(*)::int as answers from pfa_write_attempt`;
      return answers === 2;
    });
    const { sync_status, queued, retry_count } = await row(engine);
    deepEqual([sync_status, queued, retry_count], ["unknown", "unknown", attempts]);
    reading.open();
    await engine.untilStatus(id, "synced");
    resendsAreTheSame(engine);
    await agree(engine);
  });
}

engineTest(
  "a write without an answer is no dead letter while a copy may be under way",
  async (engine) => {
    engine.wire.once("PUT", dropped);
    engine.wire.always("PUT", answered(503));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    const worker = await engine.start({ lateWindowMs: 600_000 });
    await engine.until("it is only looked for", async () => {
      const [lane] = await engine.db.owner`
      select due_at > now() + interval '50 seconds' as later from pfa_lane`;
      return lane!.later as boolean;
    });
    equal(await engine.status(id), "unknown");
    equal(engine.wire.writes().length, 4);
    await worker.stop();

    // Ten minutes after the last copy: what was not landed by then never will be.
    await engine.db.owner`update pems_write set sent_at = now() - interval '601 seconds'`;
    await engine.db.owner`update pfa_lane set due_at = now()`;
    await engine.start({ lateWindowMs: 600_000 });
    await engine.untilStatus(id, "failed");
    equal(engine.wire.writes().length, 4);
    await agree(engine);
  },
);

engineTest(
  "a doubt outlives the refusal of the read that was to settle it",
  async (engine) => {
    const { equipment } = engine.origin[0]!.record;
    engine.wire.once("PUT", async (serve) => {
      await serve();
      await engine.foreign(one, { equipment });
      return new Response("oops", { status: 500 });
    });
    engine.wire.once("GET", answered(401));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start();
    await engine.untilStatus(id, "conflict");
    const [conflict] = await engine.db.owner`select kind from pfa_sync_conflict`;
    equal(conflict!.kind, "outcome_unknown");
    equal(engine.wire.writes().length, 1, "what somebody undid in PEMS is not done again");
    await agree(engine);
  },
);

engineTest(
  "a copy counts from when it left, however long it waited for its place",
  async (engine) => {
    engine.wire.once("PUT", async () => {
      // As if a 429 had held it back for so long.
      await engine.db.owner`update pems_write set sent_at = now() - interval '601 seconds'`;
      throw new Error("reset");
    });
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    await engine.start({ retry: { maxRetries: 0, baseMs: 10 } });
    await engine.until("it is only looked for", async () => {
      const [lane] = await engine.db.owner`
        select due_at > now() + interval '50 seconds' as later from pfa_lane`;
      return lane!.later as boolean;
    });
    equal(await engine.status(id), "unknown");
    await agree(engine);
  },
);

engineTest("a call that takes too long is unknown, and found out", async (engine) => {
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start({ timeoutMs: 100 });
  await engine.untilStatus(id, "synced");
  gate.open();
  const [attempt] = await engine.db.owner`
    select status, outcome, latency_ms from pfa_write_attempt order by id`;
  deepEqual([attempt!.status, attempt!.outcome], [null, "Unknown"]);
  ok(attempt!.latency_ms >= 99);
  resendsAreTheSame(engine);
  await agree(engine);
});
