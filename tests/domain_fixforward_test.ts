/** Fix forward: what a commit does to the dead letters of its record, by cases and for every lane. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { applied, capture, type Delta, type Edits, entries, mergeDeltas } from "../domain/delta.ts";
import { corrected, takeIn, type Waiting } from "../domain/fixforward.ts";
import type { FieldName, Pfa } from "../domain/pfa.ts";
import { threeWay } from "../domain/threeway.ts";
import { aPfa } from "./builders.ts";

const pems = aPfa();

/** A lane as people make it, each seeing what was committed before: who, what, and whether it died. */
function laneOf(...steps: ReadonlyArray<readonly [string, Edits, "dead"?]>): Waiting[] {
  let record: Pfa = pems;
  return steps.map(([userId, edits, dead], nth) => {
    const changes = capture(record, edits);
    record = applied(record, changes);
    return {
      modificationId: `${userId}${nth}`,
      userId,
      operation: "UPDATE",
      origin: "edit",
      dead: dead === "dead",
      changes,
    };
  });
}

/** The last step taken into the lane of the others: ids with their fields, a cross for the dead, and what ended. */
function told(steps: ReadonlyArray<Waiting>) {
  const { lane, emptied } = takeIn(steps.slice(0, -1), steps.at(-1)!);
  const line = lane.map(({ modificationId, dead, changes }) =>
    `${dead ? "†" : ""}${modificationId} ${Object.keys(changes).join()}`
  );
  return { lane, line, emptied };
}

Deno.test("one's own correction goes out with the dead letter and what one has waiting, first", () => {
  const { line, lane } = told(laneOf(
    ["ada", { model: "bad", contract: "c" }, "dead"],
    ["ben", { equipment: "E" }],
    ["ada", { class: "K" }],
    ["ada", { model: "good" }],
  ));
  assert.deepEqual(line, ["ada0 model,contract", "ada2 class", "ada3 model", "ben1 equipment"]);
  const delta = lane.slice(0, 3).map(({ changes }) => changes).reduce(mergeDeltas);
  assert.deepEqual(delta.model, { from: pems.model, to: "good" }, "the first from is kept");
});

Deno.test("another's correction takes over the fields it names, on what PEMS really has", () => {
  const { line, lane, emptied } = told(laneOf(
    ["ada", { model: "bad", contract: "c" }, "dead"],
    ["cid", { equipment: "E" }],
    ["ben", { model: "good", class: "K" }],
  ));
  assert.deepEqual(line, ["ben2 model,class", "†ada0 contract", "cid1 equipment"]);
  assert.deepEqual(lane[0]!.changes.model, { from: pems.model, to: "good" });
  assert.deepEqual(emptied, []);
});

Deno.test("a dead letter of which every field is taken over is no more", () => {
  const { line, emptied } = told(laneOf(
    ["ada", { model: "bad", contract: "c" }, "dead"],
    ["ada", { model: "worse" }, "dead"],
    ["ben", { model: "good" }],
  ));
  assert.deepEqual(line, ["ben2 model", "†ada0 contract"]);
  assert.deepEqual(emptied, ["ada1"]);
});

Deno.test("a commit that names no field of a dead letter waits behind it, and so does a delete", () => {
  const steps = laneOf(["ada", { model: "bad" }, "dead"], ["ada", { class: "K" }]);
  assert.deepEqual(told(steps).line, ["†ada0 model", "ada1 class"]);
  const erase = { ...steps[1]!, operation: "DELETE" as const, changes: steps[0]!.changes };
  assert.deepEqual(told([steps[0]!, erase]).line, ["†ada0 model", "ada1 model"]);
});

Deno.test("what is live before the dead letters stays before the correction", () => {
  const steps = laneOf(
    ["ben", { class: "K" }],
    ["ada", { model: "bad" }, "dead"],
    ["ada", { model: "good" }],
  );
  assert.deepEqual(told(steps).line, ["ben0 class", "ada1 model", "ada2 model"]);
});

Deno.test("a rollback is not merged into: its fields are taken over instead", () => {
  const [undo, mine] = laneOf(["ada", { model: "old", class: "K" }, "dead"], ["ada", {
    model: "new",
  }]);
  const { line } = told([{ ...undo!, origin: "rollback" }, mine!]);
  assert.deepEqual(line, ["ada1 model", "†ada0 class"]);
});

Deno.test("a takeover brings along what its author made it on top of", () => {
  const { line, lane } = told(laneOf(
    ["ada", { model: "bad" }, "dead"],
    ["ben", { class: "K" }],
    ["ben", { equipment: "E" }],
    ["ben", { model: "good", class: "L" }],
  ));
  assert.deepEqual(line, ["ben1 class", "ben3 model,class", "ben2 equipment"]);
  const delta = lane.slice(0, 2).map(({ changes }) => changes).reduce(mergeDeltas);
  assert.deepEqual(delta.class, { from: pems.class, to: "L" });
});

const texts = ["description", "class", "model", "contract"] as const;
const edit = fc.dictionary(fc.constantFrom<FieldName>(...texts), fc.constantFrom("p", "q", "r"), {
  minKeys: 1,
}) as fc.Arbitrary<Edits>;
const person = fc.constantFrom("ada", "ben", "cid");
const steps = fc.tuple(
  fc.array(edit, { minLength: 1, maxLength: 3 }),
  fc.array(fc.tuple(person, edit), { minLength: 1, maxLength: 5 }),
).map(([refused, later]) =>
  // One write died, whole; the rest came while it was under way.
  laneOf(...refused.map((edits) => ["ada", edits, "dead"] as const), ...later)
);

Deno.test("nothing is lost, nobody overtakes but the commit with its company, and no live field stays dead", () => {
  fc.assert(fc.property(steps, (all) => {
    const commit = all.at(-1)!;
    const { lane, emptied } = takeIn(all.slice(0, -1), commit);
    const ids = (items: ReadonlyArray<Waiting>) => items.map((item) => item.modificationId);
    assert.deepEqual([...ids(lane), ...emptied].sort(), ids(all).sort());
    const others = (items: ReadonlyArray<Waiting>) =>
      ids(
        items.filter((item) =>
          item.userId !== commit.userId && !emptied.includes(item.modificationId)
        ),
      );
    assert.deepEqual(others(lane), others(all));
    for (const item of lane.filter(({ dead }) => dead)) {
      if (item.userId === commit.userId) continue;
      for (const [name] of entries(item.changes)) assert.ok(!(name in commit.changes), name);
    }
  }));
});

Deno.test("what goes first is never in conflict over a field of the dead letters with the PEMS they met", () => {
  fc.assert(fc.property(steps, (all) => {
    const before = all.slice(0, -1);
    const commit = all.at(-1)!;
    const { lane } = takeIn(before, commit);
    if (lane.at(-1)!.modificationId === commit.modificationId) return;
    const end = lane.findIndex((item) => item.modificationId === commit.modificationId);
    const start = before.findIndex(({ dead }) => dead);
    const delta = lane.slice(start, end + 1).map(({ changes }) => changes).reduce(mergeDeltas, {});
    const verdict = threeWay({ operation: "UPDATE", delta, remote: pems });
    const disputed = verdict._tag === "Conflict" ? verdict.fields : [];
    const died = before.filter(({ dead }) => dead).flatMap(({ changes }) => Object.keys(changes));
    assert.deepEqual(disputed.filter((name) => died.includes(name)), []);
  }));
});

Deno.test("a corrected dead letter names every field of it, against the same base, and what is new as it is seen", () => {
  const letter: Delta = {
    model: { from: "LR 1250", to: "bad" },
    contract: { from: null, to: "C-9" },
  };
  const seen = aPfa({ model: "bad", contract: "C-9", class: "Crawler" });
  assert.deepEqual(
    corrected(letter, seen, { model: "good", class: "Mobile", category: "Cranes" }),
    {
      model: { from: "LR 1250", to: "good" },
      contract: { from: null, to: "C-9" },
      class: { from: "Crawler", to: "Mobile" },
    },
  );
  assert.deepEqual(corrected(letter, seen, { model: "LR 1250", contract: null }), {
    model: { from: "LR 1250", to: "LR 1250" },
    contract: { from: null, to: null },
  }, "a value taken back is named all the same: the letter gives it up");
});
