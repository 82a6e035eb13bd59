/** db/schema.sql tells what the migrations come to: it is renewed with them, and is the same on every engine. */
import assert from "node:assert/strict";
import { onEach } from "./database.ts";
import { describeSchema, FILE, RENEW } from "./schema.ts";

onEach("db/schema.sql is the schema that the migrations make", async (db) => {
  const now = await describeSchema(db.owner);
  const kept = await Deno.readTextFile(FILE).catch(() => "");
  const line = now.split("\n").findIndex((text, at) => text !== kept.split("\n")[at]);
  assert.ok(
    now === kept,
    `Stale from line ${line + 1} on: ${now.split("\n")[line]}. Renew it: ${RENEW}`,
  );
}, { versions: [18, 15] });

onEach("every table with rows of an organization is under row-level security", async (db) => {
  const open = await db.owner`
    select c.relname from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and not c.relispartition and not c.relrowsecurity`;
  assert.deepEqual(open.map((row) => row.relname), []);
});

onEach(
  "requests and workers own nothing, and reach partitions through their tables only",
  async (db) => {
    const found = await db.owner`
    select c.relname, r.rolname from pg_class c, pg_roles r
    where r.rolname in ('vanguard_app', 'vanguard_worker', 'vanguard_auth')
      and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (c.relowner = r.oid
        or c.relispartition and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate'))`;
    assert.deepEqual([...found], []);
    const [partitions] = await db
      .owner`select count(*)::int as there from pg_class where relispartition`;
    assert.ok(partitions!.there >= 16);
  },
  { versions: [18, 15] },
);
