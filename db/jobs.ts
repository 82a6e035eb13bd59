/** A sync job as it is read: what one commit, read sync or rollback started, and its items. */
import type { Delta } from "../domain/delta.ts";
import { columns, type JobRow } from "./job_list.ts";
import type { Sql, Tx } from "./sql.ts";

export async function findJob(tx: Tx, id: string): Promise<JobRow | undefined> {
  const [row] = await tx<JobRow[]>`
    select ${columns(tx)}
    from sync_job j left join app_user u on u.id = j.user_id
    where j.organization_id = current_organization() and j.id = ${id}`;
  return row;
}

export interface ItemRow {
  readonly modificationId: string;
  readonly pfaId: string;
  readonly userId: string;
  readonly userName: string;
  readonly operation: string;
  readonly status: string;
  readonly changes: Delta;
  readonly changeReason: string | null;
  readonly baseVersion: number;
  readonly pemsVersion: number | null;
  readonly error: string | null;
  readonly committedAt: Date | null;
  readonly syncedAt: Date | null;
  /** When the write that carried it last was taken up, and when it was settled. */
  readonly claimedAt: Date | null;
  readonly settledAt: Date | null;
  readonly nth: string;
  readonly attempts: ReadonlyArray<{
    readonly nth: number;
    readonly sentAt: string;
    readonly answeredAt: string;
    readonly latencyMs: number;
    readonly status: number | null;
    readonly outcome: string;
    readonly error: string | null;
  }>;
}

/** The job's modifications in the order of their commit, each with the attempts of the write that carried it. */
export const listItems = (
  tx: Tx,
  jobId: string,
  { modificationId, after, limit }: {
    /** Only this one; null: all. */
    readonly modificationId: string | null;
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<ItemRow[]> =>
  tx<ItemRow[]>`
    select m.id as "modificationId", m.pfa_id as "pfaId", m.user_id as "userId",
      u.display_name as "userName", m.operation, m.sync_status as status, m.changes,
      m.change_reason as "changeReason", m.base_version as "baseVersion",
      m.pems_version as "pemsVersion", coalesce(m.sync_error, q.last_error) as error,
      m.committed_at as "committedAt", m.synced_at as "syncedAt", w.created_at as "claimedAt",
      w.settled_at as "settledAt", m.committed_nth::text as nth,
      coalesce((
        select jsonb_agg(jsonb_build_object('nth', a.nth, 'sentAt', a.sent_at,
          'answeredAt', a.answered_at, 'latencyMs', a.latency_ms, 'status', a.status,
          'outcome', a.outcome, 'error', a.error) order by a.answered_at, a.id)
        from pfa_write_attempt a where a.write_id = coalesce(m.write_id, q.write_id)), '[]')
        as attempts
    from pfa_modification m
    join app_user u on u.id = m.user_id
    left join pfa_write_queue q on q.modification_id = m.id
    left join pems_write w on w.id = coalesce(m.write_id, q.write_id)
    where m.job_id = ${jobId} and m.organization_id = current_organization()
      and (${modificationId}::text is null or m.id = ${modificationId}::text::uuid)
      and (${after}::text is null or m.committed_nth > ${after}::text::bigint)
    order by m.committed_nth
    limit ${limit}`;

/** The records a job queued, in the order of their commit. */
export const listQueued = (
  tx: Tx,
  jobId: string,
): Promise<Array<{ pfaId: string; modificationId: string }>> =>
  tx<Array<{ pfaId: string; modificationId: string }>>`
    select pfa_id as "pfaId", id as "modificationId" from pfa_modification
    where job_id = ${jobId} and organization_id = current_organization()
    order by committed_nth`;

/** The organization whose job or conflict it is; undefined when there is none of that id. */
export async function organizationOf(
  app: Sql,
  { job, conflict }: { readonly job?: string; readonly conflict?: string },
): Promise<string | undefined> {
  const [row] = await app<[{ id: string | null }]>`
    select organization_of(${job ?? null}, ${conflict ?? null}) as id`;
  return row.id ?? undefined;
}

/** A sweep that takes over PEMS's state as it is, in the place of whatever read sync was open. */
export async function requestAdoption(tx: Tx, userId: string): Promise<string> {
  await tx`
    update sync_job set status = 'failed', finished_at = now(), error = 'PEMS was set back'
    where organization_id = current_organization() and kind = 'read_sync'
      and status in ('queued', 'running')`;
  const [job] = await tx<[{ id: string }]>`
    insert into sync_job (organization_id, kind, status, user_id, full_sweep, adopts)
    values (current_organization(), 'read_sync', 'queued', ${userId}, true, true)
    returning id`;
  return job.id;
}

/** The open read sync of the organization, or the new one that was asked for. */
export async function requestReadSync(
  tx: Tx,
  { userId, full }: { readonly userId: string; readonly full: boolean },
): Promise<{ readonly id: string; readonly made: boolean }> {
  const [made] = await tx<Array<{ id: string }>>`
    insert into sync_job (organization_id, kind, status, user_id, full_sweep)
    values (current_organization(), 'read_sync', 'queued', ${userId}, ${full})
    on conflict (organization_id) where kind = 'read_sync' and status in ('queued', 'running')
    do nothing
    returning id`;
  if (made !== undefined) return { id: made.id, made: true };
  const [open] = await tx<Array<{ id: string }>>`
    select id from sync_job
    where organization_id = current_organization() and kind = 'read_sync'
      and status in ('queued', 'running')`;
  // It ended between the two statements: the next one is ours.
  return open === undefined
    ? await requestReadSync(tx, { userId, full })
    : { id: open.id, made: false };
}
