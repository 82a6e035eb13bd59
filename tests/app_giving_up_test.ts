/** Giving up over the API: a record by a draft that deletes it, a draft by discarding it. */
import assert from "node:assert/strict";
import { assertProblem } from "./app_client.ts";
import { test } from "./app_drafts_bench.ts";

test("a delete carries every field as it was seen, and stands against later edits", async (bench) => {
  await bench.save({ description: "given up" });
  const answer = await bench.caller.post("/api/pfa-data/save-draft", {
    organizationId: bench.organizationId,
    pfaId: "PFA-1",
    operation: "DELETE",
    changeReason: "sold",
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const draft = await bench.stored();
  assert.equal(draft.operation, "DELETE");
  assert.equal(Object.keys(draft.changes).length, 22);
  assert.deepEqual(draft.changes.isDiscontinued, { from: false, to: true });
  assert.equal(draft.changes.description.from, "Crawler crane 250 t");
  const view = await bench.view();
  assert.deepEqual(view.baseline, { isDiscontinued: false });
  assertProblem(await bench.save({ description: "x" }), 409, /discard that first/);
  assertProblem(await bench.save({ description: "x" }, { operation: "DELETE" }), 422, /no fields/);
  assert.equal((await bench.commit()).body.queuedCount, 1);
  assertProblem(await bench.save({ description: "x" }), 422, /discontinued/);
});

test("a discarded draft is gone from view and kept in the trail", async (bench) => {
  const { body } = await bench.save({ description: "x" });
  const modificationIds = [body.drafts[0].modificationId];
  const { organizationId } = bench;
  const discard = () =>
    bench.caller.post("/api/pfa-data/discard-drafts", { organizationId, modificationIds });
  assert.deepEqual((await discard()).body, { discarded: 1 });
  assert.deepEqual((await discard()).body, { discarded: 0 });
  assert.deepEqual((await bench.view()).sync, { status: "clean" });
  const [row] = await bench.db.owner`
    select details from audit_entry where event_type = 'DISCARD'`;
  assert.equal(row!.details.changes.description.to, "x");
  assert.deepEqual(
    (await bench.caller.post("/api/pfa-data/discard-drafts", {
      organizationId,
      modificationIds: [],
    }))
      .body,
    { discarded: 0 },
  );
});
