/** Deltas and costs: captured against what was seen, merged in order; money computed in cents. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { costs } from "../domain/cost.ts";
import {
  applied,
  capture,
  type Delta,
  type Edits,
  mergeDeltas,
  sameValue,
} from "../domain/delta.ts";
import type { FieldName } from "../domain/pfa.ts";
import { aPfa } from "./builders.ts";

Deno.test("capture keeps what was seen, and an edit to the value already there is none", () => {
  const seen = aPfa();
  assert.deepEqual(
    capture(seen, {
      description: "Crane 7",
      monthlyRate: "5500.00",
      contract: null,
      model: " LR 1250 ",
    }),
    { description: { from: "Crawler crane 250 t", to: "Crane 7" } },
  );
  assert.deepEqual(capture(seen, { equipment: null }), {
    equipment: { from: "CRN-0012", to: null },
  });
  assert.deepEqual(capture(seen, {}), {});
});

Deno.test("values are compared by meaning", () => {
  assert.ok(sameValue("monthlyRate", "5500", "5500.00"));
  assert.ok(sameValue("model", " LR ", "LR"));
  assert.ok(sameValue("contract", undefined, null));
  assert.ok(sameValue("contract", "", null));
  assert.ok(sameValue("isActualized", false, false));
  assert.ok(!sameValue("isActualized", false, undefined));
  assert.ok(!sameValue("monthlyRate", "5500.00", "5500.01"));
  assert.ok(!sameValue("model", "LR", "lr"));
});

Deno.test("a merge keeps the first from, takes the last to, and drops what is back at its from", () => {
  const first: Delta = { model: { from: "a", to: "b" }, contract: { from: null, to: "c1" } };
  const then: Delta = { model: { from: "b", to: "c" }, equipment: { from: "x", to: "y" } };
  assert.deepEqual(mergeDeltas(first, then), {
    model: { from: "a", to: "c" },
    contract: { from: null, to: "c1" },
    equipment: { from: "x", to: "y" },
  });
  assert.deepEqual(mergeDeltas(first, { model: { from: "b", to: "a " } }), {
    contract: first.contract,
  });
});

const names = ["description", "model", "contract", "equipment"] as const satisfies FieldName[];
const edits = fc.array(
  fc.dictionary(fc.constantFrom(...names), fc.constantFrom("a", "b", null), { maxKeys: 4 }),
  { maxLength: 6 },
) as fc.Arbitrary<Edits[]>;

Deno.test("merged deltas say what one edit from the first sight to the last value would", () => {
  fc.assert(fc.property(edits, (all) => {
    const start = aPfa();
    let seen = start;
    const deltas = all.map((edit) => {
      const delta = capture(seen, edit);
      seen = applied(seen, delta);
      return delta;
    });
    const merged = deltas.reduce(mergeDeltas, {});
    assert.deepEqual(applied(start, merged), seen);
    assert.deepEqual(
      merged,
      capture(start, Object.fromEntries(names.map((name) => [name, seen[name]]))),
    );
  }));
});

Deno.test("a rental costs its days by 30.44 times the rate, to the cent", () => {
  // 242 days / 30.44 x 5500 = 43725.36; 243 days = 43906.04 (both by hand)
  const pfa = aPfa({
    originalStart: "2026-01-01",
    originalEnd: "2026-08-31",
    forecastEnd: "2026-09-15",
  });
  assert.deepEqual(costs(pfa), {
    plan: "43725.36",
    forecast: "43906.04",
    actual: null,
    variance: "180.68",
  });
});

Deno.test("an actual cost takes the forecast's place in the variance", () => {
  const pfa = aPfa({ monthlyRate: "3044.00", actualStart: "2026-01-01", actualEnd: "2026-01-11" });
  assert.equal(costs(pfa).actual, "1000.00");
  assert.equal(costs(pfa).variance, "-23200.00");
});

Deno.test("a purchase costs its price, whatever the dates; what is missing is null", () => {
  const bought = aPfa({ source: "Purchase", purchasePrice: "125000.10" });
  assert.deepEqual(costs(bought), {
    plan: "125000.10",
    forecast: "125000.10",
    actual: null,
    variance: "0.00",
  });
  assert.deepEqual(costs(aPfa({ monthlyRate: null })), {
    plan: null,
    forecast: null,
    actual: null,
    variance: null,
  });
});
