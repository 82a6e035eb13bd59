/** The lane protocol, explored whole: two users' commits, two changes in PEMS, by what PEMS makes of idempotency keys. */
import { equal, ok } from "node:assert/strict";
import { check } from "./lane_model.ts";
import { KEYS } from "./scenarios.ts";
import { inWords } from "./told.ts";

for (const scenario of KEYS) {
  Deno.test(`no order of events breaks a promise: ${scenario.name}`, () => {
    const report = check(scenario);
    equal(inWords(report.violation), "");
    ok(report.states > 400_000, `${report.states} states`);
    ok(report.ended > 0, "ends are reached");
  });
}
