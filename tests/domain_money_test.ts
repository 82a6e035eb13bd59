/** Money and dates: read by meaning, exact in arithmetic, never shifted by a zone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, daysBetween, readDate, wireDate } from "../domain/dates.ts";
import {
  cents,
  divideCents,
  fromCents,
  maskAmounts,
  readMoney,
  wireMoney,
} from "../domain/money.ts";

Deno.test("money reads numbers and decimal text into two decimals", () => {
  const table: Array<[number | string, string]> = [
    [5500, "5500.00"],
    [5500.5, "5500.50"],
    [0.1, "0.10"],
    ["5500.00", "5500.00"],
    [" 007.5 ", "7.50"],
    ["1.230000", "1.23"],
    ["-0", "0.00"],
    [-12.34, "-12.34"],
    ["999999999999.99", "999999999999.99"],
  ];
  for (const [input, expected] of table) assert.equal(readMoney(input), expected, String(input));
});

Deno.test("money refuses what is no amount, has more than two decimals, or is too large", () => {
  const refused = [0.001, 12.345, "12.345", "1e3", "", ".", "1.", "1,000", "abc", NaN, Infinity];
  for (const input of [...refused, 1e12, "1000000000000", 1e21]) {
    assert.equal(readMoney(input), undefined, String(input));
  }
});

Deno.test("every amount of whole cents survives text, number and back", () => {
  fc.assert(fc.property(fc.bigInt({ min: -99_999_999_999_999n, max: 99_999_999_999_999n }), (n) => {
    const money = fromCents(n);
    assert.equal(cents(money), n);
    assert.equal(readMoney(money), money);
    assert.equal(readMoney(wireMoney(money)), money);
  }));
});

Deno.test("division goes to the nearest cent, halves away from zero", () => {
  const table = [[5n, 2n, 3n], [-5n, 2n, -3n], [5n, -2n, -3n], [4n, 3n, 1n], [-4n, 3n, -1n], [
    0n,
    7n,
    0n,
  ]];
  for (const [n, d, expected] of table) assert.equal(divideCents(n!, d!), expected, `${n}/${d}`);
});

Deno.test("a date is read from both forms and travels as midnight UTC", () => {
  for (
    const form of [
      "2028-02-29",
      "2028-02-29T00:00:00Z",
      "2028-02-29T00:00:00.000Z",
      "2028-02-29T00:00:00+00:00",
    ]
  ) {
    assert.equal(readDate(form), "2028-02-29");
  }
  assert.equal(wireDate("2028-02-29"), "2028-02-29T00:00:00Z");
});

Deno.test("a day that does not exist, another time, zone or form is no date", () => {
  for (
    const text of [
      "2027-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-04-31",
      "2026-4-3",
      "26-04-03",
      "2026-04-03T12:00:00Z",
      "2026-04-03T00:00:00",
      "2026-04-03T00:00:00+02:00",
      "03.04.2026",
      "",
    ]
  ) {
    assert.equal(readDate(text), undefined, text);
  }
});

Deno.test("days are counted over months, leap years and changes of clocks", () => {
  assert.equal(daysBetween("2026-01-01", "2026-01-01"), 0);
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
  assert.equal(daysBetween("2028-02-28", "2028-03-01"), 2);
  assert.equal(daysBetween("2026-12-31", "2026-01-01"), -364);
  fc.assert(fc.property(fc.integer({ min: -20_000, max: 20_000 }), (days) => {
    assert.equal(daysBetween("2026-06-15", addDays("2026-06-15", days)), days);
  }));
});

Deno.test("a text without amounts still tells what it is about", () => {
  const masked: Readonly<Record<string, string>> = {
    "monthlyRate 5500.75 exceeds 5000 for PFA-12345": "monthlyRate ••• exceeds ••• for PFA-12345",
    "The price is USD5500 or 5500EUR on CRN-0012": "The price is USD••• or •••EUR on CRN-0012",
    '{"monthlyRate":5500.5,"version":2}': '{"monthlyRate":•••,"version":•••}',
    "Limit 5,500.75 exceeded": "Limit ••• exceeded",
    "Limit 5.500,75 exceeded": "Limit ••• exceeded",
    "At most 5500.00.": "At most •••.",
    "Agreed at $5500, not € 6000": "Agreed at $•••, not € •••",
    "Agreed at 5500 EUR": "Agreed at ••• EUR",
  };
  for (const [text, expected] of Object.entries(masked)) assert.equal(maskAmounts(text), expected);
  const kept = [
    "PEMS answered 503 after 30000 ms",
    "PEMS is at version 9, you saw 7",
    "Cannot connect to 127.0.0.1:8001",
    "PFA-10001 changed at 2026-11-25T17:55:29.35Z by v1.10.22",
    "forecastEnd 2026-09-15 is before forecastStart 2026-12-01",
  ];
  for (const text of kept) assert.equal(maskAmounts(text), text);
});
