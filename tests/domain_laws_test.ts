/** Laws of the domain's pure functions, tried on any record, delta and policy. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { costs } from "../domain/cost.ts";
import { addDays, daysBetween } from "../domain/dates.ts";
import { applied, capture, type Delta, mergeDeltas, sameValue } from "../domain/delta.ts";
import { cents, divideCents } from "../domain/money.ts";
import {
  FIELD_NAMES,
  type FieldName,
  FIELDS,
  type Pfa,
  readRecord,
  readValue,
  wireRecord,
  wireValue,
} from "../domain/pfa.ts";
import { backoff, delayAfter } from "../domain/retry.ts";
import { brokenRules } from "../domain/rules.ts";
import { type HealthFacts, judgeHealth } from "../domain/status.ts";
import { aCapture, aRecord, aValue, someEdits } from "./arbitraries.ts";
import { aPfa } from "./builders.ts";

const same = (one: Pfa, other: Pfa) =>
  FIELD_NAMES.every((name) => sameValue(name, one[name], other[name]));

Deno.test("what is captured and applied is what was edited, and nothing else", () => {
  fc.assert(fc.property(aRecord(), someEdits(), (seen, edits) => {
    const after = applied(seen, capture(seen, edits));
    deepEqual(after, { ...seen, ...edits });
    deepEqual(capture(after, edits), {}, "once applied it is no edit any more");
  }));
});

Deno.test("the capture of what was seen undoes the delta", () => {
  fc.assert(fc.property(aCapture(), ({ seen, delta }) => {
    const after = applied(seen, delta);
    const back = capture(after, seen);
    deepEqual(Object.keys(back).sort(), Object.keys(delta).sort());
    ok(same(applied(after, back), seen));
    deepEqual(mergeDeltas(delta, back), {}, "there and back is nothing");
  }));
});

Deno.test("of deltas made one upon the other, it does not matter which are merged first", () => {
  const three = fc.tuple(aRecord(), fc.array(someEdits(), { minLength: 3, maxLength: 3 }));
  fc.assert(fc.property(three, ([start, all]) => {
    let seen = start;
    const deltas = all.map((edits) => {
      const delta = capture(seen, edits);
      seen = applied(seen, delta);
      return delta;
    });
    const [a, b, c] = deltas as [Delta, Delta, Delta];
    deepEqual(mergeDeltas(mergeDeltas(a, b), c), mergeDeltas(a, mergeDeltas(b, c)));
    deepEqual(mergeDeltas({}, a), a);
    deepEqual(mergeDeltas(a, {}), a);
  }));
});

Deno.test("equal by meaning is an equivalence", () => {
  const written = fc.constantFrom("1", "1.0", "1.00", " 1 ", "2", "", " ", null);
  const name = fc.constantFrom<FieldName>("model", "monthlyRate");
  fc.assert(fc.property(name, written, written, written, (field, a, b, c) => {
    ok(sameValue(field, a, a));
    equal(sameValue(field, a, b), sameValue(field, b, a));
    if (sameValue(field, a, b) && sameValue(field, b, c)) ok(sameValue(field, a, c));
    equal(sameValue("model", a, null), a === null || a.trim() === "", "blank is nothing");
  }));
});

Deno.test("every value is read back as it travelled, and so is the whole record", () => {
  fc.assert(fc.property(aRecord(true), (record) => {
    const wire = JSON.parse(JSON.stringify(wireRecord(record)));
    deepEqual(readRecord(wire), { record });
  }));
  fc.assert(fc.property(fc.constantFrom(...FIELD_NAMES), fc.context(), (name, context) => {
    fc.assert(fc.property(aValue(name, true), (value) => {
      context.log(`${name} ${value}`);
      const wire = wireValue(name, value);
      deepEqual(readValue(name, wire), { value });
      if (FIELDS[name].kind === "date" && value !== null) equal(wire, `${value}T00:00:00Z`);
    }));
  }));
});

Deno.test("what is read is in normal form, whatever came", () => {
  const field = fc.constantFrom(...FIELD_NAMES);
  const padded = fc.string().map((text) => ` ${text} `);
  const input = fc.oneof(padded, fc.double(), fc.boolean(), fc.constant(null), fc.jsonValue());
  fc.assert(fc.property(field, input, (name, came) => {
    const reading = readValue(name, came);
    if ("message" in reading) return ok(reading.message.startsWith(name));
    deepEqual(readValue(name, wireValue(name, reading.value)), reading);
    if (typeof reading.value === "string") equal(reading.value, reading.value.trim());
  }));
});

Deno.test("days are added up, and later days are greater as text", () => {
  const days = fc.integer({ min: -30_000, max: 30_000 });
  fc.assert(fc.property(days, days, (one, other) => {
    const start = addDays("2026-06-15", one);
    const end = addDays(start, other);
    equal(end, addDays("2026-06-15", one + other));
    equal(Math.sign(daysBetween(start, end)), start < end ? 1 : start > end ? -1 : 0);
  }));
});

const abs = (n: bigint) => n < 0n ? -n : n;

Deno.test("a quotient is never further than half a cent from the exact one", () => {
  const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  const divisor = fc.bigInt({ min: -9999n, max: 9999n }).filter((d) => d !== 0n);
  fc.assert(fc.property(amount, divisor, (n, d) => {
    ok(2n * abs(divideCents(n, d) * d - n) <= abs(d));
    equal(divideCents(-n, d), -divideCents(n, d));
  }));
});

Deno.test("a cost is days / 30.44 x rate, or the price, and the variance is the rest", () => {
  fc.assert(fc.property(aRecord(true), (record) => {
    const found = costs(record);
    const rate = record.source === "Rental" ? record.monthlyRate : record.purchasePrice;
    const pairs = [
      [found.plan, record.originalStart, record.originalEnd],
      [found.forecast, record.forecastStart, record.forecastEnd],
      [found.actual, record.actualStart, record.actualEnd],
    ] as const;
    for (const [cost, start, end] of pairs) {
      if (start === null || end === null || rate === null) equal(cost, null);
      else if (record.source === "Purchase") equal(cost, rate);
      else {
        const exact = BigInt(daysBetween(start, end)) * cents(rate) * 100n;
        ok(2n * abs(cents(cost!) * 3044n - exact) <= 3044n);
      }
    }
    const last = found.actual ?? found.forecast;
    if (last === null || found.plan === null) equal(found.variance, null);
    else equal(cents(found.variance!), cents(last) - cents(found.plan));
  }));
});

Deno.test("a delay grows to a minute and a tenth at most, and ends with the retries", () => {
  const policy = fc.record({
    maxRetries: fc.integer({ min: 0, max: 20 }),
    baseMs: fc.integer({ min: 1, max: 60_000 }),
  });
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(policy, fc.integer({ min: 1, max: 40 }), chance, (retry, nth, random) => {
    const delay = backoff(nth, retry, random);
    ok(delay >= Math.min(retry.baseMs, 60_000) && delay <= 66_000, `${delay}`);
    const plain = backoff(nth, retry, 0);
    ok(delay >= plain && delay <= plain * 1.1 + 1e-6, "jitter adds a tenth at most");
    ok(backoff(nth + 1, retry, 0) >= plain, "never shorter than before");
    if (plain < 60_000) equal(plain, retry.baseMs * 2 ** (nth - 1));
    equal(delayAfter(nth, retry, random), nth > retry.maxRetries ? undefined : delay);
  }));
});

Deno.test("a broken rule names only fields that mend it", () => {
  const mended = aPfa({
    monthlyRate: "1.00",
    purchasePrice: "1.00",
    actualStart: null,
    actualEnd: null,
  });
  fc.assert(fc.property(aRecord(), (record) => {
    for (const { fields, message } of brokenRules(record)) {
      const better = Object.fromEntries(fields.map((name) => [name, mended[name]]));
      const still = brokenRules({ ...record, ...better }).map((rule) => rule.message);
      ok(!still.includes(message), message);
    }
  }));
});

const facts: fc.Arbitrary<HealthFacts> = fc.record({
  writeSync: fc.boolean(),
  connected: fc.boolean(),
  pause: fc.constantFrom(null, "administrator", "credentials", "rewind"),
  pauseReason: fc.constantFrom(null, "why"),
  circuit: fc.constantFrom(null, "closed", "open", "probing"),
  slowed: fc.boolean(),
  workerUnseenSeconds: fc.option(fc.integer({ min: 0, max: 600 }), { nil: null }),
  pending: fc.nat(2),
  troubled: fc.nat(2),
  deadLetters: fc.nat(2),
});

Deno.test("health is the worst that holds, and one more trouble never mends it", () => {
  const order = ["healthy", "degraded", "paused", "down"];
  const worse: ReadonlyArray<readonly [Partial<HealthFacts>, RegExp]> = [
    [{ writeSync: false }, /switched off/],
    [{ connected: false }, /No PEMS/],
    [{ pause: "credentials" }, /credentials/],
    [{ circuit: "open" }, /does not answer/],
    [{ slowed: true }, /slow down/],
    [{ workerUnseenSeconds: 601, pending: 1 }, /for 5 minutes/],
    [{ troubled: 3 }, /^3 changes are tried again/],
    [{ deadLetters: 3 }, /^3 changes failed/],
  ];
  fc.assert(fc.property(facts, fc.constantFrom(...worse), (known, [trouble, told]) => {
    const before = judgeHealth(known);
    const after = judgeHealth({ ...known, ...trouble });
    equal(before.health === "healthy", before.reasons.length === 0);
    ok(order.indexOf(after.health) >= order.indexOf(before.health));
    ok(after.health !== "healthy" && after.reasons.some((reason) => told.test(reason)));
    if (known.circuit === "open") equal(before.health, "down");
    else if (known.pause !== null && before.health !== "down") equal(before.health, "paused");
  }));
});
