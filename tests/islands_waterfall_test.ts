/** Where the time of a write went: phases that add up, bars that stay on their line, words that hold. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import type { Item } from "../islands/details/job.ts";
import { waterfallOf } from "../islands/history/timing.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 10, 25) + ms).toISOString();

interface Way {
  readonly committed: number;
  readonly claimed: number;
  /** Sent, and for how long. */
  readonly attempts: ReadonlyArray<readonly [sent: number, ms: number]>;
  readonly settled: number | null;
}

const item = ({ committed, claimed, attempts, settled }: Way): Item => ({
  modificationId: "0198c0de-0000-7000-8000-000000000000",
  pfaId: "PFA-1",
  userId: "0198c0de-0000-7000-8000-000000000001",
  userName: "Ana",
  operation: "UPDATE",
  status: settled === null ? "unknown" : "synced",
  changes: {},
  changeReason: null,
  baseVersion: 1,
  pemsVersion: 2,
  error: null,
  committedAt: at(committed),
  syncedAt: settled === null ? null : at(settled),
  claimedAt: at(claimed),
  settledAt: settled === null ? null : at(settled),
  attempts: attempts.map(([sent, latencyMs], nth) => ({
    nth: nth + 1,
    sentAt: at(sent),
    answeredAt: at(sent + latencyMs),
    latencyMs,
    status: 200,
    outcome: settled !== null && nth === attempts.length - 1 ? "Synced" : "Retried",
    error: null,
  })),
});

const way: Way = { committed: 0, claimed: 100, attempts: [[150, 250]], settled: 405 };

Deno.test("each part of the way is a bar, the latest first, and all of it a sentence", () => {
  const { bars, ms, words } = waterfallOf(item(way), false)!;
  deepEqual(bars.map(({ name, ms }) => [name, ms]), [
    ["Settled", 5],
    ["Attempt 1", 250],
    ["Its place", 50],
    ["Queued", 100],
  ]);
  equal(ms, 405);
  equal(
    words,
    "In PEMS after 405 ms: 100 ms queued, 50 ms until its place in the rate, " +
      "PEMS answered in 250 ms, 5 ms to settle.",
  );
});

Deno.test("what is sent again begins when it is taken up, and what was never sent has no bars", () => {
  const { bars, ms } = waterfallOf(item({ ...way, committed: -86_400_000 }), true)!;
  deepEqual(bars.map(({ name }) => name), ["Settled", "Attempt 1", "Its place"]);
  equal(ms, 305);
  equal(waterfallOf(item({ ...way, attempts: [] }), false), undefined);
});

Deno.test("an hour's wait is cut, so that what followed can be seen", () => {
  const { bars } = waterfallOf(item({ ...way, committed: -3_600_000 }), false)!;
  const attempt = bars.find(({ name }) => name === "Attempt 1")!;
  ok(attempt.width > 400, "most of the line belongs to what followed");
  deepEqual(bars.map(({ cut }) => cut), [false, false, false, true]);
});

Deno.test("several attempts are told apart, and one without an answer yet has not settled", () => {
  const tried = item({ ...way, attempts: [[150, 100], [5250, 100]], settled: null });
  const { bars, words } = waterfallOf(tried, false)!;
  deepEqual(bars.map(({ name, kind }) => [name, kind]), [
    ["Attempt 2", "failed"],
    ["Attempt 1", "failed"],
    ["Its place", "placed"],
    ["Queued", "queued"],
  ]);
  match(words, /^On its way for 5\.\d s: .*2 attempts took 200 ms of it, the last 100 ms\.$/);
});

Deno.test("whatever the clocks say, bars stay on their line and are seen", () => {
  const time = fc.integer({ min: -10_000, max: 5_000_000 });
  const attempts = fc.array(fc.tuple(time, fc.nat(40_000)), { minLength: 1, maxLength: 6 })
    .map((all) => all.toSorted(([one], [other]) => one - other));
  fc.assert(
    fc.property(time, time, attempts, fc.option(time), (committed, claimed, attempts, settled) => {
      const { bars, ms } = waterfallOf(item({ committed, claimed, attempts, settled }), false)!;
      ok(ms >= 0);
      for (const { x, width, ms } of bars) {
        ok(x >= 0 && x + width <= 1000.2, `${x} + ${width}`);
        ok(width >= 8 && ms >= 0);
      }
    }),
  );
});
