/** What the bulk dialog's form and filters say to the server, and what the palette finds first. */
import { deepEqual, equal } from "node:assert/strict";
import { fieldsFor } from "../app/pages/fields.ts";
import { recordsOf } from "../islands/deck/bulk/filter.ts";
import { BLANK, type Form, kindsFor, readForm } from "../islands/deck/bulk/operation.ts";
import type { Workplace } from "../islands/field.ts";
import { readShape } from "../islands/records/shape.ts";
import { type Entry, matching } from "../islands/shell/palette.ts";
import { PERMISSIONS } from "../domain/permissions.ts";

const fields = fieldsFor(PERMISSIONS);
const workplace = { mayEdit: true, mayDelete: false } as Workplace;
const read = (form: Partial<Form>) => readForm({ ...BLANK, ...form }, fields);

Deno.test("the form says an operation, nothing yet, or what is wrong with it", () => {
  deepEqual(read({ days: "" }), { message: undefined });
  deepEqual(read({ days: " -7 ", ends: "end" }), {
    operation: { kind: "shift", pair: "forecast", ends: "end", days: -7 },
  });
  equal((read({ days: "1.5" }) as { message: string }).message.slice(0, 10), "Whole days");
  equal("operation" in read({ days: "0" }), false);
  deepEqual(read({ kind: "scale_rate", percent: "+2.5" }), {
    operation: { kind: "scale_rate", field: "monthlyRate", percent: 2.5 },
  });
  equal("operation" in read({ kind: "set_rate", amount: "-1" }), false);
  deepEqual(read({ kind: "set_rate", rate: "purchasePrice", amount: "1,200.50" }), {
    operation: { kind: "set_rate", field: "purchasePrice", amount: 1200.5 },
  });
});

Deno.test("fields are set by what was typed, cleared where that is allowed", () => {
  const set = (...lines: Array<[string, string]>) =>
    read({ kind: "set", fields: lines.map(([name, text]) => ({ name, text })) });
  deepEqual(set(["dor", "BEO"], ["contract", ""], ["isFundsTransferable", "Yes"]), {
    operation: {
      kind: "set",
      changes: { dor: "BEO", contract: null, isFundsTransferable: true },
    },
  });
  deepEqual(set(["category", ""]), { message: undefined });
  deepEqual(set(["", "x"]), { message: undefined });
  deepEqual(set(["dor", ""]), { message: undefined });
});

Deno.test("only what one may do is offered", () => {
  deepEqual(kindsFor(fields, workplace).includes("discontinue"), false);
  const blind = fieldsFor(["Read", "SaveDraft", "EditForecast"]);
  deepEqual(kindsFor(blind, { ...workplace, mayDelete: true }), [
    "shift_forecast",
    "set",
    "discontinue",
  ]);
});

Deno.test("filters go to the server as lists, and everything is never meant", () => {
  equal(recordsOf(readShape({}), undefined), undefined);
  equal(recordsOf(readShape({ q: "  " }), undefined), undefined);
  equal(recordsOf(readShape({ category: "Cranes" }), []), undefined);
  deepEqual(recordsOf(readShape({ category: "Cranes" }), ["A"]), { pfaIds: ["A"] });
  deepEqual(
    recordsOf(
      readShape({ q: " lift ", status: "attention", state: "active", to: "2026-01-01" }),
      undefined,
    ),
    {
      search: "lift",
      startTo: "2026-01-01",
      status: ["active"],
      syncStatus: ["failed", "conflict"],
    },
  );
});

Deno.test("the palette finds by every word, what was used lately first", () => {
  const entry = (id: string, label: string): Entry => ({ id, label, kind: "Page", icon: "grid" });
  const all = [
    entry("a", "Go to GridLab"),
    entry("b", "Go to Sync History"),
    entry("c", "Bulk change…"),
  ];
  deepEqual(matching(all, "", ["c", "b"]).map(({ id }) => id), ["c", "b", "a"]);
  deepEqual(matching(all, "to go", ["b"]).map(({ id }) => id), ["b", "a"]);
  deepEqual(matching(all, "grid page", []).map(({ id }) => id), ["a"]);
});
