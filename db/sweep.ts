/** Housekeeping that no request waits for: jobs that have ended, months to come, lists that have grown old. */
import type { Sql } from "./sql.ts";

/** Ends the jobs of which nothing is under way any more, and nothing more is planned. */
export const endJobs = (worker: Sql) =>
  worker`
    update sync_job j
    set status = 'completed', finished_at = now(), done = j.total - (
      select count(*) from replay_item i where i.job_id = j.id and i.stage is null)::int
    where j.status = 'running' and j.kind in ('commit', 'rollback', 'replay')
      and not exists (
        select from pfa_modification m
        where m.job_id = j.id and m.sync_status in ('committed', 'queued', 'syncing', 'unknown'))
      and not exists (select from replay_plan p where p.job_id = j.id and p.ended_at is null)`;

/** The partitions of this month and the next two. */
export const ensurePartitions = (worker: Sql) => worker`select ensure_partitions()`;

/**
 * Drops what ended more than so many whole months ago: audit entries, attempts, finished items, versions of the mirror.
 * @returns the names of the dropped partitions
 */
export async function dropOldMonths(worker: Sql, kept: number): Promise<ReadonlyArray<string>> {
  const rows = await worker<Array<{ name: string }>>`select drop_old_months(${kept}) as name`;
  return rows.map(({ name }) => name);
}
