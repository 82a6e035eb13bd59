/** The timeline's axis and the moves of its bars: by arithmetic alone. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addDays, addMonths, dayNumber, dayOf, daysBetween } from "../domain/dates.ts";
import { moved, shiftWords, snapped } from "../islands/timeline/moving.ts";
import { outlookAddress, readOutlook } from "../islands/timeline/outlook.ts";
import {
  dayAt,
  type Days,
  filling,
  fitting,
  joined,
  scaleOf,
  widthOf,
  xOf,
  yearsAround,
  zoomed,
  ZOOMS,
} from "../islands/timeline/scale.ts";
import { monthLabel, neighbour, ticksOf, weekends } from "../islands/timeline/ticks.ts";

const aDay = () => fc.integer({ min: dayNumber("1990-01-01"), max: dayNumber("2090-01-01") });
const someDays = (): fc.Arbitrary<Days> =>
  fc.tuple(aDay(), fc.integer({ min: 1, max: 2000 })).map(([from, days]) => ({
    from,
    to: from + days,
  }));
const aZoom = () => fc.constantFrom(...ZOOMS);
const aSpan = () =>
  fc.tuple(aDay(), fc.integer({ min: 0, max: 900 })).map(([from, days]) => ({
    start: dayOf(from),
    end: dayOf(from + days),
  }));

Deno.test("a day stands where its pixel says, at every zoom", () => {
  fc.assert(fc.property(aZoom(), someDays(), aDay(), (zoom, days, day) => {
    const scale = scaleOf(zoom, days);
    assert.ok(Math.abs(dayAt(scale, xOf(scale, day)) - day) < 1e-6);
    assert.ok(widthOf(scale) > 0);
  }));
});

Deno.test("both headers leave no gap, begin with the calendar, and reach over all the days", () => {
  fc.assert(fc.property(aZoom(), someDays(), (zoom, days) => {
    const { upper, lower } = ticksOf(zoom, days);
    for (const ticks of [upper, lower]) {
      assert.ok(ticks[0]!.from <= days.from && ticks.at(-1)!.to >= days.to);
      ticks.slice(1).forEach((tick, nth) => assert.equal(tick.from, ticks[nth]!.to));
    }
  }));
});

Deno.test("headers are written as planners say them", () => {
  const days = { from: dayNumber("2026-12-30"), to: dayNumber("2027-01-02") };
  const said = ZOOMS.map((zoom) => {
    const { upper, lower } = ticksOf(zoom, days);
    return [upper, lower].map((ticks) => ticks.map(({ label }) => label).join("|")).join(" / ");
  });
  assert.deepEqual(said, [
    "Dec 2026|Jan 2027 / 30|31|1",
    "Dec 2026|Jan 2027 / Dec 28",
    "Q4 2026|Q1 2027 / Dec|Jan",
    "2026|2027 / Q4|Q1",
    "2020s / 2026|2027",
  ]);
  assert.equal(monthLabel("2027-03-31"), "Mar 2027");
});

Deno.test("weeks begin on Monday, before 1970 too, and weekends are their last two days", () => {
  for (const monday of ["2026-11-30", "1969-12-29", "1958-03-03"]) {
    const day = dayNumber(monday);
    assert.equal(ticksOf("week", { from: day + 6, to: day + 7 }).lower[0]!.from, day);
    assert.deepEqual(weekends({ from: day, to: day + 7 }), [{ from: day + 5, to: day + 7 }]);
  }
});

Deno.test("stepping along the axis goes from stretch to stretch, there and back", () => {
  fc.assert(fc.property(aZoom(), aDay(), (zoom, day) => {
    const next = neighbour(zoom, day, 1);
    assert.ok(next > day);
    assert.ok(neighbour(zoom, next, -1) <= day);
    assert.ok(neighbour(zoom, day, -1) < day);
  }));
});

Deno.test("the axis spans whole years around its records, and fills the screen", () => {
  const days = yearsAround("2026-05-03", "2027-02-01");
  assert.deepEqual([dayOf(days.from), dayOf(days.to)], ["2025-01-01", "2029-01-01"]);
  const never = yearsAround("0001-01-01", "9999-12-31");
  assert.deepEqual([dayOf(never.from), dayOf(never.to)], ["1900-01-01", "2200-01-01"]);
  const wide = filling(days, "year", 2000);
  assert.ok((wide.to - wide.from) * 0.5 >= 2000);
  assert.equal(dayOf(wide.to).slice(5), "01-01");
  assert.equal(filling(days, "day", 2000), days);
  assert.equal(joined(days, { from: days.from + 1, to: days.to }), days);
});

Deno.test("fitting takes the nearest zoom that shows all, and zooming stops at either end", () => {
  assert.equal(fitting(20, 1000), "day");
  assert.equal(fitting(300, 1000), "quarter");
  assert.equal(fitting(90_000, 1000), "year");
  assert.equal(zoomed("day", -1), "day");
  assert.equal(zoomed("week", 1), "month");
  assert.equal(zoomed("year", 1), "year");
});

Deno.test("a bar moves as a whole with its length, and back to where it was", () => {
  fc.assert(fc.property(aSpan(), fc.integer({ min: -5000, max: 5000 }), (span, days) => {
    const there = moved(span, "whole", days);
    assert.equal(daysBetween(there.start, there.end), daysBetween(span.start, span.end));
    assert.deepEqual(moved(there, "whole", -days), span);
  }));
});

Deno.test("an end that is dragged never passes the other, which stays", () => {
  fc.assert(fc.property(aSpan(), fc.integer({ min: -5000, max: 5000 }), (span, days) => {
    const start = moved(span, "start", days);
    const end = moved(span, "end", days);
    assert.ok(start.start <= start.end && end.start <= end.end);
    assert.equal(start.end, span.end);
    assert.equal(end.start, span.start);
    if (days <= 0) assert.equal(start.start, addDays(span.start, days));
    if (days >= 0) assert.equal(end.end, addDays(span.end, days));
  }));
});

Deno.test("pixels snap to whole days, or weeks", () => {
  assert.equal(snapped(17, 36, false), 0);
  assert.equal(snapped(-19, 36, false), -1);
  assert.ok(Object.is(snapped(-1, 36, false), 0));
  fc.assert(fc.property(fc.integer({ min: -4000, max: 4000 }), (pixels) => {
    const days = snapped(pixels, 14, true);
    assert.ok(days % 7 === 0 && Math.abs(days - pixels / 14) <= 3.5);
  }));
  assert.deepEqual([3, -1, 0].map(shiftWords), ["+3 days", "−1 day", "0 days"]);
});

Deno.test("a month later is the same day, or the last where the month is shorter", () => {
  assert.equal(addMonths("2027-01-31", 1), "2027-02-28");
  assert.equal(addMonths("2028-01-31", 1), "2028-02-29");
  assert.equal(addMonths("2027-01-15", -1), "2026-12-15");
});

Deno.test("zoom and date survive a trip through the URL, and nonsense counts as not given", () => {
  const outlook = { zoom: "week", date: "2027-01-03" } as const;
  const address = outlookAddress(outlook, new URL("http://view/timeline?q=crane&zoom=day"));
  assert.deepEqual(readOutlook(Object.fromEntries(address.searchParams)), outlook);
  assert.equal(address.searchParams.get("q"), "crane");
  for (const date of ["2027-02-30", "0001-01-01", "9999-12-31"]) {
    assert.deepEqual(readOutlook({ zoom: "hour", date }), { zoom: "month", date: undefined });
  }
});
