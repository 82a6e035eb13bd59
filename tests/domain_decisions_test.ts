/** Laws of the three-way check, the turn and the settlement, tried on any record, delta and policy. */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { applied, capture, type Delta, entries, mergeDeltas, sameValue } from "../domain/delta.ts";
import { FIELD_NAMES, type FieldName, type Pfa } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import { judge, type Sent } from "../domain/settlement.ts";
import { GROUPS, holdsOurValues, type Policies, threeWay } from "../domain/threeway.ts";
import { type Item, leadingRun, planTurn, reasonOf } from "../domain/turn.ts";
import { aCapture, aRecord, someEdits, somePolicies } from "./arbitraries.ts";
import { aRemote } from "./builders.ts";

/** A delta, and PEMS's record some edits after it was seen. */
const aMeeting = () =>
  fc.tuple(aCapture(), someEdits(), fc.boolean(), somePolicies()).map(
    ([{ seen, delta }, theirs, gone, policies]) => ({
      delta,
      remote: {
        ...applied(seen, capture(seen, theirs)),
        isDiscontinued: gone && theirs.dor === "BEO",
      },
      policies,
    }),
  );

const check = (delta: Delta, remote: Pfa, policies: Policies = {}) =>
  threeWay({ operation: "UPDATE", delta, remote, policies });

/** Fields on which all three differ. */
const disputed = (delta: Delta, remote: Pfa): FieldName[] =>
  entries(delta).filter(([name, { from, to }]) =>
    !sameValue(name, remote[name], from) && !sameValue(name, remote[name], to)
  ).map(([name]) => name);

const sorted = (verdict: ReturnType<typeof threeWay>) =>
  verdict._tag === "Conflict"
    ? { ...verdict, fields: [...verdict.fields].sort() }
    : { ...verdict, auto: [...verdict.auto].sort() };

Deno.test("the order of a delta's fields changes no verdict", () => {
  fc.assert(fc.property(aMeeting(), fc.infiniteStream(fc.nat(9)), (meeting, dice) => {
    const { delta, remote, policies } = meeting;
    const shuffled = entries(delta).map((entry) => [dice.next().value, entry] as const)
      .sort(([a], [b]) => a - b).map(([, entry]) => entry);
    deepEqual(
      sorted(check(Object.fromEntries(shuffled) as Delta, remote, policies)),
      sorted(check(delta, remote, policies)),
    );
  }));
});

Deno.test("what is clear stays clear, and is decided no second time", () => {
  fc.assert(fc.property(aMeeting(), ({ delta, remote, policies }) => {
    const verdict = check(delta, remote, policies);
    if (verdict._tag !== "Clear") return;
    deepEqual(check(verdict.delta, remote, policies), { ...verdict, auto: [] });
    for (const [name, { from }] of entries(verdict.delta)) {
      ok(sameValue(name, from, remote[name]), "it is sent against what PEMS has");
    }
  }));
});

Deno.test("without policies exactly the disputed fields conflict, with their whole groups", () => {
  fc.assert(fc.property(aMeeting(), ({ delta, remote }) => {
    if (remote.isDiscontinued) return;
    const verdict = check(delta, remote);
    const fields = disputed(delta, remote);
    if (fields.length === 0) {
      return ok(verdict._tag === "Clear" || verdict.kind === "merge_invalid");
    }
    ok(verdict._tag === "Conflict" && verdict.kind === "fields");
    const whole = GROUPS.filter((group) => group.some((name) => fields.includes(name))).flat();
    deepEqual(
      [...verdict.fields].sort(),
      [...new Set([...fields, ...whole.filter((name) => name in delta)])].sort(),
    );
  }));
});

Deno.test("what merges keeps every rule, ours where we differ from the base, theirs elsewhere", () => {
  fc.assert(
    fc.property(aMeeting(), ({ delta, remote }) => {
      const verdict = check(delta, remote);
      if (verdict._tag !== "Clear") return;
      const after = applied(remote, verdict.delta);
      for (const name of FIELD_NAMES) {
        ok(sameValue(name, after[name], name in delta ? delta[name]!.to : remote[name]), name);
      }
      if (entries(verdict.delta).length > 0) deepEqual(brokenRules(after), []);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a policy decides the disputed fields, for us or for PEMS, and no others", () => {
  const side = fc.constantFrom("use_local" as const, "use_pems" as const);
  fc.assert(fc.property(aMeeting(), side, ({ delta, remote }, policy) => {
    if (remote.isDiscontinued) return;
    const verdict = check(
      delta,
      remote,
      Object.fromEntries(FIELD_NAMES.map((one) => [one, policy])),
    );
    if (verdict._tag === "Conflict") return equal(verdict.kind, "merge_invalid");
    const fields = disputed(delta, remote);
    deepEqual([...verdict.auto].sort(), fields.sort());
    for (const name of fields) {
      equal(name in verdict.delta, policy === "use_local");
      if (policy === "use_local") equal(verdict.delta[name]!.from, remote[name]);
    }
    equal(
      holdsOurValues(delta, applied(remote, verdict.delta)),
      policy === "use_local" || fields.length === 0,
    );
  }));
});

Deno.test("an update of a record that PEMS discontinued conflicts on all its fields", () => {
  fc.assert(fc.property(aCapture(), aRecord(), somePolicies(), ({ delta }, record, policies) => {
    const verdict = check(delta, { ...record, isDiscontinued: true }, policies);
    if (entries(delta).length === 0) return equal(verdict._tag, "Clear");
    ok(verdict._tag === "Conflict" && verdict.kind === "delete");
    deepEqual(verdict.fields, Object.keys(delta));
  }));
});

Deno.test("a delete goes out unless anything moved", () => {
  const few = fc.oneof(someEdits(), fc.constantFrom("p", "q").map((model) => ({ model })));
  fc.assert(fc.property(aRecord(), few, (record, theirs) => {
    const seen = { ...record, isDiscontinued: false };
    const delta = Object.fromEntries(
      FIELD_NAMES.map((name) => [name, { from: seen[name], to: seen[name] }]),
    ) as Delta;
    const moved = Object.keys(capture(seen, theirs));
    const verdict = threeWay({
      operation: "DELETE",
      delta,
      remote: applied(seen, capture(seen, theirs)),
    });
    if (moved.length > 0) {
      ok(verdict._tag === "Conflict" && verdict.kind === "delete");
      return deepEqual([...verdict.fields].sort(), moved.sort());
    }
    ok(verdict._tag === "Clear");
    deepEqual(verdict.delta, { isDiscontinued: { from: false, to: true } });
  }));
});

const anItem = (): fc.Arbitrary<Item> =>
  fc.record({
    modificationId: fc.uuid(),
    userId: fc.constantFrom("ana", "eva"),
    modifiedBy: fc.constant("somebody"),
    operation: fc.constantFrom("UPDATE", "UPDATE", "UPDATE", "DELETE"),
    origin: fc.constantFrom("edit", "edit", "edit", "rollback", "resolution"),
    changes: aCapture().map(({ delta }) => delta),
    reason: fc.constantFrom(null, "", "agreed", "renamed"),
  });

const joinable = (head: Item, item: Item) =>
  [head, item].every(({ operation, origin }) => operation === "UPDATE" && origin === "edit") &&
  head.userId === item.userId;

Deno.test("a run is the longest beginning of a lane that one request may carry", () => {
  fc.assert(fc.property(fc.array(anItem(), { maxLength: 6 }), (items) => {
    const run = leadingRun(items);
    deepEqual(run, items.slice(0, run.length));
    equal(run.length > 0, items.length > 0);
    for (const item of run.slice(1)) ok(joinable(run[0]!, item));
    const next = items[run.length];
    ok(next === undefined || !joinable(run[0]!, next));
    deepEqual(leadingRun(run), run);
  }));
});

Deno.test("a turn sends its run's merged delta on the mirror's version, or settles it at once", () => {
  const items = fc.array(anItem(), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(items, aRecord(), somePolicies(), (pending, record, policies) => {
    const mirror = { ...aRemote({ version: 7 }), record };
    const turn = planTurn(pending, mirror, policies);
    const run = leadingRun(pending);
    const wanted = run.map(({ changes }) => changes).reduce(mergeDeltas);
    const { operation } = run[0]!;
    const verdict = threeWay({ operation, delta: wanted, remote: record, policies });
    if (turn._tag === "Settle") {
      deepEqual([turn.items, turn.delta], [run, wanted]);
      return equal(turn.outcome._tag, verdict._tag === "Conflict" ? "Conflicted" : "Synced");
    }
    ok(verdict._tag === "Clear");
    const { load } = turn;
    deepEqual([load.items, load.version, load.operation], [run, 7, operation]);
    deepEqual([load.delta, load.auto], [verdict.delta, verdict.auto]);
    ok(entries(load.delta).length > 0);
    deepEqual([load.modifiedBy, load.reason], [run[0]!.modifiedBy, reasonOf(run)]);
  }));
});

Deno.test("each reason is told once", () => {
  fc.assert(fc.property(fc.array(anItem(), { maxLength: 5 }), (items) => {
    const given = new Set(items.flatMap(({ reason }) => reason ? [reason] : []));
    deepEqual(new Set(reasonOf(items)?.split("; ") ?? []), given);
  }));
});

Deno.test("a record tells of a write by V, v and the values, whatever they are", () => {
  const version = fc.integer({ min: 4, max: 9 });
  const agreed = fc.subarray([...FIELD_NAMES]);
  fc.assert(
    fc.property(aMeeting(), version, fc.boolean(), agreed, (meeting, v, mayHaveLanded, had) => {
      const { delta: wanted, remote: record, policies } = meeting;
      // What PEMS had already was not sent.
      const delta = Object.fromEntries(
        entries(wanted).filter(([name]) => !had.includes(name)),
      ) as Delta;
      const sent: Sent = { operation: "UPDATE", delta, wanted, version: 5, mayHaveLanded };
      const remote = { ...aRemote({ version: v }), record };
      const judged = judge(sent, remote, policies);
      equal(judged._tag === "NotLanded", v <= 5, "not landed just when PEMS has not moved");
      if (judged._tag === "NotLanded") return;
      ok("remote" in judged && judged.remote === remote, "what was read is mirrored");
      const there = holdsOurValues(delta, record);
      const unknown = judged._tag === "Conflicted" && judged.kind === "outcome_unknown";
      equal(unknown, mayHaveLanded && v >= 7 && !there, "undecidable just when it may hide");
      if (unknown) return;
      if (mayHaveLanded && there) return equal(judged._tag, "Synced");
      const verdict = check(wanted, record, policies);
      if (verdict._tag === "Conflict") {
        ok(judged._tag === "Conflicted");
        return deepEqual(judged.fields, verdict.fields, "with all that was wanted of a group");
      }
      equal(judged._tag, entries(verdict.delta).length === 0 ? "Synced" : "Rebased");
    }),
    { numRuns: 300 },
  );
});
