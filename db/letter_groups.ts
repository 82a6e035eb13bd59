/** Dead letters as groups of those that died of the same, counted from an index. */
import { replayColumn, type ReplayRow } from "./replays.ts";
import type { Tx } from "./sql.ts";

export interface GroupRow {
  /** The same for all that died of the same. */
  readonly fingerprint: string;
  /** The error, without each record's own id and numbers where they differ. */
  readonly message: string;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Dead letters of all groups. */
  readonly total: number;
}

/** Where a page of groups begins: after this one. */
export interface GroupPlace {
  readonly count: number;
  readonly fingerprint: string;
}

/** The largest group first. */
export const listGroups = (
  tx: Tx,
  { after, limit }: { readonly after: GroupPlace | undefined; readonly limit: number },
): Promise<GroupRow[]> =>
  tx<GroupRow[]>`
    with grouped as materialized (
      select letter_group as fingerprint, count(*)::int as count, min(updated_at) as "firstAt",
        max(updated_at) as "lastAt"
      from pfa_modification
      where organization_id = current_organization() and sync_status = 'failed'
      group by letter_group
    ), page as (
      select * from grouped
      where ${after === undefined}
        or (-count, fingerprint) > (${-(after?.count ?? 0)}::int, ${after?.fingerprint ?? ""})
      order by -count, fingerprint
      limit ${limit}
    )
    select page.*, (select sum(count)::int from grouped) as total,
      case when oldest.sync_error = newest.sync_error then newest.sync_error
        else letter_message(newest.pfa_id, newest.sync_error) end as message
    from page
    cross join lateral (
      select pfa_id, sync_error from pfa_modification m
      where m.organization_id = current_organization() and m.sync_status = 'failed'
        and m.letter_group = page.fingerprint
      order by m.id desc limit 1) newest
    cross join lateral (
      select sync_error from pfa_modification m
      where m.organization_id = current_organization() and m.sync_status = 'failed'
        and m.letter_group = page.fingerprint
      order by m.id limit 1) oldest
    order by -page.count, page.fingerprint`;

export interface ReplayOverview extends ReplayRow {
  readonly jobId: string;
  readonly total: number;
  readonly userName: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
}

/** The plans that go on, and those that have just ended, newest first. */
export const listReplays = async (tx: Tx): Promise<ReadonlyArray<ReplayOverview>> => {
  const rows = await tx<Array<Omit<ReplayOverview, keyof ReplayRow> & { replay: ReplayRow }>>`
    select j.id as "jobId", j.total, u.display_name as "userName", j.reason,
      j.created_at as "createdAt", ${replayColumn(tx)} as replay
    from replay_plan o
    join sync_job j on j.id = o.job_id
    left join app_user u on u.id = j.user_id
    where o.organization_id = current_organization()
      and (o.ended_at is null or o.ended_at > now() - interval '10 minutes')
    order by j.id desc
    limit 20`;
  return rows.map(({ replay, ...job }) => ({ ...job, ...replay }));
};
