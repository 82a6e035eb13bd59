/** Migrations: each runs once and whole, however many start together; a stranger's database is refused. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { isMigrated, migrate, type Migration, readMigrations } from "../db/migrate.ts";
import type { Sql } from "../db/sql.ts";
import { ensureOwner, onEach, onPostgres, OWNER, urlOf } from "./database.ts";
import { missing, startPostgres } from "./postgres.ts";

const all = await readMigrations();
const names = all.map(({ name }) => name);

/** Runs the work on as many pools of their own, as many processes would. */
async function withPools<A>(urls: ReadonlyArray<string>, work: (sql: Sql) => Promise<A>) {
  const pools = urls.map((url) => postgres(url, { max: 1, onnotice: () => {} }) as Sql);
  try {
    return await Promise.all(pools.map(work));
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

const fresh = { empty: true } as const;

onPostgres("processes that start together migrate an empty database once", async (db, url) => {
  const ran = await withPools([url, url, url, url, url], (sql) => migrate(sql, all));
  assert.deepEqual(ran.filter((one) => one.length > 0), [names]);
  const rows = await db.owner`select name from schema_migration order by number`;
  assert.deepEqual(rows.map((row) => row.name), names);
}, fresh);

const reason = missing(18);
Deno.test({
  name:
    "databases of one server that migrate together share the roles without a clash (Postgres 18)",
  ignore: reason !== undefined,
  // A server of its own: elsewhere the roles are there already.
  fn: async () => {
    const server = await startPostgres(18);
    const admin = postgres(server.url, { max: 1, onnotice: () => {} });
    try {
      await ensureOwner(admin);
      const databases = ["one", "two", "three"];
      for (const name of databases) {
        await admin`create database ${admin(name)} owner ${admin(OWNER)}`;
      }
      const ran = await withPools(
        databases.map((name) => urlOf(server.url, name)),
        (sql) => migrate(sql, all),
      );
      assert.deepEqual(ran, [names, names, names]);
    } finally {
      await admin.end();
      await server.stop();
    }
  },
});

onEach("a migrated database is left as it is, and says that it is migrated", async (db) => {
  assert.deepEqual(await migrate(db.owner, all), []);
  assert.equal(await isMigrated(db.owner, all), true);
  const next = { number: all.length + 1, name: "next", text: "select 1" };
  assert.equal(await isMigrated(db.owner, [...all, next]), false);
}, { versions: [18, 15] });

onPostgres("an empty database is not migrated", async (db) => {
  assert.equal(await isMigrated(db.owner, all), false);
}, fresh);

onPostgres("a migration that was edited after it ran is refused, by name", async (db) => {
  const edited = all.map((one, at) => at === 1 ? { ...one, text: `${one.text}\n` } : one);
  await assert.rejects(migrate(db.owner, edited), {
    message: `Cannot migrate: ${names[1]} was changed after it had been applied`,
  });
});

onPostgres("a database newer than the program is refused, with both numbers", async (db) => {
  await assert.rejects(migrate(db.owner, all.slice(0, -1)), {
    message: `Cannot use this database: it is at migration ${all.length}, this program knows ${
      all.length - 1
    }`,
  });
});

const steps: ReadonlyArray<Migration> = [
  { number: 1, name: "001_first.sql", text: "create table first (id int)" },
  { number: 2, name: "002_breaks.sql", text: "create table second (id int); select 1/0" },
];

onPostgres(
  "a migration that fails leaves nothing behind, and the next start tries again",
  async (db) => {
    await assert.rejects(migrate(db.owner, steps), { code: "22012" });
    const tables = await db.owner`select from pg_tables where schemaname = 'public'`;
    assert.equal(tables.length, 0);
    const mended = [steps[0]!, { ...steps[1]!, text: "create table second (id int)" }];
    assert.deepEqual(await migrate(db.owner, mended), ["001_first.sql", "002_breaks.sql"]);
  },
  fresh,
);

onPostgres("a database beside others takes the server's roles as they are", async (db) => {
  const [found] = await db.owner`select from pg_roles where rolname = 'vanguard_owner'`;
  assert.ok(found);
  await migrate(db.owner, all);
  const [row] = await db.app`select current_user as role, count(*)::int as rows from pfa_mirror`;
  assert.deepEqual({ ...row }, { role: "vanguard_app", rows: 0 });
}, fresh);
