/** What each role may never do: read secrets, leave its field, or change what has been written to the trail. */
import assert from "node:assert/strict";
import { record } from "../db/audit.ts";
import { asTenant, type Database, type Sql } from "../db/sql.ts";
import { aPlanner, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

const REFUSED = { code: "42501" };
const everywhere = { versions: [18, 15] } as const;

const refused = (work: PromiseLike<unknown>, what: string) =>
  assert.rejects(async () => await work, REFUSED, what);

onEach("neither requests nor the worker can read a password, a session or a token", async (db) => {
  await aPlanner(db);
  for (const [role, sql] of Object.entries({ app: db.app, worker: db.worker })) {
    for (
      const text of [
        "select password_hash from app_user",
        "select * from app_user",
        "select (app_user).password_hash from app_user",
        "select to_jsonb(app_user) from app_user",
        "select id from app_user where password_hash like 'a%'",
        "select id from session",
        "select id from api_token",
        "select subject from sign_in_failure",
        "update app_user set password_hash = ''",
        "insert into session (token_hash, user_id, expires_at) select '', id, now() from app_user",
      ]
    ) await refused(sql.unsafe(text), `${role}: ${text}`);
    const [user] = await sql`select id, username, display_name, email from app_user`;
    assert.ok(user!.id, `${role} can tell who a user is`);
  }
}, everywhere);

onEach("requests cannot read an organization's PEMS key", async (db) => {
  const tenant = await aPlanner(db);
  const one = (text: string) => asTenant(db.app, tenant, (tx) => tx.unsafe(text));
  await refused(one("select pems_key from organization"), "the key");
  await refused(one("select * from organization"), "all columns");
  await refused(one("select key_fingerprint from pems_connection"), "its fingerprint");
  assert.equal((await one("select code from organization")).length, 1);
}, everywhere);

onEach("sign-in and administration never see records, drafts or queues", async (db) => {
  const tenant = await aPlanner(db);
  await mirrored(db, tenant.organizationId, { A: {} });
  for (const table of ["pfa_mirror", "pfa_mirror_history", "pfa_modification", "pfa_write_queue"]) {
    await refused(db.auth.unsafe(`select from ${table}`), table);
  }
  await refused(db.auth`select from audit_entry`, "the trail");
}, everywhere);

onEach("no role takes another's, the owner's or a table's place", async (db) => {
  for (const sql of [db.app, db.worker, db.auth]) {
    await refused(sql`create table mine (id int)`, "create");
    await refused(sql`drop table pfa_mirror`, "drop");
    await refused(sql`alter table pfa_mirror disable row level security`, "switch policies off");
    await refused(sql`create policy mine on pfa_mirror using (true)`, "a policy of its own");
  }
  await refused(db.app`select ensure_partitions()`, "what runs as the owner");
}, everywhere);

/** Every way to change what is written, by the owner as well. */
const TAMPERING = [
  "update audit_entry set details = '{}'",
  "update audit_entry set user_id = null where pfa_id = 'A'",
  "delete from audit_entry",
  "truncate audit_entry",
  "truncate organization, audit_entry cascade",
];

onEach("the trail refuses update, delete and truncate, to its owner too", async (db: Database) => {
  const { organizationId, userId } = await aPlanner(db);
  const entry = { eventType: "COMMIT", organizationId, userId, pfaId: "A" } as const;
  await record(db.worker, [entry, { ...entry, pfaId: "B" }]);
  const trail = async () => await db.owner`select * from audit_entry order by id`;
  const before = await trail();
  assert.equal(before.length, 2);
  const pools: Record<string, Sql> = { ...db } as never;
  for (const role of ["owner", "app", "worker", "auth"]) {
    for (const text of TAMPERING) await refused(pools[role]!.unsafe(text), `${role}: ${text}`);
  }
  await refused(
    asTenant(db.app, { organizationId, userId }, (tx) => tx`delete from audit_entry`),
    "in the name of its organization",
  );
  assert.deepEqual(await trail(), before);
}, everywhere);

onEach("an entry is written for the own organization only, and sign-ins for none", async (db) => {
  const mine = await aPlanner(db);
  const other = await aPlanner(db);
  const entry = { eventType: "EXPORT", userId: mine.userId } as const;
  await asTenant(db.app, mine, (tx) => record(tx, [{ ...entry, ...mine }]));
  await refused(
    asTenant(
      db.app,
      mine,
      (tx) => record(tx, [{ ...entry, organizationId: other.organizationId }]),
    ),
    "another organization's trail",
  );
  await record(db.auth, [{ eventType: "LOGIN_FAILED", details: { username: "ana" } }]);
  const rows = await db.owner`select event_type, details from audit_entry order by id`;
  assert.deepEqual(rows.map((row) => row.event_type), ["EXPORT", "LOGIN_FAILED"]);
  assert.deepEqual(rows[1]!.details, { username: "ana" });
}, everywhere);

onEach("an event that nobody knows is refused", async (db) => {
  const unheard = { eventType: "OVERWRITE" as never };
  await assert.rejects(record(db.worker, [unheard]), { code: "23514" });
});
