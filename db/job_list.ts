/** Sync jobs as they are listed and searched: what was started, how far it is, and what became of its changes. */
import { replayColumn, type ReplayRow } from "./replays.ts";
import type { Tx } from "./sql.ts";

export interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly reason: string | null;
  readonly total: number;
  readonly done: number;
  /** Records of ours that a sweep of everything did not find in PEMS; null for every other job. */
  readonly missing: number | null;
  readonly error: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Its modifications by state. */
  readonly counts: { readonly [status: string]: number };
  /** Of a replay in steps. */
  readonly replay: ReplayRow | null;
}

export interface JobFilter {
  readonly status: string | null;
  readonly kind: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Text in the reason, the user's name or a record's id. */
  readonly search: string | null;
  readonly before: string | null;
  readonly limit: number;
}

/** Newest first; ids are in order of time. To be planned anew for each call: which index serves depends on the filter. */
export const listJobs = (tx: Tx, filter: JobFilter): Promise<JobRow[]> =>
  filter.search === null
    ? listAll(tx, filter)
    : searchJobs(tx, { ...filter, search: filter.search });

const listAll = (tx: Tx, filter: JobFilter): Promise<JobRow[]> =>
  tx<JobRow[]>`
    with page as materialized (
      select * from sync_job j where ${
    matching(tx, filter)
  } order by j.id desc limit ${filter.limit}
    )
    select ${columns(tx)} from page j left join app_user u on u.id = j.user_id
    order by j.id desc`;

const matching = (tx: Tx, { before, status, kind, from, to }: JobFilter) =>
  tx`
    j.organization_id = current_organization()
    and (${before}::text is null or j.id < ${before}::text::uuid)
    and (${status}::text is null or j.status = ${status}::text)
    and (${kind}::text is null or j.kind = ${kind}::text)
    and (${from}::text is null or j.created_at >= ${from}::text::timestamptz)
    and (${to}::text is null or j.created_at < ${to}::text::timestamptz)`;

/** What is common is found among so many of the newest; only what is rarer is looked for everywhere. */
const NEWEST = 5_000;

/**
 * People and records are looked up once, and reasons by their letters in an index: with 120,000 jobs one look at each
 * of them took half a second.
 */
const searchJobs = (
  tx: Tx,
  filter: JobFilter & { readonly search: string },
): Promise<JobRow[]> => {
  const { search, limit } = filter;
  return tx<JobRow[]>`
    with person as materialized (
      select id from app_user
      where strpos(lower(concat_ws(' ', display_name, username)), lower(${search}::text)) > 0
    ), found_by_record as materialized (
      select distinct m.job_id as id from pfa_modification m
      where m.organization_id = current_organization() and m.job_id is not null
        and m.pfa_id in (select r.pfa_id from pfa_mirror r
          where r.organization_id = current_organization()
            and lower(r.pfa_id) = lower(${search}::text))
    ), recent as materialized (
      select n.id from (
        select * from sync_job j where ${matching(tx, filter)} order by j.id desc limit ${NEWEST}
      ) n
      where strpos(lower(n.reason), lower(${search}::text)) > 0
        or n.user_id in (select id from person) or n.id in (select id from found_by_record)
      order by n.id desc
      limit ${limit}
    ), named as materialized (
      select distinct id from (
        select id from found_by_record
        union all
        select reasoned.id from jobs_by_reason(${search}::text) reasoned (id)
        union all
        select o.id from sync_job o
        where o.organization_id = current_organization() and o.user_id in (select id from person)
      ) everywhere
      where (select count(*) from recent) < ${limit}
    ), page as materialized (
      select j.* from sync_job j join (
        select id from recent union select id from named
      ) n on n.id = j.id
      where ${matching(tx, filter)}
      order by j.id desc
      limit ${limit}
    )
    select ${columns(tx)} from page j left join app_user u on u.id = j.user_id
    order by j.id desc`;
};

/** Of the job `j` and its user `u`. */
export const columns = (tx: Tx) =>
  tx`
    j.id, j.kind, j.status, j.user_id as "userId", u.display_name as "userName", j.reason, j.total,
    j.done, j.missing, j.error, j.created_at as "createdAt", j.started_at as "startedAt",
    j.finished_at as "finishedAt",
    coalesce((
      select jsonb_object_agg(sync_status, n) from (
        select m.sync_status, count(*) as n from pfa_modification m
        where m.job_id = j.id group by m.sync_status) s), '{}') as counts,
    ${replayColumn(tx)} as replay`;
