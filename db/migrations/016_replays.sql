-- Replays: dead letters that go again, or are given up, step by step as one plan; and what groups them.

-- Why it died, without what is each record's own: its id, and any number but the status of an HTTP answer.
create function letter_message(record text, error text) returns text
language sql immutable parallel safe as $$
  select regexp_replace(replace(coalesce(error, 'No reason is known'), record, 'the record'),
    '(?<![\w-])(?![45]\d\d(?![\w.,-]))\d[\d.,]*(?![\w-])', '…', 'g')
$$;

alter table pfa_modification
  -- Of a dead letter: the same for all that died of the same. Stored, so that groups are counted from the index alone
  -- (100,000 letters in 30 ms instead of 900).
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

-- A dead letter in a plan. `overtaken`: somebody decided about it before its turn came; `left`: the plan ended first,
-- and it stays a dead letter.
create table replay_item (
  job_id          uuid not null references replay_plan,
  nth             int not null,
  organization_id uuid not null references organization,
  modification_id uuid not null references pfa_modification,
  state           text not null default 'waiting'
    check (state in ('waiting', 'released', 'overtaken', 'left')),
  stage           int,
  released_at     timestamptz,
  primary key (job_id, nth),
  unique (job_id, modification_id),
  constraint released_in_stage check ((state = 'released') = (stage is not null)
    and (state = 'released') = (released_at is not null))
);
create index replay_item_waiting on replay_item (job_id, nth) where state = 'waiting';
-- No letter waits in two plans.
create unique index replay_item_once on replay_item (modification_id) where state = 'waiting';

-- How far the plan is: its letters by what became of them. `settled`: of those released in the stage begun last,
-- how many are in PEMS.
create function replay_tally(plan replay_plan)
returns table (waiting int, open int, synced int, failed int, aside int, discarded int, overtaken int,
  "left" int, settled int) language sql stable as $$
  select count(*) filter (where i.state = 'waiting')::int,
    count(*) filter (where i.state = 'released' and not stuck
      and m.sync_status in ('committed', 'queued', 'syncing', 'unknown'))::int,
    count(*) filter (where i.state = 'released' and m.sync_status = 'synced')::int,
    count(*) filter (where i.state = 'released' and m.sync_status = 'failed')::int,
    count(*) filter (where i.state = 'released' and (m.sync_status = 'conflict' or stuck
      or m.sync_status = 'discarded' and plan.action = 'retry'))::int,
    count(*) filter (where i.state = 'released' and m.sync_status = 'discarded'
      and plan.action = 'discard')::int,
    count(*) filter (where i.state = 'overtaken')::int,
    count(*) filter (where i.state = 'left')::int,
    count(*) filter (where i.stage = plan.stage and m.sync_status = 'synced')::int
  from replay_item i
  join pfa_modification m on m.id = i.modification_id
  -- behind a conflict or another dead letter, where it waits for a person
  left join pfa_lane l on i.state = 'released' and l.organization_id = m.organization_id
    and l.pfa_id = m.pfa_id
  cross join lateral (
    select coalesce(l.state = 'blocked' and m.sync_status = 'queued', false) as stuck) s
  where i.job_id = plan.job_id
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
