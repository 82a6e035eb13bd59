-- Lists of a long past: what each is narrowed by has an index, and the chain's verification is kept.

-- Newest first, with the number that tells entries of one instant apart: a page is read off the index, and so is the next.
drop index audit_entry_newest;
create index audit_entry_newest on audit_entry (organization_id, at desc, id desc);
drop index audit_entry_record;
create index audit_entry_record on audit_entry (organization_id, pfa_id, at desc, id desc)
  where pfa_id is not null;
create index audit_entry_person on audit_entry (organization_id, user_id, at desc, id desc)
  where user_id is not null;
create index audit_entry_job on audit_entry (organization_id, job_id, at desc, id desc)
  where job_id is not null;
-- What each edit writes is soon found among the newest; only what may be rare costs an index entry.
create index audit_entry_rare on audit_entry (organization_id, event_type, at desc, id desc)
  where event_type not in ('DRAFT_SAVED', 'COMMIT', 'WRITE_ATTEMPT', 'WRITE_RESULT');

-- Whoever writes of a modification need not know its job: everything of a job is found by its id all the same.
create function name_job() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  new.job_id := (select job_id from pfa_modification where id = new.modification_id);
  return new;
end $$;
create trigger job_named before insert on audit_entry
  for each row when (new.job_id is null and new.modification_id is not null
    and new.event_type <> 'DRAFT_SAVED')
  execute function name_job();

-- Jobs are listed by id, which is in the order of time; nearly all are completed commits.
create index sync_job_listed on sync_job (organization_id, id desc);
create index sync_job_kind on sync_job (organization_id, kind, id desc) where kind <> 'commit';
create index sync_job_person on sync_job (organization_id, user_id, id desc) where user_id is not null;
create index sync_job_unfinished on sync_job (organization_id, id desc) where status <> 'completed';

-- Every run of three letters of a text: what pg_trgm does, which not every Postgres has.
create function trigrams(words text) returns text[] language sql immutable parallel safe as $$
  select coalesce(array_agg(distinct substr(lower(words), n, 3)), '{}')
  from generate_series(1, length(words) - 2) n
$$;
create index sync_job_reason on sync_job using gin (trigrams(reason)) where reason is not null;

-- The organization's jobs with the text in their reason. Under a policy a request could not use the index: what
-- looks at a row must not come before what decides whether it may be seen.
create function jobs_by_reason(search text) returns setof uuid language plpgsql stable security definer
set search_path = public, pg_temp as $$
begin
  return query
    select id from sync_job
    where organization_id = current_organization() and reason is not null
      and (length(search) < 3 or trigrams(reason) @> trigrams(search))
      and strpos(lower(reason), lower(search)) > 0;
end $$;
revoke execute on function jobs_by_reason(text) from public;
grant execute on function jobs_by_reason(text) to vanguard_app;

-- Changes that were synced, by when they were committed.
create index pfa_modification_completed on pfa_modification (organization_id, committed_at)
  where synced_at is not null;

-- The organization's chain as it was last walked to be verified, and how far the walk under way has come.
create table audit_verification (
  organization_id uuid primary key references organization,
  walk            jsonb,
  begun_at        timestamptz,
  verdict         jsonb,
  verified_at     timestamptz,
  verified_by     uuid references app_user,
  constraint begun_with_walk check ((walk is null) = (begun_at is null)),
  constraint verified_with_verdict check ((verdict is null) = (verified_at is null))
);
grant select, insert, update on audit_verification to vanguard_app;
alter table audit_verification enable row level security;
create policy tenant on audit_verification to vanguard_app
  using (organization_id = current_organization());
-- The number of a transaction, and nothing of anybody's.
grant select on audit_horizon to vanguard_app;
