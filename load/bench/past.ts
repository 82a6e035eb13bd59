/** A long past, made up: organizations of different sizes, a year of jobs with their changes and their trail. */
import type { Sql } from "postgres";

/** Of 20 jobs each has 12, 5, 2 and 1. */
export const ORGANIZATIONS = ["LARGE", "MIDDLE", "SMALL", "TINY"] as const;
const JOBS = 200_000;
const ENTRIES = 1_000_000;
const USERS = 40;
/** The number of the user who is in the trail three times, and has no job. */
export const NEVER = USERS;
const RECORDS = 5_000;

/** What to ask for; all of the largest organization. */
export interface Filled {
  readonly organizationId: string;
  readonly pfaId: string;
  readonly userId: string;
  /** In the trail three times, most of a year ago. */
  readonly rareUserId: string;
  /** Of a thousand changes. */
  readonly jobId: string;
  readonly writeId: string;
  readonly modificationId: string;
  /** Half a year ago. */
  readonly day: string;
}

/** Fills the tables as their owner; ids and times follow from the number of the job, so that rows fit together. */
export async function fill(owner: Sql): Promise<Filled> {
  const places = await owner<Array<{ id: string }>>`
    select id from organization where code in ${owner([...ORGANIZATIONS])}
    order by array_position(${[...ORGANIZATIONS]}::text[], code)`;
  await owner.unsafe(prepared(places.map(({ id }) => id), new Date().toISOString())).simple();
  await owner.unsafe(`
    insert into app_user (id, username, display_name)
    select pg_temp.user_of(n), 'person' || n, 'Person ' || n from generate_series(0, ${USERS}) n`);
  await owner.unsafe(`
    insert into pfa_mirror (organization_id, pfa_id, version, area_silo, category, class, source, dor,
      monthly_rate, original_start, original_end, forecast_start, forecast_end, is_actualized,
      is_discontinued, is_funds_transferable, updated_at, origin)
    select o.id, 'PFA-' || 10000 + n, 1, 'Area', 'Cranes', 'Crawler', 'Rental', 'BEO', 5500,
      '2026-01-01', '2026-08-31', '2026-01-01', '2026-08-31', false, false, false, now(), 'read_sync'
    from organization o, generate_series(0, ${RECORDS - 1}) n`);
  await owner.unsafe(`
    insert into sync_job (id, organization_id, kind, status, user_id, reason, total, done, created_at,
      started_at, finished_at)
    select pg_temp.job_of(n), pg_temp.organization_of(n),
      case when n % 500 = 7 then 'rollback' when n % 9 = 0 then 'read_sync' else 'commit' end,
      case when n % 4000 = 7 then 'failed' else 'completed' end,
      case when n % 9 > 0 then pg_temp.user_of(n * 7919 % ${USERS}) end,
      case when n = 60000 then 'the needle in it' else 'Forecast of week ' || n % 52 end,
      2, 2, pg_temp.time_of(n), pg_temp.time_of(n), pg_temp.time_of(n) + interval '3 s'
    from generate_series(1, ${JOBS}) n`);
  // Two changes in each job, a thousand in one.
  await owner.unsafe(`
    insert into pfa_modification (id, organization_id, pfa_id, user_id, base_version, changes,
      sync_status, committed_nth, job_id, write_id, pems_version, committed_at, synced_at, created_at)
    select pg_temp.change_of(n, k), pg_temp.organization_of(n), pg_temp.record_of(n, k),
      pg_temp.user_of(n * 7919 % ${USERS}), 1, '{"model": {"from": "A", "to": "B"}}',
      case when n % 1000 = 8 then 'failed' else 'synced' end, nextval('commit_order'),
      pg_temp.job_of(n), pg_temp.write_of(n, k), 2, pg_temp.time_of(n),
      case when n % 1000 <> 8 then pg_temp.time_of(n) + interval '3 s' end, pg_temp.time_of(n)
    from generate_series(1, ${JOBS}) n,
      generate_series(1, case when n = ${JOBS - 100} then 1000 else 2 end) k`);
  await owner.unsafe(`
    insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta, modified_by,
      worker_id, fencing_token, created_at)
    select write_id, organization_id, pfa_id, 'UPDATE', 1, '{}', changes, 'person', gen_random_uuid(),
      committed_nth, committed_at from pfa_modification`);
  await owner.unsafe(`
    insert into pfa_sync_conflict (id, pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason, status, created_at)
    select pg_temp.id_of(pg_temp.time_of(n), n), pg_temp.record_of(n, 1), pg_temp.organization_of(n),
      array[pg_temp.change_of(n, 1)], 1, 2, '{"model": "A"}', '{"model": "B"}', '{"model": "C"}',
      case when n % 700 = 0 then 'delete' else 'fields' end, '{model}', 'Both changed it',
      case when n > ${JOBS} - 500 then 'unresolved' else 'resolved_local' end, pg_temp.time_of(n)
    from generate_series(10, ${JOBS}, 10) n
    on conflict (organization_id, pfa_id) where status = 'unresolved' do nothing`);
  await trail(owner);
  await owner.unsafe("vacuum analyze").simple();
  return await chosen(owner);
}

/** Four entries for each change in the order of time, and what is rarer in between; each sealed. */
async function trail(owner: Sql): Promise<void> {
  await owner.unsafe(`
    alter table audit_entry disable trigger job_named;
    insert into audit_entry (at, organization_id, event_type, user_id, worker_id, pfa_id,
      modification_id, write_id, job_id, details)
    select pg_temp.time_of(j) + e * interval '300 ms', pg_temp.organization_of(j), event,
      case when event in ('DRAFT_SAVED', 'COMMIT', 'ROLLBACK') then case
        when j in (40000, 40001, 40002) then pg_temp.user_of(${USERS})
        else pg_temp.user_of(j * 7919 % ${USERS}) end end,
      case when event like 'WRITE%' then pg_temp.user_of(1000) end, pg_temp.record_of(j, k),
      pg_temp.change_of(j, k), case when event like 'WRITE%' then pg_temp.write_of(j, k) end,
      case when event <> 'DRAFT_SAVED' then pg_temp.job_of(j) end,
      case when event in ('DRAFT_SAVED', 'COMMIT') then
        '{"operation": "UPDATE", "baseVersion": 1, "changes": {"model": {"from": "A", "to": "B"}}}'
      else '{"status": 200, "outcome": "Synced", "latencyMs": 51.2}' end::jsonb
    from (
      select 1 + (n - 1) / 5 as j, 1 + n % 2 as k, n % 5 as e,
        case when n % 20000 = 3 then 'ROLLBACK' when n % 5000 = 4 then 'DEAD_LETTER'
          else (array['DRAFT_SAVED', 'COMMIT', 'WRITE_ATTEMPT', 'WRITE_RESULT', 'WRITE_RESULT'])
            [1 + n % 5] end as event
      from generate_series(1, ${ENTRIES - 4000}) n
      union all
      select ${JOBS - 100}, 1 + n % 1000, 1 + n / 1000,
        (array['COMMIT', 'WRITE_ATTEMPT', 'WRITE_RESULT', 'WRITE_RESULT'])[1 + n / 1000]
      from generate_series(0, 3999) n
    ) entry;
    alter table audit_entry enable trigger job_named;
    insert into audit_seal (organization_id, nth, entry_id, entry_at, digest, hash)
    select organization_id, row_number() over (partition by organization_id order by id), id, at,
      sha256(''), sha256('') from audit_entry where organization_id is not null;
    insert into audit_chain (organization_id, nth, hash, sealed_through)
    select organization_id, max(nth), sha256(''), max(entry_at) from audit_seal
    where organization_id is not null group by 1`).simple();
}

async function chosen(owner: Sql): Promise<Filled> {
  const [row] = await owner.unsafe<[Filled]>(`
    select pg_temp.organization_of(${JOBS - 100}) as "organizationId",
      pg_temp.record_of(60000, 1) as "pfaId", pg_temp.user_of(60000 * 7919 % ${USERS}) as "userId",
      pg_temp.user_of(${USERS}) as "rareUserId", pg_temp.job_of(${JOBS - 100}) as "jobId",
      pg_temp.write_of(60000, 1) as "writeId", pg_temp.change_of(60000, 1) as "modificationId",
      pg_temp.time_of(100000)::date::text as day`);
  return row;
}

/** Rows as functions of their number; and months of their own for a year, as they would have been made in their time. */
const prepared = (organizations: ReadonlyArray<string>, begun: string) => `
  create function pg_temp.time_of(n bigint) returns timestamptz language sql immutable as $$
    select timestamptz '${begun}' - interval '1 s' * (${JOBS} - n) * 365 * 86400 / ${JOBS} $$;
  create function pg_temp.id_of(at timestamptz, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7000a'
      || lpad(to_hex(n), 15, '0'))::uuid $$;
  create function pg_temp.job_of(n bigint) returns uuid language sql immutable as $$
    select pg_temp.id_of(pg_temp.time_of(n), n) $$;
  create function pg_temp.change_of(n bigint, k bigint) returns uuid language sql immutable as $$
    select pg_temp.id_of(pg_temp.time_of(n), n * 2000 + k) $$;
  create function pg_temp.write_of(n bigint, k bigint) returns uuid language sql immutable as $$
    select md5('write ' || n || ' ' || k)::uuid $$;
  create function pg_temp.user_of(n bigint) returns uuid language sql immutable as $$
    select md5('user ' || n)::uuid $$;
  create function pg_temp.record_of(n bigint, k bigint) returns text language sql immutable as $$
    select 'PFA-' || 10000 + (n * 31 + k * 977) % ${RECORDS} $$;
  create function pg_temp.organization_of(n bigint) returns uuid language sql immutable as $$
    select ('{${organizations.join()}}'::uuid[])[
      case when n % 20 < 12 then 1 when n % 20 < 17 then 2 when n % 20 < 19 then 3 else 4 end] $$;
  do $$
  declare
    month timestamptz;
  begin
    for back in 1 .. 12 loop
      month := date_trunc('month', now(), 'UTC') - make_interval(months => back);
      execute format('create table %I partition of audit_entry for values from (%L) to (%L)',
        'audit_entry' || to_char(month at time zone 'UTC', '_YYYY_MM'), month,
        date_trunc('month', month + interval '32 days', 'UTC'));
    end loop;
  end $$`;
