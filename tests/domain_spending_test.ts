/** Costs month by month: nothing is lost or added by cutting them up. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { costs } from "../domain/cost.ts";
import { monthNumber } from "../domain/dates.ts";
import { cents } from "../domain/money.ts";
import { spending } from "../domain/spending.ts";
import { aRecord } from "./arbitraries.ts";

const rental = { source: "Rental", monthlyRate: "3044.00", purchasePrice: null } as const;

Deno.test("the months of any record together cost what the record does", () => {
  fc.assert(fc.property(aRecord(true), (record) => {
    const [start, end] = [record.forecastStart, record.forecastEnd].sort() as [string, string];
    const whole = costs({ ...record, forecastStart: start, forecastEnd: end }).forecast;
    const months = spending(record, start, end);
    const sum = months.reduce((sum, month) => sum + month.cents, 0n);
    assert.equal(sum, whole === null ? 0n : cents(whole));
    assert.ok(
      months.every(({ month, cents }) =>
        cents > 0n && month >= monthNumber(start) && month <= monthNumber(end)
      ),
    );
  }));
});

Deno.test("a rental's days cost in the month they are in, a purchase in the month it starts", () => {
  const months = spending(rental, "2026-12-30", "2027-02-02");
  assert.deepEqual(months.map(({ cents }) => cents), [20000n, 310000n, 10000n]);
  assert.equal(months[0]!.month, monthNumber("2026-12-01"));
  const bought = { source: "Purchase", monthlyRate: null, purchasePrice: "99.50" } as const;
  assert.deepEqual(spending(bought, "2026-12-30", "2027-02-02"), [
    { month: monthNumber("2026-12-01"), cents: 9950n },
  ]);
});

Deno.test("what has no price or no days costs nothing in any month", () => {
  assert.deepEqual(spending({ ...rental, monthlyRate: null }, "2026-01-01", "2027-01-01"), []);
  assert.deepEqual(spending(rental, "2026-01-01", "2026-01-01"), []);
});
