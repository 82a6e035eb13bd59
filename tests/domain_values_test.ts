/** Values, rules and permissions of a record: what may be in a field, and in a whole record. */
import assert from "node:assert/strict";
import { PERMISSIONS, permissionsToEdit } from "../domain/permissions.ts";
import {
  FIELD_NAMES,
  type FieldName,
  type Pfa,
  readRecord,
  readValue,
  wireRecord,
  wireValue,
} from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import { aPfa } from "./builders.ts";

const value = (name: FieldName, input: unknown) => {
  const reading = readValue(name, input);
  return "value" in reading ? reading.value : undefined;
};
const message = (name: FieldName, input: unknown) => {
  const reading = readValue(name, input);
  return "message" in reading ? reading.message : undefined;
};

Deno.test("text is trimmed, blank is null where that may be, and too long is refused", () => {
  assert.equal(value("description", "  Crane 7 "), "Crane 7");
  assert.equal(value("description", "   "), null);
  assert.equal(value("description", null), null);
  assert.equal(value("description", "x".repeat(500)), "x".repeat(500));
  assert.equal(
    message("description", "x".repeat(501)),
    "description must have at most 500 characters",
  );
  assert.equal(message("category", "  "), "category must not be empty");
  assert.equal(message("category", null), "category must not be empty");
  assert.equal(message("category", 7), "category must be text");
  assert.match(message("description", "a\u0000b")!, /control characters/);
  assert.equal(value("description", "two\nlines\tand a tab"), "two\nlines\tand a tab");
});

Deno.test("a choice is one of its words, exactly", () => {
  assert.equal(value("source", "Rental"), "Rental");
  assert.equal(message("source", "rental"), "source must be one of Rental, Purchase");
  assert.equal(message("dor", null), "dor must not be empty");
});

Deno.test("money comes as a JSON number with at most two decimals, or null", () => {
  assert.equal(value("monthlyRate", 5500), "5500.00");
  assert.equal(value("monthlyRate", null), null);
  for (const input of ["5500", 1.234, NaN, true, {}]) {
    assert.equal(
      message("monthlyRate", input),
      "monthlyRate must be a number with at most 2 decimals",
    );
  }
});

Deno.test("a date is a day that exists, a flag is true or false", () => {
  assert.equal(value("forecastEnd", "2026-09-15T00:00:00Z"), "2026-09-15");
  assert.equal(value("actualEnd", null), null);
  assert.match(message("forecastEnd", "2026-02-30")!, /a date that exists/);
  assert.match(message("forecastEnd", 20260230)!, /a date that exists/);
  assert.equal(message("forecastEnd", null), "forecastEnd must not be empty");
  assert.equal(value("isActualized", false), false);
  for (const input of ["true", 0, 1]) {
    assert.equal(message("isActualized", input), "isActualized must be true or false");
  }
  assert.equal(message("isActualized", null), "isActualized must not be empty");
});

Deno.test("a record reads back as it travels, and every unreadable field is named", () => {
  const pfa = aPfa({ actualStart: "2026-02-01", monthlyRate: "1234.56" });
  assert.deepEqual(readRecord(wireRecord(pfa)), { record: pfa });
  assert.equal(wireValue("actualStart", pfa.actualStart), "2026-02-01T00:00:00Z");
  assert.equal(wireValue("monthlyRate", pfa.monthlyRate), 1234.56);
  const reading = readRecord({ ...wireRecord(pfa), source: "Lease", forecastEnd: "soon" });
  assert.ok("messages" in reading);
  assert.equal(reading.messages.length, 2);
  assert.equal((readRecord({}) as { messages: string[] }).messages.length, 12);
});

const rules: Array<[string, Partial<Pfa>, ReadonlyArray<string>]> = [
  ["forecast dates in order", { forecastStart: "2026-09-16" }, ["forecastStart", "forecastEnd"]],
  ["actual dates in order", { actualStart: "2026-02-02", actualEnd: "2026-02-01" }, [
    "actualStart",
    "actualEnd",
  ]],
  ["a rate for a rental", { monthlyRate: null }, ["source", "monthlyRate"]],
  ["a price for a purchase", { source: "Purchase" }, ["source", "purchasePrice"]],
  ["a rate of at least 0", { monthlyRate: "-0.01" }, ["monthlyRate"]],
  ["a price of at least 0", { purchasePrice: "-1.00" }, ["purchasePrice"]],
];
for (const [rule, over, fields] of rules) {
  Deno.test(`a record needs ${rule}`, () => {
    assert.deepEqual(brokenRules(aPfa(over)).map((broken) => broken.fields), [fields]);
  });
}

Deno.test("one day, an open end and an amount of 0 break no rule, and two broken rules are both named", () => {
  assert.deepEqual(brokenRules(aPfa()), []);
  assert.deepEqual(
    brokenRules(
      aPfa({ forecastStart: "2026-09-15", actualStart: "2026-02-01", monthlyRate: "0.00" }),
    ),
    [],
  );
  assert.equal(brokenRules(aPfa({ monthlyRate: null, forecastStart: "2027-01-01" })).length, 2);
});

Deno.test("each field's edit needs its permission, money ViewFinancials too, the plan is nobody's", () => {
  assert.equal(PERMISSIONS.length, 14);
  assert.deepEqual(permissionsToEdit("description"), ["EditForecast"]);
  assert.deepEqual(permissionsToEdit("actualEnd"), ["EditActuals"]);
  assert.deepEqual(permissionsToEdit("isActualized"), ["EditActuals"]);
  assert.deepEqual(permissionsToEdit("monthlyRate"), ["EditForecast", "ViewFinancials"]);
  const nobodys = FIELD_NAMES.filter((name) => permissionsToEdit(name) === undefined);
  assert.deepEqual(nobodys, ["originalStart", "originalEnd", "isDiscontinued"]);
});
