/** The timeline's state without a screen: what months cost, what a form may ask for, what is selected. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { fieldsFor } from "../app/pages/fields.ts";
import { costs } from "../domain/cost.ts";
import { addDays, dayNumber, dayOf, monthNumber } from "../domain/dates.ts";
import { cents } from "../domain/money.ts";
import { type Permission, PERMISSIONS } from "../domain/permissions.ts";
import { type Pfa, wireRecord } from "../domain/pfa.ts";
import { WHOLE } from "../islands/records/shape.ts";
import { effect } from "../islands/timeline/acting.ts";
import { changeOf, refusalOf } from "../islands/timeline/asked.ts";
import { extentOf } from "../islands/timeline/looking.ts";
import { moved } from "../islands/timeline/moving.ts";
import { KINDS, Spending, within } from "../islands/timeline/spend.ts";
import { TimelineState } from "../islands/timeline/state.ts";
import { aRecord } from "./arbitraries.ts";

const workplace = {
  organizationId: "o",
  organizationCode: "RIO",
  organizationName: "Rio",
  mayEdit: true,
  mayDelete: true,
  maySync: true,
  mayManage: false,
  mayExport: false,
  mayImport: false,
};

/** With the records as the API answers them to who has the permissions. */
function chartOf(
  records: ReadonlyArray<Pfa>,
  permissions: ReadonlyArray<Permission> = PERMISSIONS,
  group = "",
): TimelineState {
  const chart = new TimelineState({
    workplace,
    fields: fieldsFor(permissions),
    shape: { ...WHOLE, group },
    outlook: { zoom: "month", date: "2026-11-01" },
  });
  const views = records.map((record, nth) => ({
    pfaId: `PFA-${10_000 + nth}`,
    version: 1,
    data: wireRecord(record),
    baseline: {},
    sync: { status: "clean" } as const,
  }));
  chart.records.take(views, chart.records.now, () => new Set());
  return chart;
}

/** A record whose dates stand in order, as those of PEMS do. */
const anOrdered = (): fc.Arbitrary<Pfa> =>
  aRecord(true).map((record) => {
    const pair = (one: string, other: string) => [one, other].sort() as [string, string];
    const [originalStart, originalEnd] = pair(record.originalStart, record.originalEnd);
    const [forecastStart, forecastEnd] = pair(record.forecastStart, record.forecastEnd);
    const started = record.actualStart !== null && record.actualEnd !== null;
    const [actualStart, actualEnd] = started
      ? pair(record.actualStart!, record.actualEnd!)
      : [record.actualStart, null];
    return {
      ...record,
      originalStart,
      originalEnd,
      forecastStart,
      forecastEnd,
      actualStart,
      actualEnd,
    };
  });

const CRANE: Pfa = {
  description: "Crane",
  areaSilo: "North",
  category: "Cranes",
  class: "Boom",
  forecastCategory: null,
  manufacturer: null,
  model: null,
  contract: null,
  equipment: null,
  source: "Rental",
  dor: "PROJECT",
  monthlyRate: "3044.00",
  purchasePrice: null,
  originalStart: "2026-12-30",
  originalEnd: "2027-02-02",
  forecastStart: "2027-01-30",
  forecastEnd: "2027-03-02",
  actualStart: null,
  actualEnd: null,
  isActualized: false,
  isDiscontinued: false,
  isFundsTransferable: false,
};

Deno.test("the strip's months add up to what the records cost, to the cent", () => {
  fc.assert(
    fc.property(fc.array(anOrdered(), { maxLength: 5 }), (records) => {
      const chart = chartOf(records);
      const { months, whole } = new Spending(chart).of(records.keys());
      for (const kind of KINDS) {
        const expected = records.reduce((sum, one) => sum + cents(costs(one)[kind] ?? "0"), 0n);
        assert.equal(whole[kind], expected);
        assert.equal(months.reduce((sum, month) => sum + month[kind], 0n), expected);
      }
      months.slice(1).forEach(({ month }, nth) => assert.equal(month, months[nth]!.month + 1));
    }),
    { numRuns: 40 },
  );
});

Deno.test("the strip knows of a moved bar, and counts only what is on show", () => {
  const chart = chartOf([CRANE, { ...CRANE, category: "Pumps" }]);
  const spending = new Spending(chart);
  const both = spending.of([0, 1]);
  assert.equal(spending.of([0]).whole.forecast * 2n, both.whole.forecast);
  chart.records.setValue(0, "forecastEnd", "2027-04-02");
  const { months } = spending.of([0]);
  assert.equal(months.find(({ month }) => month === monthNumber("2027-03-01"))!.forecast, 310000n);
  const seen = within(both, "2027-01-15", "2027-02-01");
  assert.deepEqual(seen.map(({ month }) => month), [24324, 24325]);
});

Deno.test("what a move costs is what the records cost after it, less what they did", () => {
  fc.assert(
    fc.property(anOrdered(), fc.integer({ min: -400, max: 400 }), (record, days) => {
      const change = (span: { start: string; end: string }) => moved(span, "end", days);
      const { start, end } = change({ start: record.forecastStart, end: record.forecastEnd });
      const after = costs({ ...record, forecastStart: start, forecastEnd: end }).forecast;
      const expected = cents(after ?? "0") - cents(costs(record).forecast ?? "0");
      assert.equal(effect(chartOf([record]), [0], change), expected);
    }),
    { numRuns: 60 },
  );
});

Deno.test("who may not see money is told no cost, and refused no date for it", () => {
  const blind = PERMISSIONS.filter((permission) => permission !== "ViewFinancials");
  const chart = chartOf([{ ...CRANE, monthlyRate: null }], blind);
  assert.equal(chart.seesMoney, false);
  assert.equal(effect(chart, [0], (span) => moved(span, "end", 30)), undefined);
  assert.equal(refusalOf(chart, [0], { start: "", end: "", days: 9 }), undefined);
});

Deno.test("the form refuses by the rules, in the screen's words, and only what may move", () => {
  const chart = chartOf([CRANE, CRANE, { ...CRANE, isDiscontinued: true }]);
  const late = { start: "2027-05-01", end: "", days: 0 };
  assert.equal(
    refusalOf(chart, [0], late),
    "Forecast end 2027-03-02 must not be before Forecast start 2027-05-01.",
  );
  assert.match(refusalOf(chart, [0, 1, 2], late)!, /^PFA-10000: .*\(and 1 other record\)$/);
  assert.equal(refusalOf(chart, [2], late), undefined);
  assert.match(
    refusalOf(chart, [0], { ...late, start: "", days: 999_999 })!,
    /no day of a project/,
  );
  assert.deepEqual(
    changeOf({ start: "2027-02-01", end: "", days: 2 })({ start: "2027-01-01", end: "2027-03-01" }),
    { start: "2027-02-03", end: "2027-03-03" },
  );
  assert.match(chart.lockOf(2)!, /discontinued/);
});

Deno.test("selections grow from where they began, leave out headings, and hold only what is on show", () => {
  const chart = chartOf(
    [CRANE, { ...CRANE, category: "Pumps" }, CRANE, { ...CRANE, category: "Pumps" }],
    PERMISSIONS,
    "category",
  );
  // A heading, two cranes, a heading, two pumps.
  chart.go(2);
  chart.extendTo(4);
  assert.deepEqual([...chart.picked.value], [2, 1]);
  assert.deepEqual(chart.targets(), [2, 1]);
  chart.extendTo(1);
  assert.deepEqual([...chart.picked.value], [0, 2]);
  chart.view.fold(chart.view.groupAt(0)!);
  assert.deepEqual(chart.targets(), []);
  chart.pickAll();
  assert.deepEqual([...chart.picked.value], [1, 3]);
  chart.go(3);
  assert.deepEqual(chart.targets(), [3]);
});

Deno.test("the axis holds every bar, and what fits is from the first day to the last", () => {
  fc.assert(
    fc.property(fc.array(anOrdered(), { minLength: 1, maxLength: 4 }), (records) => {
      const chart = chartOf(records);
      const { from, to } = chart.scale.value;
      const days = extentOf(chart, records.keys())!;
      assert.ok(from <= days.from && days.to <= to);
      const first = records.flatMap((one) => [one.originalStart, one.forecastStart]).sort()[0]!;
      assert.ok(days.from <= dayNumber(first));
      assert.ok(dayOf(days.to) >= addDays(first, 1));
    }),
    { numRuns: 40 },
  );
});
