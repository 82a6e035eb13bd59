/** Row-level security under attack: what one organization can do to another's rows, table by table of the catalog. */
import assert from "node:assert/strict";
import { asTenant, type Database, type Sql, type Tenant, type Tx } from "../db/sql.ts";
import { onEach } from "./database.ts";
import { aPlanner, committed, mirrored } from "./builders.ts";

interface Scene {
  readonly attacker: Tenant;
  readonly victim: Tenant;
  /** A queued modification of the victim's. */
  readonly modificationId: string;
}

/** How to make one row of the victim's in each table that has organizations' rows. */
const ROWS: Readonly<Record<string, (scene: Scene) => string>> = {
  organization: () =>
    `insert into organization (code, name)
    values (upper(left(md5(random()::text), 8)), 'another')`,
  membership: ({ victim }) =>
    `insert into membership (organization_id, user_id, permissions)
    select '${victim.organizationId}', id, '{}' from app_user
    where id <> '${victim.userId}' limit 1`,
  pfa_mirror: ({ victim }) =>
    `insert into pfa_mirror (organization_id, pfa_id, version, area_silo,
      category, class, source, dor, original_start, original_end, forecast_start, forecast_end,
      is_actualized, is_discontinued, is_funds_transferable, updated_at, origin)
    values ('${victim.organizationId}', gen_random_uuid(), 1, 'a', 'b', 'c', 'Rental', 'BEO', now(),
      now(), now(), now(), false, false, false, now(), 'write')`,
  mirror_size: ({ victim }) =>
    `insert into mirror_size (organization_id, records) values ('${victim.organizationId}', 1)
    on conflict (organization_id) do update set records = 1`,
  pfa_mirror_history: ({ victim }) =>
    `insert into pfa_mirror_history (organization_id, pfa_id,
      version, record)
    values ('${victim.organizationId}', 'A', 1, '{}')`,
  sync_job: ({ victim }) =>
    `insert into sync_job (organization_id, kind, status, user_id)
    values ('${victim.organizationId}', 'commit', 'running', '${victim.userId}')`,
  pfa_modification: ({ victim }) =>
    `insert into pfa_modification (organization_id, pfa_id, user_id,
      base_version, changes)
    values ('${victim.organizationId}', gen_random_uuid(), '${victim.userId}', 1, '{}')`,
  pfa_lane: ({ victim }) =>
    `insert into pfa_lane (organization_id, pfa_id, priority, turn, pending)
    values ('${victim.organizationId}', gen_random_uuid(), 0, 1, 1)`,
  organization_turn: ({ victim }) =>
    `insert into organization_turn (organization_id, priority)
    values ('${victim.organizationId}', (random() * 30000)::int)`,
  pfa_write_queue: ({ victim, modificationId }) =>
    `insert into pfa_write_queue (modification_id,
      pfa_id, organization_id, operation, payload, priority, max_retries)
    values ('${modificationId}', 'A', '${victim.organizationId}', 'UPDATE', '{}', 0, 3)`,
  pfa_write_done: ({ victim, modificationId }) =>
    `insert into pfa_write_done (id, modification_id,
      pfa_id, organization_id, operation, payload, status, priority, retry_count, max_retries,
      scheduled_at, completed_at, created_at)
    values (1, '${modificationId}', 'A', '${victim.organizationId}', 'UPDATE', '{}', 'completed', 0,
      0, 3, now(), now(), now())`,
  pems_write: ({ victim }) =>
    `insert into pems_write (id, organization_id, pfa_id, operation,
      version, body, delta, modified_by, worker_id, fencing_token)
    values (gen_random_uuid(), '${victim.organizationId}', 'A', 'UPDATE', 1, '', '{}', '',
      gen_random_uuid(), 1)`,
  pfa_write_attempt: ({ victim, modificationId }) =>
    `insert into pfa_write_attempt (write_id,
      organization_id, pfa_id, nth, worker_id, sent_at, latency_ms, outcome)
    values ('${modificationId}', '${victim.organizationId}', 'A', 1, gen_random_uuid(), now(), 1,
      'Synced')`,
  pfa_sync_conflict: ({ victim, modificationId }) =>
    `insert into pfa_sync_conflict (pfa_id,
      organization_id, modification_ids, local_version, pems_version, base_data, local_data,
      pems_data, kind, conflict_fields, reason)
    values (gen_random_uuid(), '${victim.organizationId}', '{${modificationId}}', 1, 2, '{}', '{}',
      '{}', 'fields', '{}', '')`,
  circuit_failure: ({ victim }) =>
    `insert into circuit_failure (connection_id, organization_id, pfa_id, spent)
    select id, '${victim.organizationId}', 'A', 1 from pems_connection limit 1`,
  parked_row: ({ victim }) =>
    `insert into parked_row (organization_id, pfa_id, version, row)
    values ('${victim.organizationId}', gen_random_uuid(), 1, '{}')`,
  swept_record: ({ victim }) =>
    `insert into swept_record (job_id, organization_id, pfa_id)
    select id, '${victim.organizationId}', gen_random_uuid() from sync_job
    where organization_id = '${victim.organizationId}' limit 1`,
  replay_plan: ({ victim }) =>
    `insert into replay_plan (job_id, organization_id, user_id, action, stages)
    select id, '${victim.organizationId}', '${victim.userId}', 'retry', '{1}' from sync_job
    where organization_id = '${victim.organizationId}'
      and not exists (select from replay_plan p where p.job_id = sync_job.id) limit 1`,
  replay_item: ({ victim, modificationId }) =>
    `insert into replay_item (job_id, nth, organization_id, modification_id, state)
    select job_id, (random() * 1e9)::int, '${victim.organizationId}', '${modificationId}', 'left'
    from replay_plan where organization_id = '${victim.organizationId}' limit 1`,
  audit_entry: ({ victim }) =>
    `insert into audit_entry (organization_id, event_type)
    values ('${victim.organizationId}', 'COMMIT')`,
  audit_seal: ({ victim }) =>
    `insert into audit_seal (organization_id, nth, entry_id, entry_at, digest, hash)
    values ('${victim.organizationId}', coalesce((select max(nth) from audit_seal), 0) + 1,
      (random() * 1e15)::bigint, now(), '', '')`,
  audit_chain: ({ victim }) =>
    `insert into audit_chain (organization_id, nth, hash, sealed_through)
    values ('${victim.organizationId}', 1, '', now())`,
  audit_verification: ({ victim }) =>
    `insert into audit_verification (organization_id) values ('${victim.organizationId}')`,
  alert: ({ victim }) =>
    `insert into alert (organization_id, kind, title, body)
    values ('${victim.organizationId}', 'failure', '', '')`,
  notification: ({ victim }) =>
    `insert into notification (organization_id, user_id, kind, title, body)
    values ('${victim.organizationId}', '${victim.userId}', 'failure', '', '')`,
  metric_delta: ({ victim }) =>
    `insert into metric_delta (organization_id, metric, value)
    values ('${victim.organizationId}', 'failed', 1)`,
  metric_total: ({ victim }) =>
    `insert into metric_total (organization_id, metric, value)
    values ('${victim.organizationId}', gen_random_uuid(), 1)`,
  metric_series: ({ victim }) =>
    `insert into metric_series (organization_id, step, at)
    values ('${victim.organizationId}', 10, clock_timestamp())`,
};

const REFUSED = "42501";
/** What the attacker may not even try for want of a privilege counts as refused too. */
const refused = (cause: unknown) => (cause as { code?: string }).code === REFUSED;

async function scene(db: Database): Promise<Scene> {
  const victim = await aPlanner(db);
  const attacker = await aPlanner(db);
  await mirrored(db, victim.organizationId, { A: {} });
  const { modifications } = await committed(db, victim, { A: { model: "theirs" } });
  await db.owner`delete from pfa_write_queue`;
  const found = { attacker, victim, modificationId: modifications.get("A")! };
  for (const row of Object.values(ROWS)) await db.owner.unsafe(row(found));
  return found;
}

/** The column that says whose row it is. */
const owned = (table: string) => table === "organization" ? "id" : "organization_id";

/** Counts without a where, as a forgotten one would. */
const seen = async (sql: Sql | Tx, table: string, column: string) =>
  (await sql.unsafe<[{ seen: number }]>(`select count(${column})::int as seen from ${table}`))[0]
    .seen;

const fingerprint = async (owner: Sql, table: string, organizationId: string) =>
  (await owner.unsafe<[{ rows: string }]>(
    `select coalesce(jsonb_agg(to_jsonb(t) order by to_jsonb(t)), '[]')::text as rows from ${table} t
     where ${owned(table)} = $1`,
    [organizationId],
  ))[0].rows;

/** Rows that the attack reached; 0 when it was refused. */
async function reach(db: Database, tenant: Tenant, text: string) {
  try {
    return await asTenant(db.app, tenant, async (tx) => (await tx.unsafe(text)).count);
  } catch (cause) {
    if (refused(cause)) return 0;
    throw cause;
  }
}

const everywhere = { versions: [18, 15] } as const;

onEach("this attack knows every table that has rows of an organization", async (db) => {
  const tables = await db.owner`
    select c.relname as name from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
    where c.relkind in ('r', 'p') and not c.relispartition
      and c.relnamespace = 'public'::regnamespace`;
  assert.deepEqual(
    [...tables.map((row) => row.name), "organization"].sort(),
    Object.keys(ROWS).sort(),
  );
});

onEach("a select without where shows the own organization's rows and no others", async (db) => {
  const { attacker, victim } = await scene(db);
  for (const table of Object.keys(ROWS)) {
    const column = owned(table);
    const own = await asTenant(db.app, victim, (tx) => seen(tx, table, column));
    assert.ok(own > 0, `${table}: its own organization sees it, so the attack is a real one`);
    const theirs = await asTenant(
      db.app,
      attacker,
      async (tx) => (await tx.unsafe(`select ${column} as id from ${table}`)).map((row) => row.id),
    );
    assert.ok(theirs.every((id) => id === attacker.organizationId), `${table} leaks`);
  }
}, everywhere);

onEach("without an organization nothing is seen at all", async (db) => {
  await scene(db);
  for (const table of Object.keys(ROWS)) {
    assert.equal(await seen(db.app, table, owned(table)), 0, table);
  }
}, everywhere);

onEach("no update, delete or insert reaches another organization's rows", async (db) => {
  const found = await scene(db);
  const { attacker, victim } = found;
  const columns: Record<string, string> = { organization: "pause_reason" };
  for (const [table, insert] of Object.entries(ROWS)) {
    const before = await fingerprint(db.owner, table, victim.organizationId);
    const column = columns[table] ?? "organization_id";
    const steal = column === "organization_id" ? `'${attacker.organizationId}'` : "'stolen'";
    const touched = await reach(
      db,
      attacker,
      `update ${table} set ${column} = ${steal} where ${owned(table)} = '${victim.organizationId}'`,
    );
    assert.equal(touched, 0, `${table}: update`);
    await reach(db, attacker, `update ${table} set ${column} = ${steal}`);
    await reach(db, attacker, `delete from ${table}`);
    assert.equal(await reach(db, attacker, insert(found)), 0, `${table}: insert`);
    const after = await fingerprint(db.owner, table, victim.organizationId);
    assert.equal(after, before, `${table} was changed by another organization`);
  }
}, everywhere);

onEach("an own row cannot be handed over to another organization", async (db) => {
  const { attacker, victim } = await scene(db);
  await mirrored(db, attacker.organizationId, { A: {} });
  await committed(db, attacker, { A: { model: "mine" } });
  for (const table of ["pfa_modification", "pfa_lane", "pfa_write_queue", "sync_job"]) {
    const given = asTenant(
      db.app,
      attacker,
      (tx) => tx.unsafe(`update ${table} set organization_id = $1`, [victim.organizationId]),
    );
    await assert.rejects(given, { code: REFUSED }, table);
  }
});

onEach("requests running side by side never see through each other's organization", async (db) => {
  const one = await aPlanner(db);
  const two = await aPlanner(db);
  await mirrored(db, one.organizationId, { A: {}, B: {} });
  await mirrored(db, two.organizationId, { C: {} });
  const views = await Promise.all(
    Array.from(
      { length: 40 },
      (_, nth) =>
        asTenant(db.app, nth % 2 === 0 ? one : two, async (tx) => {
          const [first] = await tx`select count(*)::int as seen from pfa_mirror`;
          const [again] = await tx`select count(*)::int as seen from pfa_mirror`;
          return [first!.seen, again!.seen];
        }),
    ),
  );
  views.forEach((view, nth) => assert.deepEqual(view, nth % 2 === 0 ? [2, 2] : [1, 1]));
  assert.equal(
    await seen(db.app, "pfa_mirror", "pfa_id"),
    0,
    "the setting ends with its transaction",
  );
});
