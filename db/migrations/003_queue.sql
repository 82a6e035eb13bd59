-- The write queue: lanes, items, frozen writes, attempts, conflicts.

create sequence fencing_token;

-- One record with pending modifications. The row is the head of its queue, so that a claim is an
-- index range; it goes when nothing is pending.
create table pfa_lane (
  organization_id uuid not null references organization,
  pfa_id          text not null,
  connection_id   uuid references pems_connection,
  state           text not null default 'ready' check (state in ('ready', 'delayed', 'leased', 'blocked')),
  paused          boolean not null default false,
  -- 0 high, 1 normal, 2 low: the highest of its pending items.
  priority        smallint not null check (priority between 0 and 2),
  turn            bigint not null,
  pending         int not null check (pending >= 0),
  due_at          timestamptz not null default now(),
  -- Attempts spent by the head's turn.
  attempts        smallint not null default 0,
  -- Leases lost in a row: such an item is claimed alone.
  losses          smallint not null default 0,
  -- The frozen write of this turn, if there is one.
  write_id        uuid,
  lease_owner     uuid,
  leased_until    timestamptz,
  fencing_token   bigint not null default 0,
  primary key (organization_id, pfa_id),
  constraint leased_by_someone check ((state = 'leased') = (lease_owner is not null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index pfa_lane_ready on pfa_lane (connection_id, priority, turn)
  where state = 'ready' and not paused;
create index pfa_lane_delayed on pfa_lane (connection_id, due_at) where state = 'delayed';
-- Not by leased_until: a heartbeat must stay a HOT update.
create index pfa_lane_leased on pfa_lane (connection_id) where state = 'leased';

-- Lanes follow their organization: what pauses it or moves it to another connection takes all along,
-- whoever does it, and wakes the worker.
create function move_lanes() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  -- In the order in which commits lock lanes, so that neither waits for the other in a circle.
  perform from pfa_lane where organization_id = new.id order by pfa_id for update;
  update pfa_lane set connection_id = new.connection_id, paused = new.pause is not null
  where organization_id = new.id;
  perform pg_notify('pfa_work', coalesce(new.connection_id::text, ''));
  return null;
end $$;
create trigger lanes_follow after update of connection_id, pause on organization
  for each row
  when (old.connection_id is distinct from new.connection_id
    or (old.pause is null) <> (new.pause is null))
  execute function move_lanes();

-- The last turn given to each organization's lanes, by priority.
create table organization_turn (
  organization_id uuid not null references organization,
  priority        smallint not null,
  turn            bigint not null default 0,
  primary key (organization_id, priority)
) with (fillfactor = 50);

create table pfa_write_queue (
  id              bigint generated always as identity primary key,
  modification_id uuid not null unique references pfa_modification,
  pfa_id          text not null,
  organization_id uuid not null references organization,
  operation       text not null check (operation in ('UPDATE', 'DELETE')),
  payload         jsonb not null,
  status          text not null default 'queued'
    check (status in ('queued', 'syncing', 'unknown', 'conflict', 'dead', 'completed', 'discarded')),
  priority        smallint not null,
  retry_count     smallint not null default 0,
  max_retries     smallint not null,
  last_attempt_at timestamptz,
  last_error      text,
  scheduled_at    timestamptz not null default now(),
  completed_at    timestamptz,
  created_at      timestamptz not null default now(),
  -- The frozen write that carries it.
  write_id        uuid
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index pfa_write_queue_lane on pfa_write_queue (organization_id, pfa_id, id);

-- Finished items: out of the hot table, kept by month.
create table pfa_write_done (
  id              bigint not null,
  modification_id uuid not null,
  pfa_id          text not null,
  organization_id uuid not null,
  operation       text not null,
  payload         jsonb not null,
  status          text not null check (status in ('completed', 'discarded')),
  priority        smallint not null,
  retry_count     smallint not null,
  max_retries     smallint not null,
  last_attempt_at timestamptz,
  last_error      text,
  scheduled_at    timestamptz not null,
  completed_at    timestamptz not null,
  created_at      timestamptz not null,
  write_id        uuid
) partition by range (completed_at);

-- One request to PEMS, frozen before its first byte: a resend is byte for byte the same.
create table pems_write (
  id              uuid primary key,
  organization_id uuid not null references organization,
  pfa_id          text not null,
  operation       text not null check (operation in ('UPDATE', 'DELETE')),
  version         int not null,
  body            text not null,
  -- The merged delta it carries, with what was seen.
  delta           jsonb not null,
  modified_by     text not null,
  worker_id       uuid not null,
  fencing_token   bigint not null,
  sends           int not null default 0,
  sent_at         timestamptz,
  -- Set once an answer failed to come; never unset: a late copy may land.
  unknown         boolean not null default false,
  outcome         text,
  settled_at      timestamptz,
  created_at      timestamptz not null default now()
) with (fillfactor = 80);
create index pems_write_record on pems_write (organization_id, pfa_id, created_at desc);

create table pfa_write_attempt (
  id              bigint generated always as identity,
  write_id        uuid not null,
  organization_id uuid not null,
  pfa_id          text not null,
  nth             int not null,
  worker_id       uuid not null,
  sent_at         timestamptz not null,
  answered_at     timestamptz not null default now(),
  latency_ms      real not null,
  -- HTTP status; null when none came.
  status          int,
  outcome         text not null,
  error           text
) partition by range (answered_at);
create index pfa_write_attempt_write on pfa_write_attempt (write_id);
create index pfa_write_attempt_record on pfa_write_attempt (organization_id, pfa_id, answered_at desc);

create table pfa_sync_conflict (
  id               uuid primary key default uuid_v7(),
  pfa_id           text not null,
  organization_id  uuid not null references organization,
  modification_ids uuid[] not null,
  write_id         uuid,
  local_version    int not null,
  pems_version     int not null,
  base_data        jsonb not null,
  local_data       jsonb not null,
  pems_data        jsonb not null,
  pems_changed_by  text,
  pems_changed_at  timestamptz,
  kind             text not null check (kind in ('fields', 'merge_invalid', 'delete', 'outcome_unknown')),
  conflict_fields  text[] not null,
  reason           text not null,
  status           text not null default 'unresolved' check (status in
    ('unresolved', 'resolved_local', 'resolved_pems', 'resolved_merged', 'resolved_auto')),
  resolution       text check (resolution in ('use_local', 'use_pems', 'merge')),
  resolved_by      uuid references app_user,
  resolved_at      timestamptz,
  created_at       timestamptz not null default now()
);
create unique index pfa_sync_conflict_open on pfa_sync_conflict (organization_id, pfa_id)
  where status = 'unresolved';
create index pfa_sync_conflict_newest on pfa_sync_conflict (organization_id, created_at desc);

-- Who is at work; a row not seen for a while is a dead worker's.
create table sync_worker (
  id           uuid primary key,
  started_at   timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  in_flight    int not null default 0
);

grant select, insert, update on pfa_lane, pfa_write_queue, organization_turn, pfa_sync_conflict
  to vanguard_app;
grant delete on pfa_lane, pfa_write_queue to vanguard_app;
grant insert on pfa_write_done to vanguard_app;
grant select on pems_write, pfa_write_attempt, pfa_write_done, sync_worker to vanguard_app;
grant select on sync_worker to vanguard_auth;
grant select, insert, update, delete on pfa_lane, pfa_write_queue, sync_worker to vanguard_worker;
grant select, insert, update on pems_write, organization_turn, pfa_sync_conflict to vanguard_worker;
grant select, insert on pfa_write_attempt, pfa_write_done to vanguard_worker;
grant usage on sequence fencing_token to vanguard_worker;

do $$
declare
  name text;
begin
  foreach name in array array['pfa_lane', 'organization_turn', 'pfa_write_queue', 'pfa_write_done',
    'pems_write', 'pfa_write_attempt', 'pfa_sync_conflict'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
    execute format('create policy everywhere on %I to vanguard_worker using (true)', name);
  end loop;
end $$;
