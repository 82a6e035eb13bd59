/** Series of the dashboard: rows of any step as points of another, quantiles, and the error budget. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BOUNDS,
  joined,
  quantileOf,
  seriesOf,
  type SeriesRow,
  totalsOf,
} from "../domain/series.ts";

const row = (at: number, counts: SeriesRow["counts"], gauges?: SeriesRow["gauges"]): SeriesRow => ({
  at,
  counts,
  gauges: gauges ?? {},
  samples: gauges === undefined ? 0 : 1,
});

Deno.test("counts become rates, and samples their mean", () => {
  const rows = [
    row(100, { "latency/0.1": 30, "request/PUT/200": 20 }, { queued: 4, budget: 0.5, limit: 10 }),
    row(110, { "latency/0.1": 20, "request/PUT/503": 10 }, { queued: 8, budget: 1, limit: 10 }),
    row(120, {}, { queued: 1 }),
  ];
  const series = seriesOf(rows, { from: 100, to: 140, step: 20, now: 1000 });
  assert.deepEqual(series.at, [100, 120]);
  assert.deepEqual(series.edits, [2.5, 0]);
  assert.deepEqual(series.writes, [1.5, 0]);
  assert.deepEqual(series.queue.queued, [6, 1]);
  assert.deepEqual(series.budget, [75, 0]);
  assert.deepEqual(series.success, [100, null]);
  assert.deepEqual(series.latency.p50, [0.05 + 0.05 * 0.5, null]);
});

Deno.test("where nothing is known there is no zero", () => {
  const series = seriesOf([row(20, { failed: 1 })], { from: 0, to: 30, step: 10, now: 30 });
  assert.deepEqual(series.at, [0, 10, 20]);
  assert.deepEqual(series.edits, [null, null, 0]);
  assert.deepEqual(series.queue.queued, [null, null, null]);
  assert.deepEqual(series.success, [null, null, 0]);
});

Deno.test("a point that is still going on is told by its time so far", () => {
  const series = seriesOf([row(20, { "latency/1": 10 })], { from: 20, to: 30, step: 10, now: 25 });
  assert.deepEqual(series.edits, [2]);
  assert.deepEqual(seriesOf([], { from: 20, to: 60, step: 10, now: 25 }).at, [20]);
});

Deno.test("errors and conflicts are told apart by their last word, per minute", () => {
  const rows = [row(0, {
    "errors/rate_limited": 2,
    "errors/server_error": 1,
    "conflicts/fields": 3,
    "resolved/resolved_local/fields": 1,
    "resolved/resolved_pems/fields": 1,
  })];
  const { errors, conflicts } = seriesOf(rows, { from: 0, to: 60, step: 60, now: 60 });
  assert.deepEqual(errors, { rate_limited: [2], server_error: [1] });
  assert.deepEqual(conflicts.opened, { fields: [3] });
  assert.deepEqual(conflicts.resolved, { fields: [2] });
});

Deno.test("of 1,000 one may fail", () => {
  const span = { from: 0, to: 20, step: 10, now: 20 };
  const totals = totalsOf(
    seriesOf([row(0, { "latency/1": 1000 }), row(10, { "latency/5": 999, failed: 1 })], span),
  );
  assert.equal(totals.successPercent, 99.95);
  assert.ok(Math.abs(totals.budgetLeftPercent! - 50) < 1e-9);
  assert.deepEqual(totalsOf(seriesOf([], span)), {
    synced: 0,
    failed: 0,
    successPercent: null,
    budgetLeftPercent: null,
  });
});

Deno.test("newer points take the place of older ones, and what is too old goes", () => {
  const span = { step: 10, now: 1000 };
  const before = seriesOf([
    row(0, { "latency/1": 10 }, { queued: 1 }),
    row(10, { "latency/1": 20, "errors/rejected": 1 }, { queued: 2 }),
    row(20, { "latency/1": 30 }, { queued: 3 }),
  ], { ...span, from: 0, to: 30 });
  const after = seriesOf([
    row(20, { "latency/1": 40, "errors/unavailable": 1 }, { queued: 4 }),
    row(30, {}, { queued: 5 }),
  ], { ...span, from: 20, to: 40 });
  const both = joined(before, after, 10);
  assert.deepEqual(both.at, [10, 20, 30]);
  assert.deepEqual(both.edits, [2, 4, 0]);
  assert.deepEqual(both.queue.queued, [2, 4, 5]);
  assert.deepEqual(both.errors, { rejected: [6, null, null], unavailable: [null, 6, 0] });
  assert.deepEqual(Object.keys(both).sort(), Object.keys(before).sort());
});

const buckets = fc.array(fc.nat(50), { minLength: BOUNDS.length + 1, maxLength: BOUNDS.length + 1 })
  .filter((counts) => counts.some((count) => count > 0));

Deno.test("quantiles rise with their share, and lie in a bucket that is not empty", () => {
  fc.assert(
    fc.property(buckets, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (counts, share) => {
      const value = quantileOf(counts, share)!;
      assert.ok(value <= quantileOf(counts, share + 0.01)!);
      const nth = BOUNDS.findIndex((bound) => value <= bound);
      assert.ok(counts[nth]! > 0 || nth === BOUNDS.length - 1 && counts.at(-1)! > 0);
    }),
  );
  assert.equal(quantileOf(BOUNDS.map(() => 0).concat(0), 0.5), null);
});

const rows = fc.array(
  fc.record({ at: fc.nat(599), latency: fc.nat(20), failed: fc.nat(5) }),
  { maxLength: 40 },
).map((all) =>
  all.map(({ at, latency, failed }) =>
    row(at, { "latency/1": latency, failed }, { queued: latency })
  )
);

Deno.test("no step loses or invents a modification", () => {
  fc.assert(fc.property(rows, fc.constantFrom(10, 60, 300), (all, step) => {
    const series = seriesOf(all, { from: 0, to: 600, step, now: 600 });
    const counted = (key: string) => all.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0);
    const { synced, failed } = totalsOf(series);
    assert.deepEqual([synced, failed], [counted("latency/1"), counted("failed")]);
    const edits = series.edits.reduce<number>((sum, rate) => sum + (rate ?? 0) * step, 0);
    assert.ok(Math.abs(edits - synced) < 1e-6);
  }));
});
