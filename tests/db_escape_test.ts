/** Ways around row-level security: tables without it, partitions by name, what runs as the owner, statements made of text. */
import assert from "node:assert/strict";
import { asTenant, type Database, type Tenant } from "../db/sql.ts";
import { aPlanner, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

const REFUSED = { code: "42501" };
const everywhere = { versions: [18, 15] } as const;

/** Tables of no organization that requests may read, and what they show of them. */
const SHARED: Readonly<Record<string, ReadonlyArray<string>>> = {
  // One row: the transaction up to which all is sealed.
  audit_horizon: ["single", "xid"],
  app_user: ["display_name", "email", "id", "is_admin", "username"],
  deployment: ["at", "id", "previous", "version"],
  pems_connection: [
    ...["base_url", "circuit", "circuit_since", "id", "next_send_at", "not_before"],
    ...["probe_at", "rate_limit", "rate_limit_hits", "rate_now", "rate_since", "turns"],
  ],
  schema_migration: ["applied_at", "name", "number"],
  sync_worker: ["id", "in_flight", "last_seen_at", "started_at", "version"],
};

/** What requests may run as the owner, and what an attacker asks of it about a record of the victim. */
const AS_OWNER: Readonly<Record<string, (jobId: string) => string>> = {
  // A count over the connection, which organizations share.
  "waiting_lanes(uuid)": () =>
    "select count(*) from pems_connection c, waiting_lanes(c.id) n where n is null",
  "lane_place(text)": () => "select count(*) from lane_place('A')",
  "jobs_by_reason(text)": () => "select count(*) from jobs_by_reason('their reason')",
  // Tells the organization's id to the guard, which then refuses.
  "organization_of(uuid,uuid)": (jobId) =>
    `select count(*) from organization_of('${jobId}', null) o where o = current_organization()`,
};

async function scene(db: Database) {
  const victim = await aPlanner(db);
  await mirrored(db, victim.organizationId, { A: {} });
  const { jobId } = await committed(db, victim, { A: { model: "theirs" } }, {
    changeReason: "their reason",
  });
  return { victim, jobId, attacker: await aPlanner(db) };
}

const as = (db: Database, tenant: Tenant, text: string) =>
  asTenant(db.app, tenant, (tx) => tx.unsafe(text));

onEach("whatever requests can reach has policies, or belongs to no organization", async (db) => {
  const reachable = await db.owner<{ name: string; guarded: boolean; columns: string[] }[]>`
    select c.relname as name, c.relkind in ('r', 'p') and c.relrowsecurity
        and exists (select from pg_policy p where p.polrelid = c.oid) as guarded,
      (select array_agg(a.attname::text order by a.attname) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0
          and has_column_privilege('vanguard_app', c.oid, a.attnum, 'select')) as columns
    from pg_class c
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relnamespace = 'public'::regnamespace
      and (has_any_column_privilege('vanguard_app', c.oid, 'select, insert, update, references')
        or has_table_privilege('vanguard_app', c.oid, 'delete, truncate, trigger'))`;
  const open = reachable.filter(({ guarded }) => !guarded);
  assert.deepEqual(Object.fromEntries(open.map(({ name, columns }) => [name, columns])), SHARED);
  assert.ok(reachable.length > open.length + 20, "the catalog was read");
}, everywhere);

onEach("a partition is closed by its own name, those of months to come as well", async (db) => {
  const { attacker } = await scene(db);
  const names = await db.owner<{ name: string }[]>`
    select relname as name from pg_class where relispartition and relkind = 'r'`;
  assert.ok(names.length >= 16);
  for (const { name } of names) {
    for (
      const text of [
        `select from ${name}`,
        `insert into ${name} (organization_id) values (current_organization())`,
        `update ${name} set organization_id = current_organization()`,
        `delete from ${name}`,
        `truncate ${name}`,
      ]
    ) {
      await assert.rejects(as(db, attacker, text), REFUSED, text);
      await assert.rejects(async () => await db.app.unsafe(text), REFUSED, text);
      await assert.rejects(async () => await db.auth.unsafe(text), REFUSED, text);
    }
  }
}, everywhere);

onEach(
  "what runs as the owner is called by whom it is granted to, and tells nothing",
  async (db) => {
    const functions = await db.owner<
      { name: string; anybody: boolean; app: boolean; path: string[] }[]
    >`
    select p.oid::regprocedure::text as name, p.proconfig as path,
      has_function_privilege('public', p.oid, 'execute') as anybody,
      has_function_privilege('vanguard_app', p.oid, 'execute') as app
    from pg_proc p where p.prosecdef and p.pronamespace = 'public'::regnamespace`;
    assert.ok(functions.length > 10);
    for (const { name, anybody, path } of functions) {
      assert.equal(anybody, false, `${name} is open to everybody`);
      // Or a temporary table could stand in for one of ours.
      assert.ok(path.includes("search_path=public, pg_temp"), name);
    }
    const granted = functions.filter(({ app }) => app).map(({ name }) => name);
    assert.deepEqual(granted.sort(), Object.keys(AS_OWNER).sort());
    const { attacker, jobId } = await scene(db);
    for (const [name, attack] of Object.entries(AS_OWNER)) {
      const [row] = await as(db, attacker, attack(jobId));
      assert.equal(row!["count"], "0", name);
    }
  },
  everywhere,
);

onEach("a trigger of the owner's cannot be hung on a temporary table", async (db) => {
  const { attacker, victim } = await scene(db);
  const steps = [
    "create temporary table bait (organization_id uuid, kind text, status text)",
    `create trigger hook after insert on bait referencing new table as fresh
       for each statement execute function count_conflicts()`,
    `insert into bait values ('${victim.organizationId}', 'fields', 'unresolved')`,
  ];
  const attack = asTenant(db.app, attacker, async (tx) => {
    for (const step of steps) await tx.unsafe(step);
  });
  await assert.rejects(attack, REFUSED);
  const counted = await db.owner`select from metric_delta where metric = 'conflicts'`;
  assert.equal(counted.length, 0);
}, everywhere);

onEach("policies can be neither switched off nor read past", async (db) => {
  const { attacker } = await scene(db);
  for (
    const text of [
      "select from pfa_mirror",
      "update pfa_modification set change_reason = 'x'",
      "delete from pfa_lane",
    ]
  ) {
    const attack = asTenant(db.app, attacker, async (tx) => {
      await tx`select set_config('row_security', 'off', true)`;
      return await tx.unsafe(text);
    });
    await assert.rejects(attack, REFUSED, text);
  }
  await assert.rejects(async () => await db.app`alter role vanguard_app bypassrls`, REFUSED);
  // An organization that is none is an error, not everybody's.
  await assert.rejects(as(db, { ...attacker, organizationId: "x" }, "select from pfa_mirror"), {
    code: "22P02",
  });
  assert.equal(
    (await as(db, { ...attacker, organizationId: "" }, "select from pfa_mirror")).length,
    0,
  );
});

onEach("without an organization nothing is changed either", async (db) => {
  await scene(db);
  const [before] = await db
    .owner`select count(*)::int as n, max(updated_at) as at from pfa_modification`;
  for (
    const text of [
      "update pfa_modification set change_reason = 'x'",
      "update organization set pause_reason = 'x'",
      "update sync_job set reason = 'x'",
      "update pfa_write_queue set priority = 0",
      "delete from pfa_write_queue",
    ]
  ) assert.equal((await db.app.unsafe(text)).count, 0, text);
  const [after] = await db
    .owner`select count(*)::int as n, max(updated_at) as at from pfa_modification`;
  assert.deepEqual(after, before);
}, everywhere);

/**
 * Policies bind forgotten conditions, not a statement of the attacker's own: each pool's connection may take its owner's
 * role back (`set_config('role', ...)`), and the organization is a setting. So no statement is ever made of text.
 */
Deno.test("statements are templates: text is run in two places, with text of ours alone", async () => {
  const found: string[] = [];
  for (const room of ["app", "db", "domain", "islands", "ops", "pems", "worker"]) {
    for await (const path of sources(new URL(`../${room}/`, import.meta.url))) {
      const text = await Deno.readTextFile(path);
      for (const [line] of text.matchAll(/.*\b(unsafe|file)\s*\(.*/g)) {
        if (/\.(unsafe|file)\(/.test(line)) {
          found.push(`${path.pathname.split("/").slice(-2).join("/")}: ${line.trim()}`);
        }
      }
    }
  }
  assert.deepEqual(found.sort(), [
    "db/migrate.ts: await tx.unsafe(text).simple();",
    "pems/sandbox_store.ts: await sql.begin((tx) => tx.unsafe(SCHEMA));",
  ]);
});

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (/\.tsx?$/.test(name)) yield new URL(name, folder);
  }
}
