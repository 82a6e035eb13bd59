/** What the grid makes of the clipboard and of its own past, without a browser. */
import assert from "node:assert/strict";
import { dayOrder, readDay } from "../islands/grid/days.ts";
import { laidOver as laidOverEdits, portions, toldOf } from "../islands/records/edits.ts";
import { Refusal } from "../islands/api.ts";
import { laidOver } from "../islands/grid/range.ts";
import { Steps } from "../islands/records/steps.ts";
import { readTable, writeTable } from "../islands/grid/table.ts";

Deno.test("tables are read as Excel writes them: quotes, lines within cells, a last line end", () => {
  assert.deepEqual(readTable("a\tb\r\nc\td\r\n"), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(readTable('"two\nlines"\t"says ""yes"""\n\t'), [
    ["two\nlines", 'says "yes"'],
    ["", ""],
  ]);
  assert.deepEqual(readTable('5" pipe\t6'), [['5" pipe', "6"]]);
  assert.deepEqual(readTable(""), [[""]]);
  assert.deepEqual(readTable('"open\tcell'), [['"open', "cell"]]);
});

Deno.test("what is copied comes back as it was", () => {
  const table = [["a\tb", 'say "x"', ""], ["line\nline", "plain", '"']];
  assert.deepEqual(readTable(writeTable(table)), table);
});

Deno.test("a block fills a selection that holds it a whole number of times, else it keeps its size", () => {
  const selection = { top: 2, bottom: 5, left: 1, right: 2 };
  assert.deepEqual(laidOver(selection, 1, 1), selection);
  assert.deepEqual(laidOver(selection, 2, 2), selection);
  assert.deepEqual(laidOver(selection, 3, 2), { top: 2, bottom: 4, left: 1, right: 2 });
});

Deno.test("dates are read in every unmistakable form, and slashes as the reader's language has them", () => {
  for (
    const text of [
      "2026-11-30",
      "2026/11/30",
      "30.11.2026",
      "30-Nov-2026",
      "30 November 2026",
      "Nov 30, 2026",
      "11/30/2026",
      "2026-11-30T00:00:00Z",
    ]
  ) assert.equal(readDay(text, "month"), "2026-11-30", text);
  assert.equal(readDay("03/04/2026", "month"), "2026-03-04");
  assert.equal(readDay("03/04/2026", "day"), "2026-04-03");
  for (const wrong of ["30/11/2026", "2026-02-30", "31.6.2026", "46356", "Now 3, 2026", "soon"]) {
    assert.equal(readDay(wrong, "month"), undefined, wrong);
  }
  assert.deepEqual([dayOrder("en-US"), dayOrder("en-GB"), dayOrder("pt-BR")], [
    "month",
    "day",
    "day",
  ]);
});

Deno.test("a step back takes only cells that still show what the step left", () => {
  const steps = new Steps();
  const shown = new Map([[1, "new"], [2, "new"]]);
  const valueOf = (row: number) => shown.get(row)!;
  steps.note({
    what: "paste",
    cells: [1, 2].map((row) => ({ row, name: "model", before: "old", after: "new" })),
  });
  shown.set(2, "from PEMS");
  const back = steps.undo(valueOf)!;
  assert.deepEqual(back.edits, [{ row: 1, name: "model", value: "old" }]);
  assert.equal(back.moved, 1);
  shown.set(1, "old");
  assert.deepEqual(steps.redo(valueOf)!.edits, [{ row: 1, name: "model", value: "new" }]);
  assert.equal(steps.redo(valueOf), undefined);
});

Deno.test("a new step ends what could be done again, and a refused value is in no step", () => {
  const steps = new Steps();
  const cell = { row: 1, name: "model", before: "a", after: "b" } as const;
  steps.note({ what: "one", cells: [cell] });
  steps.undo(() => "b");
  assert.equal(steps.mayRedo.value, true);
  steps.note({ what: "two", cells: [cell] });
  assert.equal(steps.mayRedo.value, false);
  steps.forget(1, "model", "b");
  assert.equal(steps.mayUndo.value, false);
});

Deno.test("a paste is one request, cut only where the server's limits are", () => {
  const item = (text: string) => ({ draft: { pfaId: "A", changes: { model: text }, seen: {} } });
  const sizes = (items: ReturnType<typeof item>[]) => portions(items).map(({ length }) => length);
  assert.deepEqual(sizes(Array.from({ length: 5000 }, () => item("x"))), [5000]);
  assert.deepEqual(sizes(Array.from({ length: 5001 }, () => item("x"))), [5000, 1]);
  assert.deepEqual(sizes(Array.from({ length: 3 }, () => item("x".repeat(1_400_000)))), [2, 1]);
});

Deno.test("a refusal is told apart by draft and field, and later edits keep what was seen first", () => {
  const refusal = new Refusal(422, "no", [
    { path: "drafts.7.changes.forecastEnd", message: "too early" },
  ]);
  assert.equal(toldOf(refusal, 9).get(7)!.get("forecastEnd"), "too early");
  const single = new Refusal(422, "no", [{ path: "changes.model", message: "too long" }]);
  assert.equal(toldOf(single, 1).get(0)!.get("model"), "too long");
  const merged = laidOverEdits(
    new Map([["model", { value: "b", seen: "a" }]]),
    new Map([["model", { value: "c", seen: "b" }]]),
  );
  assert.deepEqual(merged.get("model"), { value: "c", seen: "a" });
});
