/** Dead letters in groups over the API: by why they died, a page at a time, without amounts, for who manages. */
import assert from "node:assert/strict";
import { DeadLetters } from "../app/sync_shapes.ts";
import { test } from "./app_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { CLOSED, groupsOf, manyBuried } from "./app_letter_bench.ts";
import { buried } from "./stuck.ts";

test("dead letters are grouped by why they died, without what is each record's own", async (bench) => {
  await manyBuried(bench, 5, (pfaId) => `${pfaId} was refused with 422 after 1,250 ms`);
  await buried(bench, { A: { model: "x" }, B: { model: "y" } }, CLOSED);
  await buried(bench, { C: { model: "z" } }, "PEMS answered 503");
  const { groups, total, replays } = await groupsOf(bench);
  assert.deepEqual(groups.map(({ message, count }) => [message, count]), [
    ["the record was refused with 422 after … ms", 5],
    [CLOSED, 2],
    ["PEMS answered 503", 1],
  ]);
  assert.deepEqual([total, replays], [8, []]);
  const { caller, organizationId } = bench;
  const list = `/api/pems/dead-letters?organizationId=${organizationId}`;
  const first = await caller.get(`${list}&group=${groups[0]!.fingerprint}&limit=3`);
  assertShape(DeadLetters, first.body);
  assert.equal(first.body.total, 5);
  const cursor = first.body.nextCursor;
  const rest = await caller.get(`${list}&group=${groups[0]!.fingerprint}&cursor=${cursor}`);
  const ids = [...first.body.deadLetters, ...rest.body.deadLetters].map((one) => one.pfaId);
  assert.deepEqual(ids.toSorted(), ["L-001", "L-002", "L-003", "L-004", "L-005"]);
  assertProblem(await caller.get(`${list}&group=${groups[1]!.fingerprint}&cursor=${cursor}`), 400);
  const paged = await caller.get(
    `/api/pems/dead-letters/groups?organizationId=${organizationId}&limit=2`,
  );
  const last = await caller.get(
    `/api/pems/dead-letters/groups?organizationId=${organizationId}&cursor=${paged.body.nextCursor}`,
  );
  assert.deepEqual(last.body.groups.map((one: { count: number }) => one.count), [1]);
});

test("a group shows no amounts to who may not see money, and nothing to who may not manage", async (bench) => {
  await buried(bench, { A: { model: "x" } }, "The rate 4,711.50 exceeds the budget");
  const path = `/api/pems/dead-letters/groups?organizationId=${bench.organizationId}`;
  const poor = await bench.without("ViewFinancials");
  const { body } = await poor.get(path);
  assert.doesNotMatch(JSON.stringify(body), /4,?711/);
  assert.match(JSON.stringify((await bench.caller.get(path)).body), /4,711\.50/);
  assertProblem(await (await bench.without("ManageSettings")).get(path), 403);
});
