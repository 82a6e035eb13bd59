/** The sandbox PEMS's records in a database, in a schema of their own, so that versions survive restarts. */
import type postgres from "postgres";
import type { ExecutedChange, ProposedChange, SandboxStore, StoredRecord } from "./store.ts";

// deno-lint-ignore ban-types
type Sql = postgres.Sql<{}>;

// Two sandboxes that open at once would both try to create what is missing: the lock lets one go first.
// Ids sort by code units, as the contract's order must not hang on the collation of a database.
const SCHEMA = `
  set local client_min_messages = warning;
  select pg_advisory_xact_lock(hashtext('vanguard sandbox schema'));
  create schema if not exists sandbox;
  create table if not exists sandbox.record (
    pfa_id text collate "C" not null,
    organization_code text not null,
    version integer not null,
    updated_at timestamptz not null,
    modified_by text,
    change_reason text,
    content jsonb not null,
    primary key (pfa_id, organization_code)
  );
  create index if not exists record_by_update
    on sandbox.record (organization_code, updated_at, pfa_id);
  create table if not exists sandbox.change (
    sequence bigint generated always as identity primary key,
    organization_code text not null,
    pfa_id text collate "C" not null,
    version integer not null,
    changes jsonb not null,
    modified_by text not null,
    change_reason text,
    idempotency_key text,
    content_hash text,
    at timestamptz not null,
    unique (pfa_id, organization_code, version)
  );
  create index if not exists change_by_key
    on sandbox.change (idempotency_key) where idempotency_key is not null;
  create index if not exists change_by_time on sandbox.change (at);`;

/** Rows a single insert may carry: the text of 1,000 records is about a megabyte. */
const BATCH = 1000;

/**
 * Opens the store and creates its tables where they are missing.
 * @param sql postgres.js, over TCP or PGlite; its user may create a schema
 */
export async function sqlStore(sql: Sql): Promise<SandboxStore> {
  await sql.begin((tx) => tx.unsafe(SCHEMA));
  return {
    find: async (pfaId, organizationCode = "") => {
      const [row] = await sql`
        select *, to_char(updated_at at time zone 'UTC', ${ISO}::text) as told_at,
          content::text as told
        from sandbox.record
        where pfa_id = ${pfaId} and ${organizationCode}::text in (organization_code, '')
        order by organization_code limit 1`;
      return row && toRecord(row);
    },
    page: async ({ organizationCode, updatedSince, after, limit }) => {
      const since = updatedSince ?? "-infinity";
      const lastAt = after?.updatedAt ?? "-infinity";
      const lastId = after?.pfaId ?? "";
      const rows = await sql`
        select *, to_char(updated_at at time zone 'UTC', ${ISO}::text) as told_at,
          content::text as told
        from sandbox.record
        where organization_code = ${organizationCode}
          and updated_at >= ${since}::text::timestamptz
          and (updated_at, pfa_id) > (${lastAt}::text::timestamptz, ${lastId}::text)
        order by updated_at, pfa_id limit ${limit}`;
      return rows.map(toRecord);
    },
    change: (change) => execute(sql, change),
    changeByKey: async (key) => {
      const [row] = await sql`
        select *, to_char(at at time zone 'UTC', ${ISO}::text) as told_at, changes::text as told
        from sandbox.change where idempotency_key = ${key} order by sequence limit 1`;
      return row && toChange(row);
    },
    changesAfter: async ({ pfaId, organizationCode }, version) => {
      const rows = await sql`
        select *, to_char(at at time zone 'UTC', ${ISO}::text) as told_at, changes::text as told
        from sandbox.change
        where pfa_id = ${pfaId} and organization_code = ${organizationCode}
          and version > ${version}
        order by version`;
      return rows.map(toChange);
    },
    ledger: async (since) => {
      const rows = await sql`
        select *, to_char(at at time zone 'UTC', ${ISO}::text) as told_at, changes::text as told
        from sandbox.change where at >= ${since}::text::timestamptz order by sequence`;
      return rows.map(toChange);
    },
    insert: async (records) => {
      for (let start = 0; start < records.length; start += BATCH) {
        await insertBatch(sql, records.slice(start, start + BATCH));
      }
    },
    count: async () => {
      const [row] = await sql`select count(*)::integer as count from sandbox.record`;
      return row!["count"];
    },
  };
}

const ISO = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** One statement: whoever comes second finds the version or the key taken, and changes nothing. */
async function execute(sql: Sql, change: ProposedChange): Promise<ExecutedChange | undefined> {
  const { oncePerKey, ...proposed } = change;
  const { organizationCode, pfaId, version, modifiedBy, changeReason } = proposed;
  const { idempotencyKey, content } = proposed;
  const changes = JSON.stringify(proposed.changes);
  const [row] = await sql`
    with changed as (
      update sandbox.record
      set version = version + 1, content = content || ${changes}::text::jsonb,
        updated_at = date_trunc('milliseconds', clock_timestamp()),
        modified_by = ${modifiedBy}, change_reason = ${changeReason}
      where pfa_id = ${pfaId} and organization_code = ${organizationCode}
        and version = ${version}
        and not (${oncePerKey}::boolean and exists (
          select from sandbox.change where idempotency_key = ${idempotencyKey}::text))
      returning version, updated_at
    )
    insert into sandbox.change (organization_code, pfa_id, version, changes, modified_by,
      change_reason, idempotency_key, content_hash, at)
    select ${organizationCode}, ${pfaId}, version, ${changes}::text::jsonb, ${modifiedBy},
      ${changeReason}::text, ${idempotencyKey}::text, ${content}::text, updated_at
    from changed
    returning version, to_char(at at time zone 'UTC', ${ISO}::text) as told_at`;
  return row && { ...proposed, version: row["version"], at: row["told_at"] };
}

async function insertBatch(sql: Sql, records: ReadonlyArray<StoredRecord>): Promise<void> {
  const rows = JSON.stringify(records.map((stored) => ({
    pfa_id: stored.pfaId,
    organization_code: stored.organizationCode,
    version: stored.version,
    updated_at: stored.updatedAt,
    modified_by: stored.modifiedBy,
    change_reason: stored.changeReason,
    content: stored.record,
  })));
  await sql`
    insert into sandbox.record
    select * from jsonb_populate_recordset(null::sandbox.record, ${rows}::text::jsonb)
    on conflict do nothing`;
}

// JSON is read here and not by the driver: money is text in it, and stays so.
const toRecord = (row: postgres.Row): StoredRecord => ({
  organizationCode: row["organization_code"],
  pfaId: row["pfa_id"],
  version: row["version"],
  updatedAt: row["told_at"],
  modifiedBy: row["modified_by"],
  changeReason: row["change_reason"],
  record: JSON.parse(row["told"]),
});

const toChange = (row: postgres.Row): ExecutedChange => ({
  organizationCode: row["organization_code"],
  pfaId: row["pfa_id"],
  version: row["version"],
  changes: JSON.parse(row["told"]),
  modifiedBy: row["modified_by"],
  changeReason: row["change_reason"],
  idempotencyKey: row["idempotency_key"],
  content: row["content_hash"],
  at: row["told_at"],
});
