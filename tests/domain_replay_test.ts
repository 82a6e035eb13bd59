/** Replay plans: what comes next, whatever becomes of the letters. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  FIRST_STAGES,
  nextStep,
  ON_THE_WAY,
  type ReplayPlan,
  type ReplayTally,
  stagesOf,
} from "../domain/replay.ts";

const plan = (over: Partial<ReplayPlan> = {}): ReplayPlan => ({
  action: "retry",
  state: "running",
  stages: FIRST_STAGES,
  stage: 0,
  ...over,
});
const tally = (over: Partial<ReplayTally> = {}): ReplayTally => ({
  waiting: 0,
  open: 0,
  synced: 0,
  failed: 0,
  aside: 0,
  discarded: 0,
  overtaken: 0,
  left: 0,
  settled: 0,
  ...over,
});
const WAIT = { _tag: "Wait" };

Deno.test("one goes first, then ten, then the rest, a hundred on the way at most", () => {
  deepEqual(nextStep(plan(), tally({ waiting: 500 })), { _tag: "Release", stage: 1, count: 1 });
  deepEqual(nextStep(plan({ stage: 1 }), tally({ waiting: 499, open: 1 })), WAIT);
  deepEqual(nextStep(plan({ stage: 1 }), tally({ waiting: 499, synced: 1, settled: 1 })), {
    _tag: "Release",
    stage: 2,
    count: 10,
  });
  const ten = tally({ waiting: 489, synced: 10, settled: 9, open: 1 });
  deepEqual(nextStep(plan({ stage: 2 }), ten), WAIT);
  const rest = nextStep(plan({ stage: 2 }), { ...ten, synced: 11, settled: 10, open: 0 });
  deepEqual(rest, { _tag: "Release", stage: 3, count: ON_THE_WAY });
  const last = plan({ stage: 3 });
  deepEqual(nextStep(last, tally({ waiting: 389, open: 60, synced: 51 })), WAIT);
  deepEqual(nextStep(last, tally({ waiting: 389, open: 50, synced: 61 })), {
    _tag: "Release",
    stage: 3,
    count: 50,
  });
  deepEqual(nextStep(last, tally({ open: 1, synced: 499 })), WAIT);
  deepEqual(nextStep(last, tally({ synced: 500 })), { _tag: "Finish" });
});

Deno.test("the first that fails again stops it, whatever else is under way", () => {
  const failed = tally({ waiting: 489, failed: 1, open: 3, synced: 7, settled: 6 });
  deepEqual(nextStep(plan({ stage: 2 }), failed), { _tag: "Stop" });
  deepEqual(nextStep(plan({ stage: 3 }), tally({ failed: 1 })), { _tag: "Stop" });
});

Deno.test("a canary that became a conflict has proved nothing: another goes", () => {
  const aside = tally({ waiting: 499, aside: 1 });
  deepEqual(nextStep(plan({ stage: 1 }), aside), { _tag: "Release", stage: 1, count: 1 });
});

Deno.test("who pauses or has ended waits, and what is given up waits for nothing", () => {
  for (const state of ["paused", "stopped", "aborted", "finished"] as const) {
    deepEqual(nextStep(plan({ state }), tally({ waiting: 500 })), WAIT);
  }
  const discard = plan({ action: "discard" });
  deepEqual(nextStep(discard, tally({ waiting: 800 })), {
    _tag: "Release",
    stage: 1,
    count: 500,
  });
  deepEqual(nextStep(discard, tally({ discarded: 800 })), { _tag: "Finish" });
});

Deno.test("the stages shown before add up to what there is", () => {
  deepEqual(stagesOf(500, "retry"), [1, 10, 489]);
  deepEqual(stagesOf(11, "retry"), [1, 10]);
  deepEqual(stagesOf(5, "retry"), [1, 4]);
  deepEqual(stagesOf(0, "retry"), []);
  deepEqual(stagesOf(500, "discard"), [500]);
  fc.assert(fc.property(fc.nat(5000), (count) => {
    const sizes = stagesOf(count, "retry");
    equal(sizes.reduce((sum, size) => sum + size, 0), count);
    ok(sizes.every((size) => size > 0));
  }));
});

type Fate = "synced" | "failed" | "aside";

/** Plays a plan whose letters end so, a few at a time. Returns the sizes of its releases and how it ended. */
function play(count: number, fateOf: (nth: number) => Fate, answered: () => number) {
  let now = plan();
  let letters = tally({ waiting: count });
  let settledIn = { ...letters };
  const open: number[] = [];
  let released = 0;
  for (let round = 0; round < count * 4 + 10; round++) {
    const step = nextStep(now, letters);
    if (step._tag === "Finish" || step._tag === "Stop") return { ...letters, end: step._tag };
    if (step._tag === "Release") {
      ok(step.count > 0 && step.count <= letters.waiting, "releases what is there");
      equal(letters.failed, 0, "nothing follows a failure");
      if (step.stage > 1) ok(letters.synced > 0, "nothing follows a canary that proved nothing");
      if (step.stage > now.stage) settledIn = tally();
      now = { ...now, stage: step.stage };
      for (let nth = 0; nth < step.count; nth++) open.push(released++);
      letters = { ...letters, waiting: letters.waiting - step.count, open: open.length };
      ok(open.length <= ON_THE_WAY, "no more on the way than can be lost");
    }
    for (const nth of open.splice(0, answered())) {
      const fate = fateOf(nth);
      letters = { ...letters, [fate]: letters[fate] + 1 };
      if (fate === "synced") settledIn = { ...settledIn, settled: settledIn.settled + 1 };
    }
    letters = { ...letters, open: open.length, settled: settledIn.settled };
    const { waiting, open: o, synced, failed, aside } = letters;
    equal(waiting + o + synced + failed + aside, count, "none is lost or counted twice");
  }
  throw new Error("It never ends");
}

Deno.test("every plan ends: finished without a failure, stopped at one, with all accounted for", () => {
  const fates = fc.array(
    fc.oneof(
      { weight: 90, arbitrary: fc.constant<Fate>("synced") },
      { weight: 2, arbitrary: fc.constant<Fate>("failed") },
      { weight: 8, arbitrary: fc.constant<Fate>("aside") },
    ),
    { minLength: 1, maxLength: 400 },
  );
  const speeds = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fates, speeds, (all, pace) => {
      let turn = 0;
      const ended = play(all.length, (nth) => all[nth]!, () => pace[turn++ % pace.length]!);
      equal(ended.end, ended.failed > 0 ? "Stop" : "Finish");
      if (ended.end === "Finish") equal(ended.waiting, 0);
      if (all[0] === "failed") equal(ended.waiting, all.length - 1, "only the canary was risked");
    }),
    { numRuns: 300 },
  );
});
