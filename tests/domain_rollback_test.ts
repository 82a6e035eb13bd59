/** Rollback: which fields go back, which are left alone, and that undoing undoes. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { applied, capture, type Edits } from "../domain/delta.ts";
import { FIELD_NAMES, type FieldName } from "../domain/pfa.ts";
import { rollbackItems, rollbackRecord, type Undone } from "../domain/rollback.ts";
import { aPfa } from "./builders.ts";

const target = aPfa();
const none: ReadonlySet<FieldName> = new Set();

Deno.test("what we wrote goes back, what others changed since is listed apart until it is named", () => {
  const pems = aPfa({ model: "ours", contract: "theirs", equipment: "over ours" });
  const past = { pems, seen: pems, target, own: { model: "ours", equipment: "ours" } };
  const { changes, delta } = rollbackRecord(past, none);
  assert.deepEqual(changes, [
    { field: "model", from: "ours", to: target.model, changedSince: false },
    { field: "contract", from: "theirs", to: null, changedSince: true },
    { field: "equipment", from: "over ours", to: target.equipment, changedSince: true },
  ]);
  assert.deepEqual(delta, { model: { from: "ours", to: target.model } });
  const named = rollbackRecord(past, new Set(["contract"] as const));
  assert.deepEqual(Object.keys(named.delta), ["model", "contract"]);
});

Deno.test("where we wrote nothing since, others' changes are what is undone", () => {
  const pems = aPfa({ model: "theirs" });
  const { delta } = rollbackRecord({ pems, seen: pems, target, own: {} }, none);
  assert.deepEqual(Object.keys(delta), ["model"]);
});

Deno.test("the plan and a soft delete are never rolled back, and broken rules are told", () => {
  const pems = aPfa({
    originalStart: "2020-01-01",
    isDiscontinued: true,
    forecastEnd: "2026-01-10",
  });
  const own = { forecastEnd: "2026-01-10" };
  const past = { pems, seen: pems, target: { ...target, forecastEnd: "2026-01-01" }, own };
  const { changes, broken } = rollbackRecord(past, none);
  assert.deepEqual(changes.map(({ field }) => field), ["forecastEnd"]);
  assert.equal(broken.length, 1);
});

Deno.test("a pending change is shown as going, and needs no write", () => {
  const seen = aPfa({ model: "pending" });
  const { changes, delta } = rollbackRecord({ pems: target, seen, target, own: {} }, none);
  assert.deepEqual([changes.length, changes[0]!.changedSince, delta], [1, false, {}]);
});

const undone = (changes: Undone["changes"], over: Partial<Undone> = {}): Undone => ({
  modificationId: "m",
  operation: "UPDATE",
  status: "synced",
  onWire: false,
  changes,
  ...over,
});
const outcomes = (items: ReadonlyArray<Undone>, seen = aPfa({ model: "a" })) =>
  rollbackItems(seen, items).lines.map(({ field, outcome }) => `${field} ${outcome}`);

Deno.test("each modification of a job is told what becomes of it", () => {
  const model = capture(target, { model: "a" });
  assert.deepEqual(outcomes([undone(model)]), ["model restored"]);
  assert.deepEqual(outcomes([undone(model)], aPfa({ model: "theirs" })), ["model changed_since"]);
  const states: ReadonlyArray<readonly [Partial<Undone>, string]> = [
    [{ status: "queued" }, "cancelled"],
    [{ status: "failed" }, "cancelled"],
    [{ status: "queued", onWire: true }, "waits"],
    [{ status: "syncing", onWire: true }, "waits"],
    [{ status: "unknown", onWire: true }, "waits"],
    [{ status: "conflict" }, "conflict"],
  ];
  for (const [over, outcome] of states) {
    assert.deepEqual(outcomes([undone(model, over)]), [`model ${outcome}`]);
  }
  assert.deepEqual(outcomes([undone(model, { status: "discarded" })]), []);
  const erased = undone(model, { operation: "DELETE" });
  assert.deepEqual(outcomes([erased], aPfa({ isDiscontinued: true })), [
    "isDiscontinued breaks_rule",
  ]);
});

Deno.test("what would break a rule is not written at all", () => {
  const seen = aPfa({ forecastStart: "2026-03-01", forecastEnd: "2026-01-20", model: "a" });
  const items = [undone({
    forecastStart: { from: "2026-05-01", to: "2026-03-01" },
    model: { from: "b", to: "a" },
  })];
  assert.deepEqual(rollbackItems(seen, items).delta, {});
  assert.deepEqual(outcomes(items, seen), ["forecastStart breaks_rule", "model breaks_rule"]);
});

const texts = ["description", "class", "model", "contract"] as const;
const edit = fc.dictionary(fc.constantFrom<FieldName>(...texts), fc.constantFrom("p", "q", "r"), {
  minKeys: 1,
}) as fc.Arbitrary<Edits>;

Deno.test("undoing a chain of edits gives what was there, whatever they were; and nobody else's is touched", () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edit, (edits, theirs) => {
      let record = target;
      const items = edits.map((one) => {
        const changes = capture(record, one);
        record = applied(record, changes);
        return undone(changes);
      }).toReversed();
      const whole = rollbackItems(record, items);
      assert.deepEqual(applied(record, whole.delta), target);
      const moved = applied(record, capture(record, theirs));
      const after = applied(moved, rollbackItems(moved, items).delta);
      for (const name of FIELD_NAMES) {
        if (moved[name] !== record[name]) {
          assert.ok(
            after[name] === moved[name] ||
              items.some((item) => item.changes[name]?.to === moved[name]),
            name,
          );
        }
      }
    }),
  );
});
