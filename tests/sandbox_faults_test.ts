/** Each fault switch of the sandbox PEMS, seen through the client over real HTTP. */
import assert from "node:assert/strict";
import { Effect, Result } from "effect";
import { makeClient } from "../pems/client.ts";
import { type Faults, NO_FAULTS, rollFate } from "../pems/faults.ts";
import { dice } from "../pems/dice.ts";
import { generateRecords } from "../pems/generator.ts";
import { ConnectionLost, makeSandbox } from "../pems/sandbox.ts";
import { serveSandbox } from "../pems/serve.ts";
import { memoryStore, type SandboxStore } from "../pems/store.ts";

const KEY = "key-5f1c";
const RECORD = generateRecords()[0]!;
const WRITE = {
  pfaId: RECORD.pfaId,
  body: JSON.stringify({
    pfaId: RECORD.pfaId,
    organizationCode: RECORD.organizationCode,
    changes: { dor: "BEO" },
    version: RECORD.version,
    modifiedBy: "ana@example.com",
    changeReason: "",
  }),
  idempotencyKey: "key-1",
};

/** A store with one record, and a gate that opens when a change has been executed. */
async function storeWithGate(): Promise<{ store: SandboxStore; executed: Promise<void> }> {
  const store = memoryStore();
  await store.insert([RECORD]);
  const gate = Promise.withResolvers<void>();
  const change: SandboxStore["change"] = async (proposed) => {
    const done = await store.change(proposed);
    gate.resolve();
    return done;
  };
  return { store: { ...store, change }, executed: gate.promise };
}

/** What a PUT and a GET come to with these faults, and the version PEMS is at afterwards. */
async function suffer(faults: Partial<Faults>, timeoutMs = 5000) {
  const { store, executed } = await storeWithGate();
  const served = await serveSandbox({ port: 0, store, apiKey: KEY, faults });
  try {
    const client = makeClient({ baseUrl: served.url, apiKey: KEY, timeoutMs });
    const run = async <A, E extends { readonly _tag: string }>(call: Effect.Effect<A, E>) => {
      const result = await Effect.runPromise(Effect.result(call));
      return Result.isSuccess(result) ? "done" : result.failure._tag;
    };
    const put = await run(client.put(WRITE));
    const get = await run(client.get(RECORD.pfaId, RECORD.organizationCode));
    if (faults.lateRate) await executed;
    const { version } = (await store.find(RECORD.pfaId))!;
    const fates = served.sandbox.requests.since(0).map(({ fate, status }) => [fate, status]);
    return { put, get, executed: version > RECORD.version, fates };
  } finally {
    await served.stop();
  }
}

Deno.test("without faults everything is done", async () => {
  assert.deepEqual(await suffer({}), {
    put: "done",
    get: "done",
    executed: true,
    fates: [["served", 200], ["served", 200]],
  });
});

Deno.test("error-rate answers 500, executed or not as told", async () => {
  const error = await suffer({ errorRate: 100 });
  assert.deepEqual([error.put, error.get, error.executed], ["Doubtful", "Doubtful", false]);
  const applied = await suffer({ errorRate: 100, appliedRate: 100 });
  assert.deepEqual([applied.put, applied.executed], ["Doubtful", true]);
});

Deno.test("gateway-rate answers 504, executed or not as told", async () => {
  const gateway = await suffer({ gatewayRate: 100 });
  assert.deepEqual([gateway.put, gateway.executed], ["Unanswered", false]);
  const applied = await suffer({ gatewayRate: 100, appliedRate: 100 });
  assert.deepEqual([applied.put, applied.executed], ["Unanswered", true]);
});

Deno.test("unavailable-rate answers 503 and executes nothing", async () => {
  const { put, executed } = await suffer({ unavailableRate: 100 });
  assert.deepEqual([put, executed], ["Unavailable", false]);
});

Deno.test("lose-responses executes, then drops the connection without a word", async () => {
  assert.deepEqual(await suffer({ loseResponses: 100, scope: "writes" }), {
    put: "Unanswered",
    get: "done",
    executed: true,
    fates: [["lost", null], ["served", 200]],
  });
});

Deno.test("drop-requests drops the connection and executes nothing", async () => {
  const { put, executed, fates } = await suffer({ dropRequests: 100, scope: "writes" });
  assert.deepEqual([put, executed, fates[0]], ["Unanswered", false, ["dropped", null]]);
});

Deno.test("late-rate drops the connection and executes the request afterwards", async () => {
  const { put, executed } = await suffer({ lateRate: 100, lateMs: 1, scope: "writes" });
  assert.deepEqual([put, executed], ["Unanswered", true]);
});

Deno.test("hang-rate never answers", async () => {
  const { put, get, executed } = await suffer({ hangRate: 100, scope: "writes" }, 100);
  assert.deepEqual([put, get, executed], ["Unanswered", "done", false]);
});

Deno.test("broken-bodies executes and answers with half a body", async () => {
  const { put, executed } = await suffer({ brokenBodies: 100 });
  assert.deepEqual([put, executed], ["Doubtful", true]);
});

Deno.test("rate-limit answers 429", async () => {
  const { put, get } = await suffer({ rateLimit: 1, limiter: "window" });
  assert.deepEqual([put, get], ["done", "RateLimited"]);
});

Deno.test("too-many-rate answers 429 within the limit, and the burst after it", async () => {
  const { put, get, executed, fates } = await suffer({
    tooManyRate: 100,
    tooManyBurst: 1,
    scope: "writes",
  });
  assert.deepEqual([put, get, executed], ["RateLimited", "RateLimited", false]);
  assert.deepEqual(fates, [["too_many", 429], [undefined, 429]]);
});

Deno.test("an outage answers everything with 503, or drops every connection", async () => {
  const unavailable = await suffer({ outage: "unavailable" });
  assert.deepEqual([unavailable.put, unavailable.get], ["Unavailable", "Unavailable"]);
  const dropped = await suffer({ outage: "dropped" });
  assert.deepEqual([dropped.put, dropped.get, dropped.executed], [
    "Unanswered",
    "Unanswered",
    false,
  ]);
});

Deno.test("refusing answers every write 422 and executes none", async () => {
  const { put, get, executed } = await suffer({ refusing: true });
  assert.deepEqual([put, get, executed], ["Rejected", "done", false]);
});

Deno.test("unauthorized refuses every key", async () => {
  const { put, get } = await suffer({ unauthorized: true });
  assert.deepEqual([put, get], ["Unauthorized", "Unauthorized"]);
});

Deno.test("a replaced key is the only one that is taken", async () => {
  const old = await suffer({ replacedKey: "another-key" });
  assert.deepEqual([old.put, old.get], ["Unauthorized", "Unauthorized"]);
  const same = await suffer({ replacedKey: KEY });
  assert.deepEqual([same.put, same.get], ["done", "done"]);
});

Deno.test("latency and jitter hold back the answer", async () => {
  const start = performance.now();
  const { put, get } = await suffer({ latencyMs: 20, jitterMs: 1 });
  assert.deepEqual([put, get], ["done", "done"]);
  assert(performance.now() - start >= 38, "two answers, 20 ms each");
});

Deno.test("Retry-After goes out with a 503 when it is set", async () => {
  const sandbox = makeSandbox({
    store: memoryStore(),
    apiKey: KEY,
    faults: { unavailableRate: 100, retryAfterSeconds: 7 },
  });
  const request = new Request("http://127.0.0.1/api/pems/health", {
    headers: { authorization: `Bearer ${KEY}` },
  });
  assert.equal((await sandbox.fetch(request)).headers.get("retry-after"), "7");
});

Deno.test("stopping lets go of what hangs and of what waits", async () => {
  for (const faults of [{ hangRate: 100 }, { latencyMs: 60_000 }]) {
    const sandbox = makeSandbox({ store: memoryStore(), apiKey: KEY, faults });
    const answer = sandbox.fetch(
      new Request("http://127.0.0.1/api/pems/health", {
        headers: { authorization: `Bearer ${KEY}` },
      }),
    );
    sandbox.stop();
    await assert.rejects(answer, "hangRate" in faults ? ConnectionLost : Error);
  }
});

Deno.test("the same seed rolls the same fates, near the rates, and a new switch moves no other", () => {
  const rolls = (faults: Partial<Faults>) => {
    const random = dice(42);
    return Array.from({ length: 4000 }, () => rollFate({ ...NO_FAULTS, ...faults }, true, random));
  };
  const lost = rolls({ loseResponses: 10 });
  assert.deepEqual(rolls({ loseResponses: 10 }), lost);
  const share = lost.filter((fate) => fate === "lost").length / lost.length;
  assert(share > 0.08 && share < 0.12, `${share}`);
  const both = rolls({ loseResponses: 10, errorRate: 5 });
  assert(both.every((fate, i) => fate === lost[i] || fate === "error"));
  assert(rolls({ loseResponses: 10, scope: "reads" }).every((fate) => fate === "served"));
});
