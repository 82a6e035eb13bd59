/** What a planner types into a cell, and what the grid makes of it. */
import assert from "node:assert/strict";
import type { FieldMeta } from "../islands/field.ts";
import { count, duration, forecast } from "../islands/format.ts";
import { readTyped } from "../islands/grid/reading.ts";
import {
  addressOf,
  apiQuery,
  queryOf,
  readShape,
  sortedBy,
  WHOLE,
} from "../islands/records/shape.ts";
import { readViews } from "../islands/grid/views.tsx";
import { inWords } from "../islands/records/wording.ts";

const field = (kind: FieldMeta["kind"], more: Partial<FieldMeta> = {}): FieldMeta => ({
  name: "monthlyRate",
  label: "Monthly rate",
  kind,
  nullable: false,
  ...more,
});
const value = (meta: FieldMeta, typed: string) => {
  const reading = readTyped(meta, typed);
  return "value" in reading ? reading.value : undefined;
};

Deno.test("amounts are read as people and spreadsheets write them, and never negative", () => {
  const money = field("money", { nullable: true });
  assert.equal(value(money, " 5,500.5 "), 5500.5);
  assert.equal(value(money, "12 000"), 12000);
  assert.equal(value(money, ""), null);
  for (const wrong of ["-5", "1.234", "5e3", "abc", "5,5", "1234567890123"]) {
    assert.equal(value(money, wrong), undefined, wrong);
  }
});

Deno.test("dates, choices, flags and texts are read by their kinds", () => {
  assert.equal(value(field("date"), "2026-02-28"), "2026-02-28");
  assert.equal(value(field("date"), "28.02.2026"), "2026-02-28");
  assert.equal(value(field("choice", { choices: ["BEO", "PROJECT"] }), "BEO"), "BEO");
  assert.equal(value(field("choice", { choices: ["BEO", "PROJECT"] }), "NONE"), undefined);
  assert.equal(value(field("choice", { choices: ["BEO", "PROJECT"] }), "project"), "PROJECT");
  assert.equal(value(field("flag"), "yes"), true);
  assert.equal(value(field("text", { maxLength: 3 }), "abcd"), undefined);
  assert.equal(value(field("text", { maxLength: 3 }), "  "), undefined);
});

Deno.test("sort, search and filters survive a trip through the URL", () => {
  const shape = {
    ...WHOLE,
    group: "class",
    state: "active",
    from: "2026-01-01",
    columns: ["model", "dor"],
    widths: { model: 200 },
    sort: "forecastEnd",
    descending: true,
    search: "a b",
    status: "draft",
    category: "X&Y",
  };
  const address = addressOf(shape, new URL("http://host/grid?org=RIO"));
  assert.equal(address.searchParams.get("org"), "RIO");
  assert.deepEqual(readShape(Object.fromEntries(address.searchParams)), shape);
  assert.equal(addressOf(WHOLE, address).search, "?org=RIO");
});

Deno.test("a saved view is the shape alone, and no width from a URL breaks the sheet", () => {
  const shape = { ...WHOLE, class: "Light Tower", columns: ["model"] };
  assert.equal(queryOf(shape), "class=Light+Tower&cols=model");
  assert.deepEqual(readShape({ widths: "model:9999,dor:1,};x{:50" }).widths, {
    model: 900,
    dor: 56,
  });
  assert.deepEqual(readViews(`[{"name":"a","query":"q=1"},{"name":1},null]`), [
    { name: "a", query: "q=1" },
  ]);
  assert.deepEqual(readViews("{broken"), []);
});

Deno.test("the export asks the API for what is on show", () => {
  const shape = { ...WHOLE, status: "attention", state: "active", sort: "model", descending: true };
  const asked = Object.entries(apiQuery(shape)).filter(([, value]) => value !== "");
  assert.deepEqual(Object.fromEntries(asked), {
    syncStatus: "failed,conflict",
    status: "active",
    sort: "model",
    order: "desc",
  });
});

Deno.test("a column sorts ascending, descending, then not at all", () => {
  const once = sortedBy(WHOLE, "model");
  const twice = sortedBy(once, "model");
  assert.deepEqual([once.descending, twice.descending], [false, true]);
  assert.deepEqual(sortedBy(twice, "model"), WHOLE);
});

Deno.test("counts have their thousands apart as Intl would", () => {
  for (const value of [0, 7, 999, 1000, 12_345, 999_999, 1_234_567, 0.5, 1234.5, 12_345.125]) {
    assert.equal(count(value), value.toLocaleString("en-US"));
  }
});

Deno.test("how long it takes is said in at most two units", () => {
  assert.equal(forecast(1240), "about 2 min 7 s");
  assert.equal(duration(0.2), "1 s");
  assert.equal(duration(3600), "1 h");
  assert.equal(duration(3900), "1 h 5 min");
});

Deno.test("messages name fields as the screen does", () => {
  assert.equal(
    inWords("a Rental needs a monthlyRate", [field("money")]),
    "a Rental needs a Monthly rate",
  );
  assert.equal(inWords("unknownField stays", [field("money")]), "unknownField stays");
});
