/** The dry run of a conflict policy says what the engine then does with the same conflict, and changes nothing. */
import assert from "node:assert/strict";
import { PolicyTried } from "../app/admin_shapes.ts";
import type { Edits } from "../domain/delta.ts";
import type { ConflictKind, Policies } from "../domain/threeway.ts";
import { tryPolicy } from "../domain/policy_trial.ts";
import { aMember, aPfa } from "./builders.ts";
import { assertProblem, assertShape, withApp } from "./app_client.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";

const POLICY: Policies = {
  monthlyRate: "use_local",
  model: "use_pems",
  forecastStart: "use_local",
  description: "use_pems",
};

/** What a planner wants and what PEMS has got meanwhile, and what the policy makes of it. */
const CASES: ReadonlyArray<{
  readonly ours: Edits;
  readonly theirs: Edits;
  readonly outcome: "use_local" | "use_pems" | "merge" | "manual";
}> = [
  { ours: { monthlyRate: "100.00" }, theirs: { monthlyRate: "777.00" }, outcome: "use_local" },
  { ours: { model: "M-1" }, theirs: { model: "M-9" }, outcome: "use_pems" },
  {
    ours: { monthlyRate: "100.00", model: "M-1" },
    theirs: { monthlyRate: "777.00", model: "M-9" },
    outcome: "merge",
  },
  { ours: { contract: "C-1" }, theirs: { contract: "C-9" }, outcome: "manual" },
  {
    // One field of several that nobody decides for: all of them wait.
    ours: { model: "M-1", contract: "C-1" },
    theirs: { model: "M-9", contract: "C-9" },
    outcome: "manual",
  },
  {
    // Ours by the policy, but the whole record could not stand: its end is long past.
    ours: { forecastStart: "2099-01-01" },
    theirs: { forecastStart: "2020-02-02", forecastEnd: "2020-03-03" },
    outcome: "manual",
  },
];

/** Commits each case on a record of its own, from this one on, against what PEMS has got meanwhile. */
async function disputed(engine: Engine, first: number): Promise<ReadonlyArray<string>> {
  const ids: string[] = [];
  for (const [at, { ours, theirs }] of CASES.entries()) {
    const pfaId = idOf(first + at);
    await engine.foreign(pfaId, theirs);
    ids.push(await engine.commitOne("ada", pfaId, ours));
  }
  return ids;
}

const conflictsFrom = async ({ db }: Engine, first: number) => {
  const names = CASES.map((_, at) => idOf(first + at));
  const rows = await db.owner`
    select pfa_id, status, resolution from pfa_sync_conflict where pfa_id = any(${names}) order by pfa_id`;
  return rows.map(({ status, resolution }) => status === "unresolved" ? "manual" : resolution);
};

engineTest("a dry run foretells what the engine does on the same conflicts", async (engine) => {
  const { db } = engine;
  const organizationId = engine.organizationId();
  await engine.start();
  for (const id of await disputed(engine, 1)) await engine.untilStatus(id, "conflict");
  const before = await db.owner`select conflict_policy, settings_version from organization`;
  await withApp(db, async (app) => {
    const caller = await app.as((await aMember(db, organizationId)).userId);
    const path = `/api/admin/organizations/${organizationId}/conflict-policy/dry-run`;
    const tried = await caller.post(path, { fields: POLICY });
    assert.equal(tried.status, 200, JSON.stringify(tried.body));
    assertShape(PolicyTried, tried.body);
    const foretold = tried.body.items
      .toSorted((a: { pfaId: string }, b: { pfaId: string }) => a.pfaId.localeCompare(b.pfaId))
      .map(({ outcome }: { outcome: string }) => outcome);
    assert.deepEqual(foretold, CASES.map(({ outcome }) => outcome));
    const { conflicts, settled, useLocal, usePems, merge } = tried.body;
    assert.deepEqual([conflicts, settled, useLocal, usePems, merge], [6, 3, 1, 1, 1]);
    const nothing = await caller.post(path, { fields: {}, limit: 2 });
    assert.deepEqual([nothing.body.conflicts, nothing.body.settled], [2, 0]);
    assert.doesNotMatch(JSON.stringify(tried.body), /100\.00|777|M-1|M-9/, "names, no values");
    assertProblem(await caller.post(path, { fields: { colour: "manual" } }), 400, /colour/);
    assertProblem(await caller.post(path, { fields: {}, limit: 0 }), 400, /limit/);
    const blind = await app.as(
      (await aMember(db, organizationId, { permissions: ["Read", "ManageUsers"] })).userId,
    );
    assertProblem(await blind.post(path, { fields: {} }), 403, /ManageSettings/);
  });
  assert.deepEqual(
    await db.owner`select conflict_policy, settings_version from organization`,
    before,
  );
  assert.deepEqual(
    await conflictsFrom(engine, 1),
    CASES.map(() => "manual"),
    "the conflicts are as open as they were",
  );
  await db.owner`update organization set conflict_policy = ${JSON.stringify(POLICY)}::text::jsonb`;
  const ids = await disputed(engine, 11);
  for (const id of ids) await engine.untilStatus(id, "synced", "conflict");
  assert.deepEqual(
    await conflictsFrom(engine, 11),
    CASES.map(({ outcome }) => outcome),
    "the engine, on the same",
  );
});

Deno.test("neither a deletion nor an unknown outcome is for a policy to decide", () => {
  const pems = aPfa({ model: "M-9" });
  const past = (kind: ConflictKind, operation: "UPDATE" | "DELETE") => ({
    kind,
    operation,
    base: { model: "M-0" },
    local: { model: "M-1" },
    pems,
  });
  const policies: Policies = { model: "use_local" };
  assert.deepEqual(tryPolicy(past("fields", "UPDATE"), policies), {
    outcome: "use_local",
    fields: ["model"],
  });
  assert.equal(tryPolicy(past("outcome_unknown", "UPDATE"), policies).outcome, "manual");
  assert.equal(tryPolicy(past("delete", "DELETE"), policies).outcome, "manual");
});
