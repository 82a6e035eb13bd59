/** Poison: an item that takes workers down with it is carried alone, and in the end not carried at all. */
import { deepEqual, equal, match } from "node:assert/strict";
import { claim } from "../db/claim.ts";
import { freeze } from "../db/freeze.ts";
import { takeBack } from "../db/workers.ts";
import { plan } from "../worker/turn.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];

/** The records that a worker busy with so many would be given. */
async function claimed({ db, connectionId }: Engine, busy: number) {
  const claims = await claim(db.worker, {
    workerId: crypto.randomUUID(),
    connectionId,
    limit: 10,
    busy,
    horizonMs: 1_000,
    leaseMs: 0,
  });
  return claims;
}

/** So many workers die with what they were given; sending it first when asked to. */
async function die(engine: Engine, times: number, { sent = false } = {}) {
  for (let nth = 0; nth < times; nth++) {
    const planned = (await claimed(engine, 0)).map(plan);
    for (const one of planned) {
      if (sent && one._tag === "Deliver") await freeze(engine.db.worker, [one.sending]);
    }
    // Whatever the clock says: where it ticks in milliseconds a lease of none may not be over yet.
    equal(await takeBack(engine.db.worker, true), planned.length);
  }
}

const losses = async ({ db }: Engine, pfaId: string) =>
  (await db.owner`select losses from pfa_lane where pfa_id = ${pfaId}`)[0]!.losses;

engineTest("what was lost twice is given to nobody who has anything else", async (engine) => {
  await engine.commitOne("ada", two, { equipment: "X-2" });
  await die(engine, 2);
  await engine.commitOne("ada", one, { equipment: "X-1", model: "M" });
  await engine.commitOne("ada", three, { equipment: "X-3" });
  const given = async (busy: number) => {
    const claims = await claimed(engine, busy);
    // Handed back without a loss, for the next look.
    await engine.db.owner`update pfa_lane set state = 'ready', lease_owner = null`;
    return claims.map(({ lease }) => lease.pfaId);
  };
  equal(await losses(engine, two), 2);
  deepEqual(await given(0), [two], "alone, though three wait");
  deepEqual(await given(1), [], "it is its turn, and a busy worker waits");
  await engine.db.owner`update pfa_lane set turn = turn + 1000 where pfa_id <> ${one}`;
  deepEqual(await given(1), [one], "what stands before it goes on");
  await engine.start();
  await engine.untilAtRest();
  await agree(engine);
});

engineTest("a worker that carries it takes on nothing else", async (engine) => {
  await engine.commitOne("ada", one, { equipment: "X-1" });
  await die(engine, 2);
  await engine.commitOne("ada", two, { equipment: "X-2" });
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  await engine.start();
  await gate.reached;
  const waiting = await engine.db.owner`select pfa_id from pfa_lane where state = 'ready'`;
  deepEqual(waiting.map((row) => row.pfa_id), [two]);
  gate.open();
  await engine.untilAtRest();
  deepEqual(engine.wire.writes().map(({ pfaId }) => pfaId), [one, two]);
  await agree(engine);
});

engineTest("what is settled in between begins to count anew", async (engine) => {
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await die(engine, 2);
  engine.wire.once("PUT", () => Promise.resolve(new Response(null, { status: 503 })));
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  await engine.start();
  await gate.reached;
  equal(await losses(engine, one), 0);
  gate.open();
  await engine.untilStatus(id, "synced");
});

engineTest("what was never sent and lost five times is a dead letter, unsent", async (engine) => {
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await die(engine, 5);
  await engine.start();
  await engine.untilStatus(id, "failed");
  equal(engine.wire.sent.length, 0);
  const [row] = await engine.db.owner`select sync_error from pfa_modification`;
  match(row!.sync_error, /5 workers stopped while they had it, 3 of them with nothing else/);
  await agree(engine);
});

engineTest("one that may be under way is asked after until no copy can be", async (engine) => {
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await die(engine, 5, { sent: true });
  const worker = await engine.start();
  await engine.until("it has been asked after", async () => {
    const [lane] = await engine.db.owner`select state from pfa_lane`;
    return lane!.state === "delayed";
  });
  equal(await engine.status(id), "unknown");
  await worker.stop();
  await engine.db.owner`update pems_write set sent_at = sent_at - interval '1 hour'`;
  await engine.db.owner`update pfa_lane set due_at = now(), losses = 5`;
  await engine.start();
  await engine.untilStatus(id, "failed");
  deepEqual(engine.wire.sent.map(({ method }) => method), ["GET", "GET"]);
  await agree(engine);
});
