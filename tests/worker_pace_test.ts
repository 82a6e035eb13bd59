/** Pace: however PEMS counts, and however many workers there are, it never has to say 429. */
import { equal, ok } from "node:assert/strict";
import { enginePostgres, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";

const RATE = 20;
const CALLS = 45;

/** The most calls that arrived within any second. */
function densest(times: ReadonlyArray<number>): number {
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length),
  );
}

for (const limiter of ["window", "bucket"] as const) {
  for (const workers of [1, 2]) {
    enginePostgres(
      `${CALLS} calls of ${workers} workers pass a ${limiter} of ${RATE} a second without a 429`,
      async (engine) => {
        for (let nth = 0; nth < workers; nth++) await engine.start();
        const edits = Object.fromEntries(
          Array.from({ length: CALLS }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
        );
        await engine.commit({ by: "ada", edits });
        await engine.untilAtRest();
        const times = engine.wire.sent.map(({ at }) => at);
        equal(times.length, CALLS, "nothing was sent twice, so nothing was refused");
        ok(densest(times) <= RATE, `${densest(times)} calls in a second`);
        // Twenty beats are a second, and a fifth of it goes to whatever else this machine does.
        ok(times.at(-1)! - times[0]! < 1_000 * CALLS / RATE * 1.3, "the limit is made use of");
        const [row] = await engine.db.owner`select rate_limit_hits from pems_connection`;
        equal(Number(row!.rate_limit_hits), 0);
        await agree(engine);
      },
      { records: CALLS, rateLimit: RATE, faults: { limiter, rateLimit: RATE } },
    );
  }
}

engineTest("reads after a 409 keep to the same pace", async (engine) => {
  const edits = Object.fromEntries(
    Array.from({ length: 10 }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
  );
  for (const pfaId of Object.keys(edits)) await engine.foreign(pfaId, { model: "M-9" });
  await engine.commit({ by: "ada", edits });
  await engine.start();
  await engine.untilAtRest();
  const times = engine.wire.sent.map(({ at }) => at);
  equal(times.length, 30, "a PUT, a GET and another PUT for each");
  ok(densest(times) <= RATE, `${densest(times)} calls in a second`);
  await agree(engine);
}, { rateLimit: RATE, faults: { limiter: "window", rateLimit: RATE } });
