/** A dead letter corrected over the API: the change with another value that takes its place, and by whom. */
import assert from "node:assert/strict";
import { EditedLetter } from "../app/replay_shapes.ts";
import { NOBODY, statusOf, test } from "./app_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { CLOSED } from "./app_letter_bench.ts";
import { aMember } from "./builders.ts";
import { buried } from "./stuck.ts";

test("a dead letter is corrected: its change with another value takes its place", async (bench) => {
  const { db, caller, organizationId, app } = bench;
  const ids = await buried(bench, { A: { model: "bad", contract: "C-9" } }, CLOSED);
  const letter = ids.get("A")!;
  const boss = await aMember(db, organizationId);
  const bossCalls = await app.as(boss.userId);
  const edit = (asked: object, who = bossCalls) =>
    who.post(`/api/pems/dead-letters/${letter}/edit`, { organizationId, ...asked });
  assertProblem(
    await edit({ changes: { model: "x" } }, await bench.without("ManageSettings")),
    403,
  );
  assertProblem(await edit({ changes: { model: "x" } }, await bench.without("EditForecast")), 403);
  assertProblem(
    await edit({ changes: { monthlyRate: 5 } }, await bench.without("ViewFinancials")),
    403,
  );
  assertProblem(await edit({ changes: { wheels: 4 } }), 400, /wheels/);
  assertProblem(await edit({ changes: { forecastEnd: "1999-01-01" } }), 422, /forecastEnd/);
  assertProblem(
    await bossCalls.post(`/api/pems/dead-letters/${NOBODY}/edit`, { organizationId, changes: {} }),
    404,
  );
  assert.equal(await statusOf(db, letter), "failed", "a refusal changes nothing");
  const answer = await edit({ changes: { model: "good" }, reason: "the right crane" });
  assertShape(EditedLetter, answer.body);
  const made = answer.body.modificationId;
  const [row] = await db.owner`
    select user_id, origin, changes, change_reason, sync_status from pfa_modification where id = ${made}`;
  assert.deepEqual({ ...row }, {
    user_id: boss.userId,
    origin: "edit",
    changes: {
      contract: { from: null, to: "C-9" },
      model: { from: "LR 1250", to: "good" },
    },
    change_reason: "the right crane",
    sync_status: "queued",
  });
  assert.equal(await statusOf(db, letter), "discarded");
  const [gone] = await db.owner`select sync_error from pfa_modification where id = ${letter}`;
  assert.match(gone!.sync_error, new RegExp(`taken over by the later change ${made}`));
  assertProblem(await edit({ changes: { model: "better" } }), 409, /it is discarded/);
  const { data, sync } =
    (await caller.get(`/api/pfa-data/A?organizationId=${organizationId}`)).body;
  assert.deepEqual([data.model, data.contract, sync.status], ["good", "C-9", "queued"]);
});

test("who corrects an own dead letter sends both as one", async (bench) => {
  const { db, caller, organizationId } = bench;
  const ids = await buried(bench, { A: { model: "bad", contract: "C-9" } }, CLOSED);
  const answer = await caller.post(`/api/pems/dead-letters/${ids.get("A")}/edit`, {
    organizationId,
    changes: { model: "good" },
  });
  assert.deepEqual(
    [await statusOf(db, ids.get("A")!), await statusOf(db, answer.body.modificationId)],
    ["queued", "queued"],
  );
});
