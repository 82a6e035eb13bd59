/** Read sync: one job per organization at a time, page by page, resumable. */
import { closeAgreed } from "./agreed.ts";
import { record } from "./audit.ts";
import type { Remote } from "../domain/outcome.ts";
import { applyMirror, columns, type MirrorRow, remoteOf } from "./mirror.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { announce } from "./notices.ts";
import { json, type Sql, type Tx } from "./sql.ts";

export interface Reading {
  readonly jobId: string;
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly connectionId: string;
  /** Where to go on after a stop; undefined at the first page. */
  readonly cursor: string | undefined;
  /** ISO; undefined: everything. */
  readonly updatedSince: string | undefined;
  /** Of everything: tells what PEMS no longer has. */
  readonly sweeps: boolean;
  /** Takes over PEMS's state as it is, lower versions as well. */
  readonly adopts: boolean;
}

/** Queues a read sync of every organization that has a connection and none under way. */
export const scheduleReadings = (worker: Sql) =>
  worker`
    insert into sync_job (organization_id, kind, status)
    select id, 'read_sync', 'queued' from organization where connection_id is not null
    on conflict do nothing`;

/**
 * The readings of the connection that wait, or whose worker has gone silent, now running under this one.
 * The time read from is a minute before the newest we have: PEMS's clock may have stood still within it.
 */
export async function startReadings(
  worker: Sql,
  connectionId: string,
  staleMs: number,
): Promise<ReadonlyArray<Reading>> {
  const rows = await worker<Array<{ reading: Reading }>>`
    with open as materialized (
      select j.id from sync_job j join organization o on o.id = j.organization_id
      join pems_connection c on c.id = o.connection_id and c.circuit = 'closed'
      where j.kind = 'read_sync' and c.id = ${connectionId}
        and (j.status = 'queued'
          or j.status = 'running' and j.started_at < now() - ${staleMs}::int * interval '1 ms')
      for update of j skip locked
    ), running as (
      update sync_job j
      set status = 'running', started_at = now(),
        updated_since = coalesce(j.updated_since, case when not j.full_sweep
          then (select mirrored_until - interval '60 seconds' from organization o
            where o.id = j.organization_id) end)
      from open where j.id = open.id
      returning j.*
    )
    select jsonb_strip_nulls(jsonb_build_object('jobId', j.id, 'organizationId', j.organization_id,
      'organizationCode', o.code, 'connectionId', o.connection_id, 'cursor', j.page_cursor,
      'sweeps', j.full_sweep, 'adopts', j.adopts,
      'updatedSince', to_char(j.updated_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    ) as reading
    from running j join organization o on o.id = j.organization_id`;
  return rows.map((row) => row.reading);
}

/** Ids that a report names. */
const IDS = 100;

export interface Page {
  readonly rows: ReadonlyArray<MirrorRow>;
  readonly nextCursor: string | null;
  /** Records PEMS sent that could not be read. */
  readonly unreadable: ReadonlyArray<{ readonly pfaId: string; readonly message: string }>;
}

/** What is odd about a page: a record that PEMS tells as older than we know it, or otherwise. */
export interface Suspect {
  readonly pfaId: string;
  readonly known: Remote;
}

/** A record of the page that would mean, were it true, that PEMS went back; the others need no look. */
export async function suspectOf(
  worker: Sql,
  rows: ReadonlyArray<MirrorRow>,
): Promise<Suspect | undefined> {
  if (rows.length === 0) return undefined;
  const [row] = await worker<Array<{ mirror: { readonly [column: string]: unknown } }>>`
    select to_jsonb(m) as mirror
    from weigh_rows(${json(rows.map(columns))}::text::jsonb) w
    join pfa_mirror m on m.organization_id = ${rows[0]!.organizationId} and m.pfa_id = w.pfa_id
    where w.verdict in ('twisted', 'older')
    order by w.verdict desc
    limit 1`;
  return row && { pfaId: String(row.mirror["pfa_id"]), known: remoteOf(row.mirror) };
}

/** Rows of records with a write on the wire or unknown are kept aside; returns the others. */
async function park(tx: Tx, rows: ReadonlyArray<MirrorRow>): Promise<ReadonlyArray<MirrorRow>> {
  if (rows.length === 0) return rows;
  const parked = await tx<Array<{ pfa_id: string }>>`
    with incoming as (select ${json(rows.map(columns))}::text::jsonb as rows),
    busy as (
      select w.pfa_id from incoming, weigh_rows(incoming.rows) w where w.verdict = 'parked'
    ), kept as (
      insert into parked_row as p (organization_id, pfa_id, version, row)
      select (row ->> 'organization_id')::uuid, row ->> 'pfa_id', (row ->> 'version')::int, row
      from incoming, jsonb_array_elements(incoming.rows) row
      where row ->> 'pfa_id' in (select pfa_id from busy)
      on conflict (organization_id, pfa_id) do update
      set version = excluded.version, row = excluded.row, parked_at = now()
      where excluded.version >= p.version
    )
    select pfa_id from busy`;
  const aside = new Set(parked.map((row) => row.pfa_id));
  return rows.filter(({ pfaId }) => !aside.has(pfaId));
}

/** Notes what a sweep has seen; on its last page counts and names what it has not. */
async function sweep(tx: Tx, { jobId, organizationId }: Reading, page: Page) {
  const seen = [...page.rows, ...page.unreadable].map(({ pfaId }) => pfaId);
  await tx`
    insert into swept_record (job_id, organization_id, pfa_id)
    select ${jobId}, ${organizationId}, unnest(${seen}::text[]) on conflict do nothing`;
  if (page.nextCursor !== null) return undefined;
  const missing = await tx<Array<{ pfa_id: string; all: number }>>`
    select m.pfa_id, count(*) over ()::int as all from pfa_mirror m
    where m.organization_id = ${organizationId} and not exists (
      select from swept_record s where s.job_id = ${jobId} and s.pfa_id = m.pfa_id)
    order by m.pfa_id limit ${IDS}`;
  await tx`delete from swept_record where job_id = ${jobId}`;
  await tx`update sync_job set missing = ${missing[0]?.all ?? 0} where id = ${jobId}`;
  return { missing: missing[0]?.all ?? 0, missingIds: missing.map((row) => row.pfa_id) };
}

/** The state that PEMS was set back to is ours: writes go on. */
async function endRewind(tx: Tx, { organizationId, jobId }: Reading): Promise<void> {
  const resumed = await tx`
    update organization set pause = null, pause_reason = null, paused_at = null
    where id = ${organizationId} and pause = 'rewind' returning id`;
  if (resumed.length === 0) return;
  await record(tx, [{
    eventType: "RESUME",
    organizationId,
    jobId,
    details: { pausedFor: "rewind", reason: "PEMS's state has been taken over" },
  }]);
}

/** Applies a page and moves the job on, whole or not at all; the last page ends it. */
export const applyPage = (worker: Sql, reading: Reading, page: Page): Promise<number> =>
  worker.begin(async (tx) => {
    const { adopts } = reading;
    const rows = adopts
      ? page.rows.map((row) => ({ ...row, origin: "restored" as const }))
      : await park(tx, page.rows);
    const moved = await applyMirror(tx, rows, { adopt: adopts });
    const swept = reading.sweeps || adopts ? await sweep(tx, reading, page) : undefined;
    const newest = page.rows.at(-1)?.remote.updatedAt ?? null;
    const last = page.nextCursor === null;
    await tx`
      update sync_job
      set done = done + ${page.rows.length}, total = done + ${page.rows.length},
        page_cursor = ${page.nextCursor}, started_at = now(),
        status = ${last ? "completed" : "running"}, finished_at = case when ${last} then now() end,
        error = coalesce(${page.unreadable.map((one) => one.message).join("; ") || null}, error)
      where id = ${reading.jobId}`;
    // Pages come in the order of this time: up to it the mirror is complete, whatever becomes of the next page.
    await tx`
      update organization
      set mirrored_until = greatest(mirrored_until, ${newest}::timestamptz)
      where id = ${reading.organizationId}`;
    if (last && adopts) await endRewind(tx, reading);
    if (moved.length > 0 || page.unreadable.length > 0 || swept !== undefined) {
      await record(tx, [{
        eventType: "READ_SYNC",
        organizationId: reading.organizationId,
        jobId: reading.jobId,
        details: {
          read: page.rows.length,
          changed: moved.length,
          unreadable: page.unreadable,
          ...swept,
        },
      }]);
    }
    await closeAgreed(tx, reading.organizationId, moved);
    await announce(tx, mirrorNotices(reading.organizationId, moved));
    return moved.length;
  }) as Promise<number>;

/** The worker stops in the middle of it: another may go on at once where it stands. */
export const handBackReading = (worker: Sql, { jobId }: Reading) =>
  worker`update sync_job set status = 'queued' where id = ${jobId} and status = 'running'`;

/** The reading could not go on: what was applied stays, the rest comes with the next one. */
export const failReading = (worker: Sql, reading: Reading, error: string) =>
  worker`
    with failed as (
      update sync_job set status = 'failed', finished_at = now(), error = ${error}
      where id = ${reading.jobId}
    )
    insert into audit_entry (organization_id, event_type, job_id, details)
    values (${reading.organizationId}, 'READ_SYNC', ${reading.jobId}, ${
    json({ error })
  }::text::jsonb)`;
