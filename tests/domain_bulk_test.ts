/** Bulk operations on any record: what they change, what they leave alone, and what they cost. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import {
  type BulkOperation,
  NOTHING,
  planRecord,
  plus,
  scaled,
  type Sums,
} from "../domain/bulk.ts";
import { costs } from "../domain/cost.ts";
import { daysBetween } from "../domain/dates.ts";
import { cents, fromCents } from "../domain/money.ts";
import type { Pfa } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import { aRecord, someEdits } from "./arbitraries.ts";
import { aPfa } from "./builders.ts";

const after = (operation: BulkOperation, seen: Pfa): Pfa => {
  const planned = planRecord(operation, seen);
  return planned._tag === "Edits" ? { ...seen, ...planned.edits } as Pfa : seen;
};
const shift = (days: number, over: Partial<Extract<BulkOperation, { kind: "shift" }>> = {}) =>
  ({ kind: "shift", pair: "forecast", ends: "both", days, ...over }) satisfies BulkOperation;

Deno.test("a shift of both ends keeps the duration, its cost and every rule, and shifts back", () => {
  const days = fc.integer({ min: -3660, max: 3660 }).filter((days) => days !== 0);
  fc.assert(fc.property(aRecord(true), days, (seen, days) => {
    const shifted = after(shift(days), seen);
    equal(daysBetween(seen.forecastStart, shifted.forecastStart), days);
    equal(
      daysBetween(shifted.forecastStart, shifted.forecastEnd),
      daysBetween(seen.forecastStart, seen.forecastEnd),
    );
    deepEqual(costs(shifted), costs(seen));
    deepEqual(after(shift(-days), shifted), seen);
  }));
});

Deno.test("a shift of one end may break the rule of its pair, and only that", () => {
  const shifted = after(shift(400, { ends: "start" }), aPfa());
  deepEqual(brokenRules(shifted).map(({ rule }) => rule), [
    "forecastEnd must not be before forecastStart",
  ]);
  deepEqual(Object.keys((planRecord(shift(-5, { ends: "end" }), aPfa()) as never)["edits"]), [
    "forecastEnd",
  ]);
});

Deno.test("dates that are not set stay so; without any there is nothing to shift", () => {
  const actual = shift(7, { pair: "actual" });
  deepEqual(planRecord(actual, aPfa({ actualStart: "2026-02-01" })), {
    _tag: "Edits",
    edits: { actualStart: "2026-02-08" },
  });
  equal((planRecord(actual, aPfa()) as { reason: string }).reason, "not_applicable");
  const last = aPfa({ forecastEnd: "9999-12-31" });
  equal((planRecord(shift(1), last) as { reason: string }).reason, "unreadable");
});

Deno.test("a rate is that of the record's source, to the nearest cent", () => {
  const raise = { kind: "scale_rate", field: "monthlyRate", percent: "12.50" } as const;
  deepEqual(planRecord(raise, aPfa({ monthlyRate: "99.99" })), {
    _tag: "Edits",
    edits: { monthlyRate: "112.49" },
  });
  const purchase = aPfa({ source: "Purchase", purchasePrice: "10.00" });
  equal((planRecord(raise, purchase) as { reason: string }).reason, "not_applicable");
  const price = { kind: "set_rate", field: "purchasePrice", amount: "10.00" } as const;
  equal((planRecord(price, purchase) as { reason: string }).reason, "unchanged");
  equal(
    (planRecord(raise, aPfa({ monthlyRate: "999999999999.99" })) as { reason: string }).reason,
    "unreadable",
  );
});

Deno.test("percent is exact: nothing at 0, all of it gone at -100, and never off by more than half a cent", () => {
  const amount = fc.bigInt({ min: 0n, max: 9_999_999_999_999n });
  const percent = fc.bigInt({ min: -10_000n, max: 10_000n });
  fc.assert(fc.property(amount, percent, (amount, percent) => {
    const became = cents(scaled(fromCents(amount), fromCents(percent))!);
    const error = became * 10_000n - amount * (10_000n + percent);
    ok(error <= 5_000n && error >= -5_000n);
    equal(scaled(fromCents(amount), "0.00"), fromCents(amount));
    equal(scaled(fromCents(amount), "-100.00"), "0.00");
  }));
});

Deno.test("setting fields plans exactly what differs, and planning it again plans nothing", () => {
  fc.assert(fc.property(aRecord(), someEdits(), (seen, edits) => {
    const operation = { kind: "set", edits } as const;
    const then = after(operation, seen);
    deepEqual(then, { ...seen, ...edits });
    equal(planRecord(operation, then)._tag, "Alone");
  }));
});

Deno.test("sums are those of each record's costs, in whatever order", () => {
  fc.assert(fc.property(fc.array(aRecord(), { maxLength: 6 }), (records) => {
    const sums = records.reduce(plus, NOTHING);
    deepEqual(records.toReversed().reduce(plus, NOTHING), sums);
    for (const name of ["plan", "forecast", "actual", "variance"] satisfies Array<keyof Sums>) {
      equal(sums[name], records.reduce((all, one) => all + cents(costs(one)[name] ?? "0.00"), 0n));
    }
  }));
});
