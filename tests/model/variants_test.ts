/** The lane protocol, explored whole in its variants: one user's run, groups, deletes, policies, outages, zombies. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { Claim } from "../../db/claim.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Plan } from "../../worker/turn.ts";
import { PRODUCT } from "./decisions.ts";
import { check } from "./lane_model.ts";
import { mutant } from "./mutant.ts";
import { VARIANTS } from "./scenarios.ts";
import { inWords } from "./told.ts";

const seen = new Set<string>();

/** Notes what came, as an outcome in short. */
function noted<A extends { readonly _tag: string }>(came: A): A {
  const { _tag, kind, evidence } = came as Partial<Outcome & { kind: string; evidence: string }>;
  seen.add([_tag, kind, evidence].filter(Boolean).join(" "));
  return came;
}

const { plan, accepted, afterFailure, afterReading, afterInquiry } = PRODUCT.decide;
/** The product as it is, its outcomes noted. */
const watched = mutant({
  plan: (claim: Claim): Plan => {
    const planned = plan(claim);
    if (planned._tag === "Settle") noted(planned.turn.outcome);
    return planned;
  },
  accepted: (...given) => noted(accepted(...given)),
  afterFailure: (...given) => noted(afterFailure(...given)),
  afterReading: (...given) => noted(afterReading(...given)),
  afterInquiry: (...given) => noted(afterInquiry(...given)),
});

Deno.test("no order of events breaks a promise", async (test) => {
  for (const scenario of VARIANTS) {
    await test.step(scenario.name, () => {
      const report = check(scenario, watched);
      equal(inWords(report.violation), "");
      ok(report.states > 10_000, `${report.states} states`);
      ok(report.ended > 0, "ends are reached");
    });
  }
  await test.step("every outcome came about", () =>
    deepEqual([...seen].sort(), [
      "Ask",
      "Buried",
      "Conflicted delete",
      "Conflicted fields",
      "Conflicted merge_invalid",
      "Conflicted outcome_unknown",
      "NotLanded",
      "Postponed",
      "Rebased",
      "Refused",
      "Retried",
      "Synced answer",
      "Synced content",
      "Synced nothing_to_send",
      "Unknown",
    ]));
});
