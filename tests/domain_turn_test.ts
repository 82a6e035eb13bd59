/** Retries, turns of a lane, and what a record tells of a write: decided as values. */
import assert from "node:assert/strict";
import { capture, type Edits } from "../domain/delta.ts";
import { delayAfter } from "../domain/retry.ts";
import { judge, type Sent } from "../domain/settlement.ts";
import { type Item, leadingRun, planTurn } from "../domain/turn.ts";
import { aPfa, aRemote } from "./builders.ts";

Deno.test("an attempt is retried after 5, 10 and 20 s, then never", () => {
  const policy = { maxRetries: 3, baseMs: 5000 };
  assert.deepEqual([1, 2, 3, 4].map((failures) => delayAfter(failures, policy, 0)), [
    5000,
    10_000,
    20_000,
    undefined,
  ]);
  assert.equal(delayAfter(1, { maxRetries: 0, baseMs: 5000 }, 0), undefined);
});

Deno.test("a delay stays within a minute, and jitter adds at most 10 %", () => {
  const policy = { maxRetries: 50, baseMs: 5000 };
  assert.equal(delayAfter(5, policy, 0), 60_000);
  assert.equal(delayAfter(50, policy, 1), 66_000);
  assert.equal(delayAfter(1, policy, 0.5), 5250);
});

let made = 0;
const item = (edits: Edits, over: Partial<Item> = {}): Item => ({
  modificationId: `m${++made}`,
  userId: "ana",
  modifiedBy: "ana@example.com",
  operation: "UPDATE",
  origin: "edit",
  changes: capture(aPfa(), edits),
  reason: null,
  ...over,
});

Deno.test("one write carries the leading run of one user's edits, never across a delete or a rollback", () => {
  const mine = item({ model: "a" });
  const more = item({ contract: "b" });
  const hers = item({ model: "c" }, { userId: "eva" });
  const erase = item({}, { operation: "DELETE" });
  const undo = item({ model: "d" }, { origin: "rollback" });
  assert.deepEqual(leadingRun([mine, more, hers, mine]), [mine, more]);
  assert.deepEqual(leadingRun([mine, erase]), [mine]);
  assert.deepEqual(leadingRun([erase, mine]), [erase]);
  assert.deepEqual(leadingRun([mine, undo]), [mine]);
  assert.deepEqual(leadingRun([undo, undo]), [undo]);
  assert.deepEqual(leadingRun([mine, more]), [mine, more]);
  assert.deepEqual(leadingRun([]), []);
});

Deno.test("a turn merges its items against the newest mirror and joins their reasons", () => {
  const items = [
    item({ model: "a", contract: "x" }, { reason: "agreed" }),
    item({ equipment: "CRN-1" }, { reason: "agreed" }),
    item({ description: "new" }, { reason: "renamed" }),
  ];
  const turn = planTurn(items, aRemote({ version: 4, contract: "x" }), {});
  assert.ok(turn._tag === "Send");
  assert.deepEqual(Object.keys(turn.load.delta), ["model", "equipment", "description"]);
  assert.equal(turn.load.version, 4);
  assert.equal(turn.load.reason, "agreed; renamed");
  assert.equal(turn.load.items.length, 3);
});

Deno.test("edits that cancel out are synced without a request", () => {
  const back = { ...item({}), changes: { model: { from: "a", to: "LR 1250" } } };
  const turn = planTurn([item({ model: "a" }), back], aRemote({ version: 4 }), {});
  assert.ok(turn._tag === "Settle");
  assert.deepEqual(turn.outcome, { _tag: "Synced", version: 4, evidence: "nothing_to_send" });
});

Deno.test("a turn against a changed field is a conflict before anything is sent", () => {
  const turn = planTurn([item({ model: "a" })], aRemote({ version: 4, model: "theirs" }), {});
  assert.ok(turn._tag === "Settle" && turn.outcome._tag === "Conflicted");
  assert.deepEqual(turn.outcome.fields, ["model"]);
  assert.equal(turn.outcome.remote.version, 4);
});

const sent = (over: Partial<Sent> = {}): Sent => ({
  operation: "UPDATE",
  delta: capture(aPfa(), { model: "ours" }),
  wanted: capture(aPfa(), { model: "ours" }),
  version: 4,
  mayHaveLanded: true,
  ...over,
});
const verdict = (over: Partial<Sent>, version: number, model = "LR 1250") => {
  const judged = judge(sent(over), aRemote({ version, model }), {});
  return judged._tag === "Conflicted" ? judged.kind : judged._tag;
};

Deno.test("a write without an answer is judged by the record, V sent and v now", () => {
  assert.equal(verdict({}, 4), "NotLanded", "v = V");
  assert.equal(verdict({}, 5, "ours"), "Synced", "our values are there");
  assert.equal(verdict({}, 7, "ours"), "Synced", "our values are there, later too");
  assert.equal(verdict({}, 5), "Rebased", "v = V+1 and not ours, another field moved");
  assert.equal(verdict({}, 5, "theirs"), "fields", "v = V+1 and not ours, our field moved");
  assert.equal(verdict({}, 6), "outcome_unknown", "v = V+2 and not ours");
});

Deno.test("a write that PEMS refused by its version is never undecidable", () => {
  const refused = { mayHaveLanded: false };
  assert.equal(verdict(refused, 5), "Rebased");
  assert.equal(verdict(refused, 9), "Rebased");
  assert.equal(verdict(refused, 9, "theirs"), "fields");
  assert.equal(verdict(refused, 9, "ours"), "Synced", "PEMS agrees by itself");
});
