-- Replays: dead letters that go again, or are given up, step by step as one plan; and what groups them.

-- Why it died, without what is each record's own: its id, and any number but the status of an HTTP answer (which is
-- never followed by a unit of time).
create function letter_message(record text, error text) returns text
language sql immutable parallel safe as $$
  select regexp_replace(replace(coalesce(error, 'No reason is known'), record, 'the record'),
    '(?<![\w-])(?![45]\d\d(?![\w.,-]| m?s\M))\d[\d.,]*(?![\w-])', '…', 'g')
$$;

alter table pfa_modification
  -- Of a dead letter: the same for all that died of the same. Stored: 100,000 letters are grouped in 0.17 s instead
  -- of 1.6 s.
  add column letter_group text generated always as (
    case when sync_status = 'failed' then md5(letter_message(pfa_id, sync_error)) end) stored;
create index pfa_modification_letter on pfa_modification (organization_id, letter_group, id)
  include (updated_at) where sync_status = 'failed';

-- The plan of a job of kind `replay`: which dead letters, in which steps. Any worker carries on the one that runs.
create table replay_plan (
  job_id          uuid primary key references sync_job,
  organization_id uuid not null references organization,
  user_id         uuid not null references app_user,
  action          text not null check (action in ('retry', 'discard')),
  state           text not null default 'running'
    check (state in ('running', 'paused', 'stopped', 'aborted', 'finished')),
  -- How many go in each of the first stages; all others in the last one.
  stages          int[] not null check (0 < all (stages)),
  -- The stage that was begun last; 0: none yet.
  stage           int not null default 0 check (stage >= 0),
  -- Why it stopped.
  error           text,
  changed_at      timestamptz not null default now(),
  ended_at        timestamptz,
  constraint ended_with_time check ((state in ('running', 'paused')) = (ended_at is null))
);
create index replay_plan_open on replay_plan (job_id) where ended_at is null;
create index replay_plan_newest on replay_plan (organization_id, job_id desc);

-- A dead letter in a plan. `released`: on its way; then what came of it, kept whatever happens to it later. `aside`: it
-- became a person's after the plan had ended; `overtaken`: somebody decided about it before its turn came; `left`: the
-- plan ended first, and it stays a dead letter.
create table replay_item (
  job_id          uuid not null references replay_plan,
  nth             int not null,
  organization_id uuid not null,
  modification_id uuid not null references pfa_modification,
  state           text not null default 'waiting'
    check (state in ('waiting', 'released', 'synced', 'failed', 'aside', 'discarded', 'overtaken', 'left')),
  stage           int,
  primary key (job_id, nth),
  constraint released_in_stage check ((state in ('waiting', 'overtaken', 'left')) = (stage is null))
);
create index replay_item_waiting on replay_item (job_id, nth) where state = 'waiting';
create index replay_item_released on replay_item (job_id) where state = 'released';
-- No letter waits in two plans.
create unique index replay_item_once on replay_item (modification_id) where state = 'waiting';

-- How far the plan is: its letters by what became of them. `settled`: of those released in the stage begun last,
-- how many are in PEMS. Only those on their way are looked up.
create function replay_tally(plan replay_plan)
returns table (waiting int, open int, synced int, failed int, aside int, discarded int, overtaken int,
  "left" int, settled int) language sql stable as $$
  with item as (
    select state, stage, count(*)::int as items from replay_item
    where job_id = plan.job_id and state <> 'released'
    group by state, stage
    union all
    select case
        when m.sync_status in ('synced', 'failed') then m.sync_status
        -- behind a conflict or another dead letter it waits for a person
        when m.sync_status in ('conflict', 'discarded') or m.sync_status = 'queued' and l.state = 'blocked'
        then 'aside'
        else 'open'
      end, i.stage, 1
    from replay_item i
    join pfa_modification m on m.id = i.modification_id
    left join pfa_lane l on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id
    where i.job_id = plan.job_id and i.state = 'released'
  ), sums as (
    select coalesce(jsonb_object_agg(state, items), '{}') as of
    from (select state, sum(items) as items from item group by state) s
  )
  select coalesce((of ->> 'waiting')::int, 0), coalesce((of ->> 'open')::int, 0),
    coalesce((of ->> 'synced')::int, 0), coalesce((of ->> 'failed')::int, 0),
    coalesce((of ->> 'aside')::int, 0), coalesce((of ->> 'discarded')::int, 0),
    coalesce((of ->> 'overtaken')::int, 0), coalesce((of ->> 'left')::int, 0),
    (select coalesce(sum(items), 0)::int from item where state = 'synced' and stage = plan.stage)
  from sums
$$;

-- What a worker runs, for who looks after it.
alter table sync_worker add column version text;

grant select, insert on replay_plan, replay_item to vanguard_app;
grant update (state, error, changed_at, ended_at) on replay_plan to vanguard_app;
grant update (state) on replay_item to vanguard_app;
grant select, update on replay_plan, replay_item to vanguard_worker;
grant select (number, name, applied_at) on schema_migration to vanguard_app;

do $$
declare
  name text;
begin
  foreach name in array array['replay_plan', 'replay_item'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
    execute format('create policy everywhere on %I to vanguard_worker using (true)', name);
  end loop;
end $$;
