/** The bridge between postgres.js and PGlite: many connections on one backend, and none notices the others. */
import assert from "node:assert/strict";
import { asTenant, json, openDatabase, type Sql } from "../db/sql.ts";
import { aMember, anOrganization, aPlanner, mirrored } from "./builders.ts";
import { migratedSnapshot, onEach, withDatabase } from "./database.ts";

/** Settles with the first payloads told. */
function heard(count: number) {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const payloads: string[] = [];
  const listener = (payload: string) => {
    payloads.push(payload);
    if (payloads.length === count) resolve(payloads);
  };
  return { promise, listener };
}

onEach("transactions of four roles side by side keep their role from first to last", async (db) => {
  const roles = ["app", "worker", "auth", "owner"] as const;
  const [who] = await db.owner`select current_user as role`;
  const seen = await Promise.all(Array.from({ length: 60 }, (_, nth) => {
    const pool: Sql = db[roles[nth % 4]!];
    const ask = async (sql: Pick<Sql, "unsafe">) =>
      (await sql.unsafe("select current_user as role"))[0]!.role;
    return nth % 3 === 0
      ? pool.begin(async (tx) => [await ask(tx), await ask(tx), await ask(tx)])
      : ask(pool).then((role) => [role, role, role]);
  }));
  seen.forEach((found, nth) => {
    const role = nth % 4 === 3 ? who!.role : `vanguard_${roles[nth % 4]}`;
    assert.deepEqual(found, [role, role, role]);
  });
});

onEach(
  "a transaction is alone: what others write meanwhile comes before or after it",
  async (db) => {
    const organizationId = await anOrganization(db);
    const rename = (tx: Pick<Sql, "unsafe">, name: string) =>
      tx.unsafe("update organization set name = $1 where id = $2", [name, organizationId]);
    const opened = Promise.withResolvers<void>();
    const first = db.auth.begin(async (tx) => {
      await rename(tx, "first");
      opened.resolve();
      for (let nth = 0; nth < 20; nth++) await tx`select ${nth}`;
      return (await tx`select name from organization`)[0]!.name;
    });
    await opened.promise;
    const second = rename(db.auth, "second");
    assert.equal(await first, "first");
    await second;
    const [row] = await db.auth`select name from organization`;
    assert.equal(row!.name, "second");
  },
);

onEach(
  "a notification reaches every listener, whatever its role, once it is committed",
  async (db) => {
    const pools = [db.owner, db.app, db.worker];
    const ears = pools.map(() => heard(2));
    const listening = await Promise.all(
      pools.map((pool, nth) => pool.listen("bell", ears[nth]!.listener)),
    );
    await db.app.begin(async (tx) => {
      await tx`select pg_notify('bell', 'rolled back')`;
      throw new Error("no");
    }).catch(() => {});
    await db.app.begin(async (tx) => {
      await tx`select pg_notify('bell', 'one')`;
      await tx`select pg_notify('bell', 'two')`;
    });
    for (const { promise } of ears) assert.deepEqual(await promise, ["one", "two"]);
    for (const { unlisten } of listening) await unlisten();
  },
);

onEach("an error leaves its connection usable, alone and in a transaction", async (db) => {
  await assert.rejects(db.app.unsafe("select nothing_such"), { code: "42703" });
  await assert.rejects(
    db.app.begin(async (tx) => {
      await tx`select set_config('app.user_id', 'leak', true)`;
      await tx`select 1 / 0`;
    }),
    { code: "22012" },
  );
  const [row] = await db.app`select current_setting('app.user_id', true) as left_over`;
  assert.ok(!row!.left_over);
  const kept = await db.owner.begin(async (tx) => {
    await tx.savepoint((inner) => inner`select 1 / 0`).catch(() => {});
    return (await tx`select 7 as seven`)[0]!.seven;
  });
  assert.equal(kept, 7);
});

onEach(
  "a parameter of 10,000 rows of JSON arrives whole, and as many rows come back",
  async (db) => {
    const rows = Array.from({ length: 10_000 }, (_, nth) => ({ nth, text: `Kran ${nth} „ß“` }));
    const back = await db.worker`
    select nth, text from jsonb_to_recordset(${json(rows)}::text::jsonb) as r (nth int, text text)`;
    assert.equal(back.length, 10_000);
    assert.deepEqual({ ...back[9_999] }, rows[9_999]);
  },
);

onEach(
  "one prepared statement under two roles and two tenants obeys each one's policies",
  async (db) => {
    const one = await aPlanner(db);
    const two = await aMember(db, await anOrganization(db));
    await mirrored(db, one.organizationId, { A: {}, B: {} });
    await mirrored(db, two.organizationId, { C: {} });
    const count = async (sql: Pick<Sql, "unsafe">) =>
      (await sql.unsafe("select count(*)::int as n from pfa_mirror where version >= $1", [1], {
        prepare: true,
      }))[0]!.n;
    for (let round = 0; round < 8; round++) {
      assert.equal(await count(db.worker), 3);
      assert.equal(await asTenant(db.app, one, count), 2);
      assert.equal(await asTenant(db.app, two, count), 1);
      assert.equal(await count(db.app), 0);
    }
  },
);

onEach("a date stays the day that it is", async (db) => {
  const [row] = await db.app`select ${"2026-03-29"}::date as day, date '1999-12-31' as other`;
  assert.deepEqual({ ...row }, { day: "2026-03-29", other: "1999-12-31" });
});

Deno.test("a connection that dies inside a transaction takes it along and holds nobody up (PGlite)", async () => {
  const db = await openDatabase({ url: undefined, snapshot: await migratedSnapshot() });
  try {
    const organizationId = await anOrganization(db);
    const written = Promise.withResolvers<void>();
    const dying = db.auth.begin(async (tx) => {
      await tx`update organization set name = 'half done' where id = ${organizationId}`;
      written.resolve();
      await tx`select 1`;
      await new Promise(() => {});
    });
    dying.catch(() => {});
    await written.promise;
    await db.auth.end({ timeout: 0 });
    const [row] = await db.worker`select name from organization where id = ${organizationId}`;
    assert.notEqual(row!.name, "half done");
    assert.equal((await db.app`select current_user as role`)[0]!.role, "vanguard_app");
  } finally {
    await db.close();
  }
});

Deno.test("more connections than any pool has wait for their turn and get it (PGlite)", () =>
  withDatabase(async (db) => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, nth) => db.app`select ${nth}::int as nth`),
    );
    assert.deepEqual(answers.map(([row]) => row!.nth), answers.map((_, nth) => nth));
  }));
