/** What a badge says of a queued change: its place and when it leaves, or what it waits for. */
import assert from "node:assert/strict";
import { explanation } from "../islands/badge.tsx";

Deno.test("a queued change tells its place in the line and how long that takes", () => {
  const expectedAt = new Date(Date.now() + 124_500).toISOString();
  const told = explanation({ status: "queued", position: 1240, expectedAt });
  assert.match(told, /number 1,240 in line and leaves in about 2 min [45] s, /);
});

Deno.test("the next in line promises no time that has passed", () => {
  const expectedAt = new Date(Date.now() - 500).toISOString();
  const told = explanation({ status: "queued", position: 1, expectedAt });
  assert.match(told, /It is next in line\.$/);
});

Deno.test("a queued change whose time nobody knows says what it waits for", () => {
  const told = (waitingFor: string) => explanation({ status: "queued", waitingFor });
  assert.match(told("outage"), /It waits for PEMS, which does not answer\.$/);
  assert.match(told("no_worker"), /It waits for a worker/);
  assert.match(told("earlier_change"), /an earlier change of this record\.$/);
  assert.doesNotMatch(explanation({ status: "queued" }), /line|waits/);
});
