/** Searching Sync History: by reason, person or record, however long ago, and in the own organization alone. */
import assert from "node:assert/strict";
import { type Bench, test } from "./app_bench.ts";
import { aMember, aPlanner, committed, mirrored } from "./builders.ts";

/** More than are looked at one by one. */
const LATER = 5_100;

const found = async ({ caller, organizationId }: Bench, search: string, more = "") => {
  const { status, body } = await caller.get(
    `/api/pems/sync-jobs?organizationId=${organizationId}&search=${search}${more}`,
  );
  assert.equal(status, 200, JSON.stringify(body));
  return body.jobs.map(({ id }: { id: string }) => id);
};

/** A job of long ago, and thousands since. */
async function longAgo(bench: Bench): Promise<string> {
  const { db, organizationId } = bench;
  const old = await aMember(db, organizationId, { username: "vera" });
  await mirrored(db, organizationId, { "PFA-7": {} });
  const { jobId } = await committed(db, old, { "PFA-7": { model: "x" } }, {
    changeReason: "The Haystack's Needle",
  });
  const theirs = await aPlanner(db);
  await db.owner`
    insert into sync_job (organization_id, kind, status, reason)
    select ${organizationId}, 'commit', 'completed', 'week ' || n from generate_series(1, ${LATER}) n`;
  await db.owner`
    insert into sync_job (organization_id, kind, status, reason)
    values (${theirs.organizationId}, 'commit', 'completed', 'another needle')`;
  return jobId;
}

test("what is searched for is found behind thousands of newer jobs", async (bench) => {
  const jobId = await longAgo(bench);
  for (const search of ["needle", "k's n", "VERA", "pfa-7", "%27s"]) {
    assert.deepEqual(await found(bench, search), [jobId], search);
  }
  for (const search of ["needles", "pfa-8", "zz", "nobody"]) {
    assert.deepEqual(await found(bench, search), [], search);
  }
  assert.deepEqual(await found(bench, "needle", "&kind=rollback"), []);
  assert.deepEqual(await found(bench, "needle", "&status=running"), [jobId]);
});

test("pages of a search follow one another to its end", async (bench) => {
  await longAgo(bench);
  const { caller, organizationId } = bench;
  const ids: string[] = [];
  let cursor = "";
  do {
    const { body } = await caller.get(
      `/api/pems/sync-jobs?organizationId=${organizationId}&search=week&limit=1000${cursor}`,
    );
    ids.push(...body.jobs.map(({ id }: { id: string }) => id));
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
  } while (cursor);
  assert.equal(ids.length, LATER);
  assert.deepEqual(ids, ids.toSorted().reverse());
  assert.equal(new Set(ids).size, LATER);
});
