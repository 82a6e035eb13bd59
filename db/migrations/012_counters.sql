-- Counters: what transitions leave behind, for Prometheus.

-- Counters: what a transition adds, written by its own transaction, so that no hot row serialises the writers; folded
-- into totals and minutes by any worker.
create table metric_delta (
  organization_id uuid not null,
  metric          text not null,
  labels          jsonb not null default '{}',
  at              timestamptz not null default clock_timestamp(),
  value           double precision not null
);
create table metric_total (
  organization_id uuid not null references organization,
  metric          text not null,
  labels          jsonb not null default '{}',
  value           double precision not null,
  primary key (organization_id, metric, labels)
) with (fillfactor = 50);

-- The upper bound of the bucket that so many seconds fall into.
create function metric_bucket(seconds double precision) returns text language sql immutable parallel safe as $$
  select coalesce(min(bound)::text, '+Inf')
  from unnest('{0.05,0.1,0.25,0.5,1,2.5,5,10,30,60,120,300}'::numeric[]) bound
  where seconds <= bound
$$;

-- Modifications that were synced, and how long after their commit.
create function count_done() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  with synced as materialized (
    select d.organization_id, extract(epoch from clock_timestamp() - m.committed_at)::float8 as seconds
    from fresh d join pfa_modification m on m.id = d.modification_id
    where d.status = 'completed'
  )
  insert into metric_delta (organization_id, metric, labels, value)
  select organization_id, 'latency', jsonb_build_object('le', metric_bucket(seconds)), count(*)
  from synced group by 1, 3
  union all
  select organization_id, 'latency_sum', '{}', sum(seconds) from synced group by 1;
  return null;
end $$;
create trigger counted after insert on pfa_write_done referencing new table as fresh
  for each statement execute function count_done();

-- Modifications that came to a stand.
create function count_blocked() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into metric_delta (organization_id, metric, value) values (new.organization_id, 'failed', 1);
  return null;
end $$;
create trigger counted after update of status on pfa_write_queue
  for each row when (new.status = 'dead' and old.status <> 'dead') execute function count_blocked();

-- Conflicts that were opened, and that were decided, at once or later.
create function count_conflicts() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into metric_delta (organization_id, metric, labels, value)
  select organization_id, 'conflicts', jsonb_build_object('kind', kind), count(*)
  from fresh group by 1, 3
  union all
  select organization_id, 'resolved', jsonb_build_object('kind', kind, 'status', status), count(*)
  from fresh where status <> 'unresolved' group by 1, 3;
  return null;
end $$;
create trigger counted after insert on pfa_sync_conflict referencing new table as fresh
  for each statement execute function count_conflicts();

create function count_resolved() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into metric_delta (organization_id, metric, labels, value)
  values (new.organization_id, 'resolved', jsonb_build_object('kind', new.kind, 'status', new.status), 1);
  return null;
end $$;
create trigger resolved after update of status on pfa_sync_conflict
  for each row when (new.status <> 'unresolved' and old.status = 'unresolved')
  execute function count_resolved();

-- Answers of PEMS to writes, and those that were errors.
create function count_attempts() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  with answered as materialized (
    select a.organization_id, a.outcome, a.status, a.latency_ms / 1000 as seconds,
      case w.operation when 'DELETE' then 'DELETE' else 'PUT' end as method
    from fresh a join pems_write w on w.id = a.write_id
  )
  insert into metric_delta (organization_id, metric, labels, value)
  select organization_id, 'request', jsonb_build_object('method', method,
    'status', coalesce(status::text, 'none'), 'le', metric_bucket(seconds)), count(*)
  from answered group by 1, 3
  union all
  select organization_id, 'request_sum', jsonb_build_object('method', method,
    'status', coalesce(status::text, 'none')), sum(seconds)
  from answered group by 1, 3
  union all
  select organization_id, 'errors', jsonb_build_object('error_type', case
      when status is null and outcome = 'Unknown' then 'no_answer'
      when status is null then 'not_sent'
      when status in (401, 403) then 'unauthorized'
      when status = 409 then 'version_conflict'
      when status = 429 then 'rate_limited'
      when status = 503 then 'unavailable'
      when status < 500 then 'rejected'
      else 'server_error' end), count(*)
  from answered where outcome <> 'Synced' group by 1, 3;
  return null;
end $$;
create trigger counted after insert on pfa_write_attempt referencing new table as fresh
  for each statement execute function count_attempts();

-- Counters as they stand, folded or not.
create function sync_counters()
returns table (code text, metric text, labels jsonb, value double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.code, c.metric, c.labels, sum(c.value)
  from (
    select organization_id, metric, labels, value from metric_total
    union all
    select organization_id, metric, labels, value from metric_delta
  ) c join organization o on o.id = c.organization_id
  group by 1, 2, 3
$$;

-- Modifications that are in no place, or in one that contradicts them, from what is pending alone: what is at rest
-- was accounted for when it came there.
create function unaccounted_modifications() returns table (organization_id uuid, count int)
language sql stable security definer set search_path = public, pg_temp as $$
  select organization_id, count(*)::int from (
    select m.organization_id from pfa_modification m
    left join pfa_write_queue q on q.modification_id = m.id
    where m.sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
      and q.status is distinct from (case m.sync_status when 'failed' then 'dead' else m.sync_status end)
    union all
    -- no join: one would read every modification while the queue looks large
    select q.organization_id from pfa_write_queue q
    where (select m.sync_status from pfa_modification m where m.id = q.modification_id)
      in ('draft', 'synced', 'discarded')
  ) stray
  group by organization_id
$$;

revoke execute on function sync_counters(), unaccounted_modifications() from public;
grant execute on function sync_counters(), unaccounted_modifications() to vanguard_auth;
grant select on metric_delta, metric_total to vanguard_app;
do $$
declare
  name text;
begin
  foreach name in array array['metric_delta', 'metric_total'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
  end loop;
end $$;
