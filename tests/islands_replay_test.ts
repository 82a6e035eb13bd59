/** A replay in words and stages: what is told of it is what is true of it, in every state. */
import { deepEqual, equal, match } from "node:assert/strict";
import { doneOf, type Replay, replayWords, stagesOf } from "../islands/letters/replaying.ts";

const replay = (over: Partial<Replay>): Replay => ({
  action: "retry",
  state: "running",
  stages: [1, 10],
  stage: 0,
  waiting: 0,
  open: 0,
  synced: 0,
  failed: 0,
  aside: 0,
  discarded: 0,
  overtaken: 0,
  left: 0,
  settled: 0,
  error: null,
  changedAt: "2026-11-25T12:00:00Z",
  endedAt: null,
  ...over,
});

const states = (over: Partial<Replay>) =>
  stagesOf(replay(over), 500).map(({ size, reached, state }) => [size, reached, state]);

Deno.test("stages are done, under way or to come; of an ended replay, ended or not sent", () => {
  deepEqual(states({ waiting: 500 }), [[1, 0, "ahead"], [10, 0, "ahead"], [489, 0, "ahead"]]);
  deepEqual(states({ stage: 2, waiting: 489, open: 4, synced: 7 }), [
    [1, 1, "done"],
    [10, 10, "now"],
    [489, 0, "ahead"],
  ]);
  deepEqual(states({ stage: 3, waiting: 389, open: 100, synced: 11 })[2], [489, 100, "now"]);
  deepEqual(states({ state: "stopped", stage: 1, failed: 1, left: 499 }), [
    [1, 1, "ended"],
    [10, 0, "left"],
    [489, 0, "left"],
  ]);
  deepEqual(states({ state: "finished", stage: 3, synced: 500 }).map(([, , state]) => state), [
    ...["done", "done", "done"],
  ]);
});

Deno.test("the words of an end account for every letter", () => {
  equal(replayWords(replay({ state: "finished", synced: 500 }), 500), "Done. All 500 are in PEMS.");
  equal(
    replayWords(replay({ state: "finished", synced: 497, aside: 3 }), 500),
    "Done. 497 of 500 are in PEMS. 3 need a decision.",
  );
  equal(
    replayWords(
      replay({ state: "stopped", synced: 10, failed: 1, left: 489, error: "A failed again: no" }),
      500,
    ),
    "Stopped: A failed again: no. 10 of 500 are in PEMS. 1 failed again." +
      " 489 were not sent and stay dead letters.",
  );
  equal(
    replayWords(replay({ state: "aborted", synced: 1, open: 100, left: 399 }), 500),
    "Aborted. 1 of 500 is in PEMS. 100 are still on the way. 399 were not sent and stay dead letters.",
  );
  const given = replay({ action: "discard", state: "finished", discarded: 28, overtaken: 2 });
  equal(replayWords(given, 30), "Done. 28 of 30 changes given up. 2 had been decided before.");
});

Deno.test("while it goes it promises nothing, and counts what is done with", () => {
  match(replayWords(replay({ stage: 1, open: 1, waiting: 499 }), 500), /^The canary is on its way/);
  const rest = replay({ stage: 3, open: 50, synced: 60, aside: 1, waiting: 389 });
  equal(replayWords(rest, 500), "60 of 500 are in PEMS, 50 on the way, 389 to come.");
  equal(doneOf(rest), 61);
  match(replayWords(replay({ state: "paused", stage: 2, waiting: 9 }), 20), /^Paused\./);
});
