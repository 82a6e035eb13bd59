/** Resolutions: each choice by cases, and what holds for every conflict. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { applied, capture, type Delta, type Edits, mergeDeltas } from "../domain/delta.ts";
import { FIELD_NAMES, type FieldName, type Pfa } from "../domain/pfa.ts";
import { type Dispute, resolve } from "../domain/resolution.ts";
import { GROUPS, threeWay } from "../domain/threeway.ts";
import { type Item, planTurn } from "../domain/turn.ts";
import { aPfa, aRemote } from "./builders.ts";

const seen = aPfa();

/** Edits one after the other, each made on what the one before left. */
function chain(...edits: Edits[]): Dispute["items"] {
  let record = seen;
  return edits.map((edit, nth) => {
    const changes = capture(record, edit);
    record = applied(record, changes);
    return { modificationId: `m${nth + 1}`, operation: "UPDATE", changes };
  });
}

/** The conflict these edits run into at such a PEMS; undefined when they run into none. */
function disputeOf(items: Dispute["items"], theirs: Partial<Pfa>): Dispute | undefined {
  const pems = aPfa(theirs);
  const delta = items.map(({ changes }) => changes).reduce(mergeDeltas);
  const verdict = threeWay({ operation: items[0]!.operation, delta, remote: pems });
  return verdict._tag === "Conflict" ? { items, fields: verdict.fields, pems } : undefined;
}

const erase: Dispute["items"][number] = {
  modificationId: "m1",
  operation: "DELETE",
  changes: {
    ...Object.fromEntries(FIELD_NAMES.map((name) => [name, { from: seen[name], to: seen[name] }])),
    isDiscontinued: { from: false, to: true },
  },
};

Deno.test("use_local sends ours against what was shown, first from of a chain alone", () => {
  const items = chain({ model: "a", contract: "c" }, { model: "b" });
  const resolved = resolve(disputeOf(items, { model: "theirs" })!, { _tag: "use_local" });
  assert.deepEqual(resolved, {
    _tag: "Resolved",
    fates: [
      {
        _tag: "Requeued",
        modificationId: "m1",
        changes: { model: { from: "theirs", to: "a" }, contract: { from: null, to: "c" } },
      },
      { _tag: "Requeued", modificationId: "m2", changes: { model: { from: "a", to: "b" } } },
    ],
    merged: undefined,
    sent: { model: { from: "theirs", to: "b" }, contract: { from: null, to: "c" } },
  });
});

Deno.test("use_local does not revive what the planner took back", () => {
  const items = chain({ model: "a", contract: "c" }, { model: seen.model, contract: "d" });
  const resolved = resolve(disputeOf(items, { model: "theirs", contract: "e" })!, {
    _tag: "use_local",
  });
  assert.ok(resolved._tag === "Resolved");
  assert.deepEqual(resolved.sent, { contract: { from: "e", to: "d" } });
});

Deno.test("use_local is refused where a rule would break, with every rule, and on a discontinued record", () => {
  const items = chain({ forecastStart: "2026-09-10", actualStart: "2026-05-01" });
  const theirs = { forecastEnd: "2026-08-01", actualStart: "2026-01-01", actualEnd: "2026-02-01" };
  const refused = resolve(disputeOf(items, theirs)!, { _tag: "use_local" });
  assert.ok(refused._tag === "Refused");
  assert.deepEqual(refused.errors.map(({ field }) => field), ["forecastStart", "actualStart"]);
  const gone = disputeOf(chain({ model: "a" }), { isDiscontinued: true })!;
  assert.equal(resolve(gone, { _tag: "use_local" })._tag, "Refused");
  assert.equal(resolve(gone, { _tag: "merge", values: { model: "b" } })._tag, "Refused");
  const kept = resolve(gone, { _tag: "use_pems" });
  assert.ok(kept._tag === "Resolved" && kept.fates[0]!._tag === "Discarded");
});

Deno.test("use_pems drops the conflict fields with their groups and sends the rest", () => {
  const items = chain(
    { forecastStart: "2026-02-01", forecastEnd: "2026-10-01", model: "a" },
    { forecastStart: "2026-02-02" },
  );
  const dispute = disputeOf(items, { forecastEnd: "2026-11-01" })!;
  const resolved = resolve(dispute, { _tag: "use_pems" });
  assert.ok(resolved._tag === "Resolved");
  assert.deepEqual(resolved.sent, { model: { from: seen.model, to: "a" } });
  assert.deepEqual(resolved.fates.map(({ _tag }) => _tag), ["Requeued", "Discarded"]);
});

Deno.test("a merge is one modification of its own; what is left of the others follows", () => {
  const dispute = disputeOf(chain({ model: "a", contract: "c" }, { model: "b" }), {
    model: "theirs",
  })!;
  assert.deepEqual(resolve(dispute, { _tag: "merge", values: { model: "both" } }), {
    _tag: "Resolved",
    fates: [
      { _tag: "Requeued", modificationId: "m1", changes: { contract: { from: null, to: "c" } } },
      {
        _tag: "Discarded",
        modificationId: "m2",
        reason: "The conflict about it was resolved by a merge",
      },
    ],
    merged: { model: { from: "theirs", to: "both" } },
    sent: { model: { from: "theirs", to: "both" }, contract: { from: null, to: "c" } },
  });
  const agreed = resolve(dispute, { _tag: "merge", values: { model: "theirs" } });
  assert.ok(agreed._tag === "Resolved" && agreed.merged === undefined);
});

Deno.test("a merge needs every conflict field, and a record that stands", () => {
  const dispute = disputeOf(chain({ model: "a", contract: "c" }), { model: "x", contract: "y" })!;
  const missing = resolve(dispute, { _tag: "merge", values: { model: "b" } });
  assert.ok(missing._tag === "Refused");
  assert.deepEqual(missing.errors.map(({ field }) => field), ["contract"]);
  const values = { model: "b", contract: "c", forecastEnd: "2020-01-01" };
  assert.equal(resolve(dispute, { _tag: "merge", values })._tag, "Refused");
});

Deno.test("a delete in conflict is sent against the shown record, dropped, and never merged", () => {
  const dispute = disputeOf([erase], { model: "theirs" })!;
  const local = resolve(dispute, { _tag: "use_local" });
  assert.ok(local._tag === "Resolved" && local.fates[0]!._tag === "Requeued");
  const { changes } = local.fates[0]!;
  const again = (remote: Pfa) => threeWay({ operation: "DELETE", delta: changes, remote })._tag;
  assert.equal(again(dispute.pems), "Clear");
  assert.equal(again({ ...dispute.pems, contract: "moved again" }), "Conflict");
  const pems = resolve(dispute, { _tag: "use_pems" });
  assert.ok(pems._tag === "Resolved" && pems.fates[0]!._tag === "Discarded");
  assert.equal(resolve(dispute, { _tag: "merge", values: { model: "x" } })._tag, "Refused");
});

const texts = ["description", "areaSilo", "category", "class", "model", "contract"] as const;
const edit = fc.dictionary(fc.constantFrom<FieldName>(...texts), fc.constantFrom("p", "q", "r"), {
  minKeys: 1,
  maxKeys: 6,
}) as fc.Arbitrary<Edits>;
const conflict = fc.tuple(fc.array(edit, { minLength: 1, maxLength: 3 }), edit)
  .map(([edits, theirs]) => disputeOf(chain(...edits), theirs as Partial<Pfa>))
  .filter((dispute) => dispute !== undefined);

/** The items a resolution leaves, as the next turn of the lane sees them. */
const itemsOf = (changes: ReadonlyArray<Delta>): Item[] =>
  changes.map((delta, nth) => ({
    modificationId: `m${nth}`,
    userId: "ana",
    modifiedBy: "ana",
    operation: "UPDATE",
    origin: "edit",
    changes: delta,
    reason: null,
  }));

/** PEMS's record once everything a resolution leaves has been sent in turn. */
function outcome(dispute: Dispute, choice: Parameters<typeof resolve>[1]): Pfa {
  const resolved = resolve(dispute, choice);
  assert.ok(resolved._tag === "Resolved");
  const requeued = resolved.fates.flatMap((fate) => fate._tag === "Requeued" ? [fate.changes] : []);
  let pems = dispute.pems;
  for (const run of [resolved.merged === undefined ? [] : [resolved.merged], requeued]) {
    if (run.length === 0) continue;
    const turn = planTurn(itemsOf(run), { ...aRemote({ version: 2 }), record: pems }, {});
    if (turn._tag === "Send") pems = applied(pems, turn.load.delta);
    else assert.equal(turn.outcome._tag, "Synced", "nothing is in conflict with what was shown");
  }
  assert.deepEqual(pems, applied(dispute.pems, resolved.sent), "what was told is what is sent");
  return pems;
}

Deno.test("each modification has one fate, whatever is chosen", () => {
  fc.assert(fc.property(conflict, fc.constantFrom("use_local", "use_pems"), (dispute, _tag) => {
    const resolved = resolve(dispute, { _tag } as { _tag: "use_local" });
    assert.ok(resolved._tag === "Resolved");
    assert.deepEqual(
      resolved.fates.map(({ modificationId }) => modificationId),
      dispute.items.map(({ modificationId }) => modificationId),
    );
  }));
});

Deno.test("after use_local PEMS has all we want, after use_pems all it had in dispute", () => {
  fc.assert(fc.property(conflict, (dispute) => {
    const wanted = dispute.items.map(({ changes }) => changes).reduce(mergeDeltas, {});
    assert.deepEqual(outcome(dispute, { _tag: "use_local" }), applied(dispute.pems, wanted));
    const kept = outcome(dispute, { _tag: "use_pems" });
    const groups = GROUPS.filter((group) => group.some((name) => dispute.fields.includes(name)));
    for (const name of FIELD_NAMES) {
      const theirs = dispute.fields.includes(name) || groups.flat().includes(name);
      const expected = theirs ? dispute.pems[name] : wanted[name]?.to ?? dispute.pems[name];
      assert.equal(kept[name], expected, name);
    }
  }));
});

Deno.test("after a merge PEMS has the merged values and what was not in dispute", () => {
  fc.assert(fc.property(conflict, fc.constantFrom("p", "s"), (dispute, value) => {
    const values = Object.fromEntries(dispute.fields.map((name) => [name, value]));
    const wanted = dispute.items.map(({ changes }) => changes).reduce(mergeDeltas, {});
    assert.deepEqual(outcome(dispute, { _tag: "merge", values }), {
      ...applied(dispute.pems, wanted),
      ...values,
    });
  }));
});

Deno.test("what PEMS changes after it was shown reopens the conflict, for that field alone", () => {
  fc.assert(fc.property(conflict, fc.constantFrom(...texts), (dispute, name) => {
    const resolved = resolve(dispute, { _tag: "use_local" });
    assert.ok(resolved._tag === "Resolved");
    const record = { ...dispute.pems, [name]: "moved again" };
    const changes = resolved.fates.map((fate) => fate._tag === "Requeued" ? fate.changes : {});
    const turn = planTurn(itemsOf(changes), { ...aRemote({ version: 3 }), record }, {});
    const fields = turn._tag === "Settle" && turn.outcome._tag === "Conflicted"
      ? turn.outcome.fields
      : [];
    assert.deepEqual(fields, name in resolved.sent ? [name] : []);
  }));
});
