/** The worker's log: one JSON object per line, from its level on, with what it is about and without amounts. */
import assert from "node:assert/strict";
import { Cause, Effect } from "effect";
import type { Config } from "../domain/config.ts";
import { jsonLog } from "../worker/log.ts";

/** The lines that the work logs. */
async function linesOf(work: Effect.Effect<unknown>, level: Config["logLevel"] = "info") {
  const said: string[] = [];
  const { log } = console;
  console.log = (line: string) => void said.push(line);
  try {
    await Effect.runPromise(Effect.provide(work, jsonLog(level)));
  } finally {
    console.log = log;
  }
  return said.map((line) => JSON.parse(line));
}

Deno.test("a line tells what it is about", async () => {
  const work = Effect.logInfo("settled").pipe(
    Effect.annotateLogs({ writeId: "w-1", jobIds: ["j-1"], status: undefined }),
  );
  const [line] = await linesOf(work);
  assert.ok(Math.abs(Date.parse(line.at) - Date.now()) < 10_000);
  assert.deepEqual({ ...line, at: 0 }, {
    at: 0,
    level: "info",
    message: "settled",
    writeId: "w-1",
    jobIds: ["j-1"],
  });
});

Deno.test("an amount that PEMS or the database quotes is in no line, wherever it came from", async () => {
  const quoting = new Error("monthlyRate 5511.10 exceeds the budget of 7722");
  const lines = await linesOf(Effect.all([
    Effect.logWarning(`Cannot read RIO from PEMS: ${quoting.message}`),
    Effect.logWarning("Cannot settle yet", quoting),
    Effect.logError("A turn failed", Cause.die(quoting)),
    Effect.logError("A turn failed", Cause.fail(quoting)),
  ]));
  assert.equal(lines.length, 4);
  for (const line of lines) {
    assert.doesNotMatch(JSON.stringify({ ...line, at: "" }), /5511|7722/);
    assert.match(line.error ?? line.message, /monthlyRate ••• exceeds/);
  }
  for (const { stack } of lines.slice(1)) assert.match(stack[0], /^at .*worker_log_test\.ts/);
});

Deno.test("lines below the level are dropped", async () => {
  const work = Effect.all([Effect.logInfo("a"), Effect.logWarning("b"), Effect.logError("c")]);
  assert.deepEqual((await linesOf(work, "warn")).map(({ message }) => message), ["b", "c"]);
});
