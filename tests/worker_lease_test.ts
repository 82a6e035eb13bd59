/** Leases: kept by a heartbeat, lost with it; whoever lost one changes nothing any more. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type Claim, claim } from "../db/claim.ts";
import { freeze, type Sending } from "../db/freeze.ts";
import { settle, type Settlement } from "../db/settle.ts";
import { takeBack } from "../db/workers.ts";
import type { Outcome } from "../domain/outcome.ts";
import { plan } from "../worker/turn.ts";
import { withDatabase } from "./database.ts";
import { type Engine, enginePostgres, engineTest, idOf, withEngine } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered } from "./engine_wire.ts";

const one = idOf(1);

/** Claims as a worker would whose next steps the test takes itself. */
async function claimOne({ db, connectionId }: Engine, leaseMs: number): Promise<Claim> {
  const [claimed] = await claim(db.worker, {
    workerId: crypto.randomUUID(),
    connectionId,
    limit: 1,
    busy: 0,
    horizonMs: 1_000,
    leaseMs,
  });
  return claimed!;
}

function sendingOf(claimed: Claim): Sending {
  const planned = plan(claimed);
  ok(planned._tag === "Deliver");
  return planned.sending;
}

/** Everything that any table holds. */
async function everything({ db: { owner } }: Engine): Promise<string> {
  const tables = await owner<Array<{ name: string }>>`
    select relname as name from pg_class
    where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
  const rows = await Promise.all(
    tables.map(({ name }) =>
      owner`select to_jsonb(t)::text as row from ${owner(name)} t order by 1`
    ),
  );
  return JSON.stringify(tables.map(({ name }, nth) => [name, rows[nth]!.map(({ row }) => row)]));
}

engineTest("who lost the lease freezes and settles nothing at all", async (engine) => {
  const { db } = engine;
  await engine.commitOne("ada", one, { equipment: "X-1" });
  const stale = await claimOne(engine, 0);
  equal(await takeBack(db.worker, true), 1);
  const fresh = await claimOne(engine, 60_000);
  ok(BigInt(fresh.lease.fencingToken) > BigInt(stale.lease.fencingToken));
  const { write } = sendingOf(stale);
  const before = await everything(engine);

  equal((await freeze(db.worker, [{ claim: stale, write }])).size, 0);
  const error = "late";
  const { mirror: remote } = stale;
  const outcomes: Outcome[] = [
    { _tag: "Synced", version: 99, evidence: "answer", remote: { ...remote, version: 99 } },
    { _tag: "Conflicted", kind: "fields", fields: ["equipment"], remote, reason: "late" },
    { _tag: "Rebased", remote: { ...remote, version: 99 } },
    { _tag: "Buried", error },
    { _tag: "Refused", error },
    { _tag: "Retried", error, delayMs: 0 },
    { _tag: "Postponed", error, delayMs: 0 },
    { _tag: "Unknown", error, delayMs: 0, sent: true },
  ];
  for (const outcome of outcomes) {
    const settlement: Settlement = {
      claim: stale,
      items: stale.items,
      delta: write.delta,
      writeId: write.id,
      exchange: { latencyMs: 1, status: 200, error: null },
      outcome,
    };
    equal(await settle(db.worker, settlement, 100), false, outcome._tag);
  }
  equal(await everything(engine), before);
});

engineTest(
  "what a dead worker had sent is asked after, what it had not is simply sent",
  async (engine) => {
    const { db } = engine;
    const sent = await engine.commitOne("ada", one, { equipment: "X-1" });
    const frozen = sendingOf(await claimOne(engine, 0));
    await freeze(db.worker, [frozen]);
    const unsent = await engine.commitOne("ada", idOf(2), { equipment: "X-2" });
    await claimOne(engine, 0);
    await engine.start();
    await engine.untilStatus(sent, "synced");
    await engine.untilStatus(unsent, "synced");
    const of = (pfaId: string) => engine.wire.sent.filter((request) => request.pfaId === pfaId);
    deepEqual(of(one).map(({ method }) => method), ["GET", "PUT"]);
    equal(of(one)[1]!.key, frozen.write.id);
    equal(of(one)[1]!.text, frozen.write.body);
    deepEqual(of(idOf(2)).map(({ method }) => method), ["PUT"]);
    await agree(engine);
  },
);

engineTest("what a dead worker had sent counts from the end of its lease", async (engine) => {
  const { db } = engine;
  await engine.commitOne("ada", one, { equipment: "X-1" });
  await freeze(db.worker, [sendingOf(await claimOne(engine, 0))]);
  // As if a 429 had held it back for so long.
  await db.owner`update pems_write set sent_at = now() - interval '601 seconds'`;
  equal(await takeBack(db.worker, true), 1);
  const { frozen } = await claimOne(engine, 60_000);
  ok(frozen!.unknown && frozen!.sentAgoMs < 60_000, `${frozen!.sentAgoMs} ms ago`);
});

engineTest(
  "a write that PEMS did not execute stays so when the worker dies before the next send",
  async (engine) => {
    engine.wire.once("PUT", answered(503));
    const id = await engine.commitOne("ada", one, { equipment: "X-1" });
    const worker = await engine.start({ retry: { maxRetries: 3, baseMs: 60_000 } });
    await engine.until("it waits for its retry", async () => {
      const [lane] = await engine.db.owner`select state from pfa_lane`;
      return lane!.state === "delayed";
    });
    await worker.stop();
    await engine.db.owner`update pfa_lane set state = 'ready'`;
    await claimOne(engine, 0);
    await engine.start();
    await engine.untilStatus(id, "synced");
    deepEqual(engine.wire.sent.map(({ method }) => method), ["PUT", "PUT"]);
    await agree(engine);
  },
);

engineTest("what a dead worker had brought into PEMS is found there", async (engine) => {
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  const { claim: claimed, write } = sendingOf(await claimOne(engine, 0));
  await freeze(engine.db.worker, [{ claim: claimed, write }]);
  const { body } = write;
  const url = `http://127.0.0.1/api/pems/pfa/${one}`;
  const headers = { authorization: "Bearer key-of-the-tests", "idempotency-key": write.id };
  const answer = await engine.sandbox.fetch(new Request(url, { method: "PUT", headers, body }));
  equal(answer.status, 200);
  await engine.start();
  await engine.untilStatus(id, "synced");
  deepEqual(engine.wire.sent.map(({ method }) => method), ["GET"]);
  await agree(engine);
});

engineTest("a claim whose answer never reached its worker is not lost", async (engine) => {
  const { db, connectionId } = engine;
  await engine.start({ leaseMs: 600 });
  const [{ id: workerId }] = await db.owner<[{ id: string }]>`select id from sync_worker`;
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  // The worker is busy with another record, and so beats; the claim in its name it has never heard of.
  const slow = await engine.commitOne("ada", idOf(2), { equipment: "X-2" });
  await gate.reached;
  await db.owner`update organization set pause = 'administrator', paused_at = now()`;
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await db.owner.begin(async (tx) => {
    await tx`update organization set pause = null, paused_at = null`;
    const claims = await claim(tx as never, {
      workerId,
      connectionId,
      limit: 10,
      busy: 0,
      horizonMs: 1_000,
      leaseMs: 600,
    });
    equal(claims.length, 1);
  });
  await engine.untilStatus(id, "synced");
  equal(await engine.status(slow), "syncing");
  gate.open();
  await engine.untilStatus(slow, "synced");
  await agree(engine);
});

enginePostgres("a heartbeat keeps the lease of a call that hangs", async (engine) => {
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  await engine.start({ leaseMs: 600 });
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await gate.reached;
  const [before] = await engine.db.owner`select leased_until, fencing_token from pfa_lane`;
  await engine.start({ leaseMs: 600 });
  await engine.until("three leases are over", async () => {
    // Commits of another record ring: the look is taken again.
    await engine.db.owner`select pg_notify('pfa_work', '')`;
    const [row] = await engine.db.owner`
      select clock_timestamp() > ${before!.leased_until}::timestamptz + interval '1.2 s' as over`;
    return row!.over as boolean;
  });
  const [after] = await engine.db.owner`
    select state, fencing_token, leased_until > clock_timestamp() as held from pfa_lane`;
  deepEqual([after!.state, after!.fencing_token, after!.held], [
    "leased",
    before!.fencing_token,
    true,
  ]);
  equal(engine.wire.sent.length, 1);
  gate.open();
  await engine.untilStatus(id, "synced");
  await agree(engine);
});

Deno.test("an embedded database's leases are of the process before: taken over at once", () =>
  withDatabase((db) =>
    withEngine(db, {}, async (engine) => {
      const id = await engine.commitOne("ada", one, { equipment: "X-1" });
      const sending = sendingOf(await claimOne(engine, 600_000));
      await freeze(db.worker, [sending]);
      await engine.start();
      await engine.untilStatus(id, "synced");
      await agree(engine);
    })
  ));
