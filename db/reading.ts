/** Read sync: one job per organization at a time, page by page, resumable. */
import { closeAgreed } from "./agreed.ts";
import { record } from "./audit.ts";
import { applyMirror, type MirrorRow } from "./mirror.ts";
import { mirrorNotices } from "./mirror_news.ts";
import { announce } from "./notices.ts";
import { json, type Sql } from "./sql.ts";

export interface Reading {
  readonly jobId: string;
  readonly organizationId: string;
  readonly organizationCode: string;
  readonly connectionId: string;
  /** Where to go on after a stop; undefined at the first page. */
  readonly cursor: string | undefined;
  /** ISO; undefined: everything. */
  readonly updatedSince: string | undefined;
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
      'updatedSince', to_char(j.updated_since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
    ) as reading
    from running j join organization o on o.id = j.organization_id`;
  return rows.map((row) => row.reading);
}

export interface Page {
  readonly rows: ReadonlyArray<MirrorRow>;
  readonly nextCursor: string | null;
  /** Records PEMS sent that could not be read. */
  readonly unreadable: ReadonlyArray<{ readonly pfaId: string; readonly message: string }>;
}

/** Applies a page and moves the job on, whole or not at all; the last page ends it. */
export const applyPage = (worker: Sql, reading: Reading, page: Page): Promise<number> =>
  worker.begin(async (tx) => {
    const moved = await applyMirror(tx, page.rows);
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
    if (moved.length > 0 || page.unreadable.length > 0) {
      await record(tx, [{
        eventType: "READ_SYNC",
        organizationId: reading.organizationId,
        jobId: reading.jobId,
        details: { read: page.rows.length, changed: moved.length, unreadable: page.unreadable },
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
