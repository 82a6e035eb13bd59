/** The mirror moves only forward, and keeps what it replaces. */
import assert from "node:assert/strict";
import { applyMirror, remoteOf } from "../db/mirror.ts";
import type { Database } from "../db/sql.ts";
import { anOrganization, aRemote, mirrored } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";

const mirror = async (db: Database) =>
  (await db.worker`select pfa_id, version, description from pfa_mirror order by pfa_id, version`)
    .map(({ pfa_id, version, description }) => `${pfa_id}@${version} ${description}`);
const history = async (db: Database) =>
  (await db.worker`
    select pfa_id, version, record ->> 'description' as description from pfa_mirror_history
    order by pfa_id, version`)
    .map(({ pfa_id, version, description }) => `${pfa_id}@${version} ${description}`);
const at = (version: number, description: string) => ({ version, description });
const everywhere = { versions: [18, 15] } as const;

onEach("a new record comes in, a newer version replaces and archives the old one", async (db) => {
  const id = await anOrganization(db);
  assert.deepEqual(await mirrored(db, id, { A: at(3, "three"), B: at(1, "one") }), ["A", "B"]);
  assert.deepEqual(await mirrored(db, id, { A: at(5, "five") }, "write"), ["A"]);
  assert.deepEqual(await mirror(db), ["A@5 five", "B@1 one"]);
  assert.deepEqual(await history(db), ["A@3 three"]);
  assert.deepEqual(await mirrored(db, id, { A: at(6, "six") }), ["A"]);
  assert.deepEqual(await history(db), ["A@3 three", "A@5 five"]);
}, everywhere);

onEach("an older version and the same version change nothing and archive nothing", async (db) => {
  const id = await anOrganization(db);
  await mirrored(db, id, { A: at(3, "three") });
  assert.deepEqual(await mirrored(db, id, { A: at(2, "stale page") }), []);
  assert.deepEqual(await mirrored(db, id, { A: at(3, "echo") }), []);
  assert.deepEqual(await mirror(db), ["A@3 three"]);
  assert.deepEqual(await history(db), []);
}, everywhere);

onEach("one page may hold new, newer, same and older records at once", async (db) => {
  const id = await anOrganization(db);
  await mirrored(db, id, { A: at(3, "a"), B: at(3, "b"), C: at(3, "c") });
  const moved = await mirrored(db, id, {
    A: at(4, "A"),
    B: at(3, "B"),
    C: at(2, "C"),
    D: at(1, "D"),
  });
  assert.deepEqual([...moved].sort(), ["A", "D"]);
  assert.deepEqual(await mirror(db), ["A@4 A", "B@3 b", "C@3 c", "D@1 D"]);
  assert.deepEqual(await history(db), ["A@3 a"]);
});

onEach("the same id in two organizations is two records", async (db) => {
  const one = await anOrganization(db);
  const two = await anOrganization(db);
  await mirrored(db, one, { A: at(1, "one") });
  await mirrored(db, two, { A: at(9, "two") });
  await mirrored(db, one, { A: at(2, "one again") });
  assert.deepEqual(await mirror(db), ["A@2 one again", "A@9 two"]);
  assert.deepEqual(await history(db), ["A@1 one"]);
});

onEach("what comes back is what PEMS told, to the cent and the day", async (db) => {
  const id = await anOrganization(db);
  const told = aRemote({ version: 7, monthlyRate: "999999999999.99", actualStart: "2028-02-29" });
  await applyMirror(db.worker, [{ organizationId: id, pfaId: "A", remote: told, origin: "write" }]);
  const [row] = await db.worker`select to_jsonb(m) as row from pfa_mirror m`;
  const back = remoteOf(row!.row);
  assert.deepEqual({ ...back, updatedAt: new Date(back.updatedAt).toISOString() }, told);
}, everywhere);

onEach("5,000 records go in and forward in two calls, all of them archived", async (db) => {
  const id = await anOrganization(db);
  const records = (version: number) =>
    Object.fromEntries(
      Array.from({ length: 5000 }, (_, nth) => [`PFA-${nth}`, at(version, `v${version}`)]),
    );
  assert.equal((await mirrored(db, id, records(1))).length, 5000);
  assert.equal((await mirrored(db, id, records(2))).length, 5000);
  assert.equal((await mirrored(db, id, records(2))).length, 0);
  const [row] = await db.worker`
    select (select count(*)::int from pfa_mirror where version = 2) as now,
      (select count(*)::int from pfa_mirror_history where version = 1) as before`;
  assert.deepEqual({ ...row }, { now: 5000, before: 5000 });
});

for (const version of [18, 15] as const) {
  onPostgres(
    "versions that race end at the newest, each replaced one archived once",
    async (db) => {
      const id = await anOrganization(db);
      await mirrored(db, id, { A: at(1, "v1"), B: at(1, "v1") });
      await Promise.all([5, 2, 4, 3, 6, 5].map((number, nth) =>
        // In both orders of ids: they are locked in one order all the same.
        mirrored(
          db,
          id,
          nth % 2 === 0
            ? { A: at(number, `v${number}`), B: at(number, `v${number}`) }
            : { B: at(number, `v${number}`), A: at(number, `v${number}`) },
        )
      ));
      assert.deepEqual(await mirror(db), ["A@6 v6", "B@6 v6"]);
      const archived = await history(db);
      assert.equal(new Set(archived).size, archived.length, "none is archived twice");
      assert.ok(archived.includes("A@1 v1") && archived.includes("B@1 v1"));
    },
    { version },
  );

  onPostgres("pages with the same new records in other orders do not deadlock", async (db) => {
    const id = await anOrganization(db);
    const ids = Array.from({ length: 400 }, (_, nth) => `PFA-${nth}`);
    await Promise.all([1, 2, 3, 4].map((number) =>
      mirrored(
        db,
        id,
        Object.fromEntries(
          (number % 2 === 0 ? ids : ids.toReversed()).map((one) => [one, at(number, "new")]),
        ),
      )
    ));
    const [row] = await db.worker`select count(*)::int as n from pfa_mirror where version = 4`;
    assert.equal(row!.n, 400);
  }, { version });
}
