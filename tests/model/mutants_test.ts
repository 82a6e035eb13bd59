/** Each rule of the lane protocol is needed: without it the model finds a promise broken. */
import { equal } from "node:assert/strict";
import { explore, type Model, PROGRESS } from "./checker.ts";
import { check } from "./lane_model.ts";
import { MUTANTS } from "./mutants.ts";
import { inWords } from "./told.ts";

for (const { name, product, scenario, breaks } of MUTANTS) {
  Deno.test(`found out: ${name}`, () => {
    const { violation } = check(scenario, product);
    equal(violation?.invariant, breaks, inWords(violation));
  });
}

/** Counts up by one or two, never beyond five. */
const counting = (over: Partial<Model<number>>): Model<number> => ({
  initial: 0,
  moves: (at) => [1, 2].filter((by) => at + by <= 5).map((by) => ({ told: `+${by}`, to: at + by })),
  broken: () => undefined,
  ended: (at) => at === 5,
  keyOf: String,
  ...over,
});

Deno.test("the checker counts every state and move once", () => {
  const { states, moves, ended, violation } = explore(counting({}), 10);
  equal([states, moves, ended, violation].join(), "6,9,1,");
});

Deno.test("the checker tells the shortest way to a broken state or move", () => {
  const state = explore(counting({ broken: (at) => at === 4 ? "four" : undefined }), 10);
  equal(inWords(state.violation), "Broken: four\n  1. +2\n  2. +2");
  const moves = (at: number) =>
    at === 3 ? [{ told: "off", to: 9, broken: "off" }] : counting({}).moves(at);
  equal(
    inWords(explore(counting({ moves }), 10).violation),
    "Broken: off\n  1. +1\n  2. +2\n  3. off",
  );
});

Deno.test("the checker finds a state from which no end is reachable", () => {
  const moves = (at: number) => at === 1 ? [] : counting({}).moves(at);
  equal(inWords(explore(counting({ moves }), 10).violation), `Broken: ${PROGRESS}\n  1. +1`);
});
