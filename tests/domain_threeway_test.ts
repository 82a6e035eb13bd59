/** The three-way check: a table of cases, and what holds for all of them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { applied, capture, type Delta, type Edits } from "../domain/delta.ts";
import { FIELD_NAMES, type FieldName, type Pfa } from "../domain/pfa.ts";
import { type Comparison, GROUPS, holdsOurValues, threeWay } from "../domain/threeway.ts";
import { aPfa } from "./builders.ts";

const seen = aPfa();
const both = { forecastStart: "2026-02-01", forecastEnd: "2026-10-01" };

/** What we edited, what PEMS changed meanwhile, and the verdict in short. */
const cases: ReadonlyArray<{
  name: string;
  edits: Edits;
  theirs: Partial<Pfa>;
  over?: Partial<Comparison>;
  verdict: string;
}> = [
  {
    name: "nothing moved at PEMS: all is sent",
    edits: { model: "LR 2" },
    theirs: {},
    verdict: "send model",
  },
  {
    name: "PEMS has our value already: the field drops out",
    edits: { model: "LR 2", contract: "C-1" },
    theirs: { model: "LR 2" },
    verdict: "send contract",
  },
  {
    name: "PEMS has all our values: nothing is sent",
    edits: { model: "LR 2" },
    theirs: { model: "LR 2" },
    verdict: "send nothing",
  },
  {
    name: "PEMS moved another field: both stand",
    edits: { model: "LR 2" },
    theirs: { contract: "C-1" },
    verdict: "send model",
  },
  {
    name: "PEMS moved our field elsewhere: a conflict",
    edits: { model: "LR 2", contract: "C-1" },
    theirs: { model: "LR 3" },
    verdict: "fields: model",
  },
  {
    name: "a field that PEMS cleared conflicts",
    edits: { model: "LR 2" },
    theirs: { model: null },
    verdict: "fields: model",
  },
  {
    name: "the same amount written otherwise is the same",
    edits: { monthlyRate: "6000.00" },
    theirs: { monthlyRate: "5500" },
    verdict: "send monthlyRate",
  },
  {
    name: "a conflict on a date takes its pair along",
    edits: both,
    theirs: { forecastEnd: "2026-11-01" },
    verdict: "fields: forecastEnd forecastStart",
  },
  {
    name: "a conflict takes no member along that we did not edit",
    edits: { forecastStart: "2026-02-01" },
    theirs: { forecastStart: "2026-03-01", forecastEnd: "2026-11-01" },
    verdict: "fields: forecastStart",
  },
  {
    name: "a conflict on isActualized takes the actual dates along",
    edits: {
      isActualized: true,
      actualStart: "2026-02-01",
      actualEnd: "2026-03-01",
      model: "LR 2",
    },
    theirs: { actualEnd: "2026-04-01" },
    verdict: "fields: actualEnd actualStart isActualized",
  },
  {
    name: "a conflict on source takes the amounts along",
    edits: { source: "Purchase", purchasePrice: "100.00", monthlyRate: null },
    theirs: { monthlyRate: "6000.00" },
    verdict: "fields: monthlyRate purchasePrice source",
  },
  {
    name: "fields that merge into a broken record conflict by its rule",
    edits: { forecastStart: "2026-09-01" },
    theirs: { forecastEnd: "2026-08-01" },
    verdict: "merge_invalid: forecastEnd forecastStart",
  },
  {
    name: "the policy use_local sends ours over theirs, and says so",
    edits: { model: "LR 2" },
    theirs: { model: "LR 3" },
    over: { policies: { model: "use_local" } },
    verdict: "send model, decided model",
  },
  {
    name: "the policy use_pems lets theirs stand, and says so",
    edits: { model: "LR 2", contract: "C-1" },
    theirs: { model: "LR 3" },
    over: { policies: { model: "use_pems" } },
    verdict: "send contract, decided model",
  },
  {
    name: "a policy decides nothing where nobody disagrees",
    edits: { model: "LR 2" },
    theirs: {},
    over: { policies: { model: "use_pems" } },
    verdict: "send model",
  },
  {
    name: "one field left to people holds back those a policy decides",
    edits: { model: "LR 2", contract: "C-1" },
    theirs: { model: "LR 3", contract: "C-2" },
    over: { policies: { model: "use_local" } },
    verdict: "fields: contract",
  },
  {
    name: "an update of a record that PEMS discontinued conflicts",
    edits: { model: "LR 2" },
    theirs: { isDiscontinued: true },
    verdict: "delete: model",
  },
];

for (const { name, edits, theirs, over, verdict } of cases) {
  Deno.test(name, () => {
    const comparison = { operation: "UPDATE", delta: capture(seen, edits), remote: aPfa(theirs) };
    assert.equal(inShort({ ...comparison, ...over } as Comparison), verdict);
  });
}

Deno.test("a delete is sent when nothing moved, conflicts when anything did, and is done when PEMS did it", () => {
  const delta: Delta = Object.fromEntries(
    FIELD_NAMES.map((name) => [name, { from: seen[name], to: seen[name] }]),
  );
  const erase = (theirs: Partial<Pfa>) =>
    inShort({ operation: "DELETE", delta, remote: aPfa(theirs) });
  assert.equal(erase({}), "send isDiscontinued");
  assert.equal(erase({ model: "LR 3" }), "delete: model");
  assert.equal(erase({ isDiscontinued: true, model: "LR 3" }), "send nothing");
});

function inShort(comparison: Comparison): string {
  const verdict = threeWay(comparison);
  if (verdict._tag === "Conflict") {
    return `${verdict.kind}: ${[...verdict.fields].sort().join(" ")}`;
  }
  const sent = Object.keys(verdict.delta).join(" ") || "nothing";
  return `send ${sent}${verdict.auto.length > 0 ? `, decided ${verdict.auto.join(" ")}` : ""}`;
}

const texts = ["description", "areaSilo", "category", "class", "model", "contract"] as const;
const edits = fc.dictionary(fc.constantFrom<FieldName>(...texts), fc.constantFrom("p", "q", "r"), {
  maxKeys: 6,
}) as fc.Arbitrary<Edits>;

Deno.test("against what was seen, every delta is sent as it is", () => {
  fc.assert(fc.property(edits, (edit) => {
    const delta = capture(seen, edit);
    assert.deepEqual(threeWay({ operation: "UPDATE", delta, remote: seen }), {
      _tag: "Clear",
      delta,
      auto: [],
    });
  }));
});

Deno.test("against a PEMS that has taken it, every delta is done, which its values prove", () => {
  fc.assert(fc.property(edits, edits, (edit, others) => {
    const delta = capture(seen, edit);
    const remote = applied(applied(seen, capture(seen, others)), delta);
    assert.deepEqual(threeWay({ operation: "UPDATE", delta, remote }), {
      _tag: "Clear",
      delta: {},
      auto: [],
    });
    assert.ok(holdsOurValues(delta, remote));
  }));
});

Deno.test("changes of other fields merge, and nothing that PEMS has is overwritten unseen", () => {
  fc.assert(fc.property(edits, edits, (edit, others) => {
    const delta = capture(seen, edit);
    const remote = applied(seen, capture(seen, others));
    const verdict = threeWay({ operation: "UPDATE", delta, remote });
    const disputed = texts.filter((name) =>
      name in delta && remote[name] !== seen[name] && remote[name] !== delta[name]!.to
    );
    if (disputed.length > 0) {
      assert.ok(verdict._tag === "Conflict");
      assert.deepEqual([...verdict.fields].sort(), disputed.sort());
      return;
    }
    assert.ok(verdict._tag === "Clear");
    for (const [name, { from }] of Object.entries(verdict.delta)) {
      assert.equal(from, remote[name as FieldName], "the base is what PEMS has");
    }
    const after = applied(remote, verdict.delta);
    for (const name of texts) assert.equal(after[name], delta[name]?.to ?? remote[name]);
  }));
});

Deno.test("a field belongs to one group at most", () => {
  const members = GROUPS.flat();
  assert.equal(new Set(members).size, members.length);
});
