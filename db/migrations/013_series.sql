-- What stands where, and how it went: gauges for Prometheus, series for the dashboard.

-- What dashboards draw: a row for each ten seconds and one for each five minutes, the former kept for little more
-- than a day. One row with all keys, since a row for each key took forty times the room.
create table metric_series (
  organization_id uuid not null references organization,
  step            int not null check (step in (10, 300)), -- seconds
  at              timestamptz not null,
  -- By how much each counter grew.
  counts          jsonb not null default '{}',
  -- The sums of so many samples of what stood where.
  gauges          jsonb not null default '{}',
  samples         int not null default 0,
  primary key (organization_id, step, at)
) with (fillfactor = 70);

create function added(one jsonb, other jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(key, value), '{}') from (
    select key, sum(value::float8) as value
    from (select * from jsonb_each_text(one) union all select * from jsonb_each_text(other)) both_of
    group by key) sums
$$;

-- Folds up to 10,000 deltas and returns how many. The series are written in the same order by all who write them, the
-- short step first: nobody waits in a circle.
create function fold_metrics() returns int language sql volatile security definer
set search_path = public, pg_temp as $$
  with due as materialized (
    select ctid as place from metric_delta limit 10000 for update skip locked
  ), gone as materialized (
    delete from metric_delta d using due where d.ctid = due.place returning d.*
  ), totals as (
    insert into metric_total as t (organization_id, metric, labels, value)
    select organization_id, metric, labels, sum(value) from gone group by 1, 2, 3 order by 1, 2, 3
    on conflict (organization_id, metric, labels) do update set value = t.value + excluded.value
  ), keyed as (
    select organization_id, step, date_bin(step * interval '1 s', at, 'epoch') as at,
      concat_ws('/', metric, labels ->> 'method', labels ->> 'status', labels ->> 'error_type',
        labels ->> 'kind', case metric when 'latency' then labels ->> 'le' end) as key,
      sum(value) as value
    from gone, (values (10), (300)) s (step)
    where metric <> 'request_sum'
    group by 1, 2, 3, 4
  ), series as (
    insert into metric_series as s (organization_id, step, at, counts)
    select organization_id, step, at, jsonb_object_agg(key, value) from keyed
    group by 2, 1, 3 order by 2, 1, 3
    on conflict (organization_id, step, at) do update set counts = added(s.counts, excluded.counts)
  )
  select count(*)::int from gone
$$;

-- Which part of a connection's calls per second left in the last one: the departures it remembers are those of a
-- second, or of a part of one.
create function budget_used(rate_limit int, departures timestamptz[]) returns double precision
language sql volatile parallel safe as $$
  select count(*) filter (where departed > clock_timestamp() - s.ring * interval '1 s' / rate_limit)::float8
    / s.ring
  from call_spacing(rate_limit) s, unnest(departures) departed
  group by s.ring
$$;

-- Samples what stands where, once for each ten seconds whoever comes first, and tells of it; returns for how many
-- organizations it did.
create function sample_metrics() returns int language sql volatile security definer
set search_path = public, pg_temp as $$
  with slot as materialized (
    select date_bin('10 s', clock_timestamp(), 'epoch') as at
  ), missing as materialized (
    select o.id, o.pause, o.connection_id, slot.at from organization o, slot
    where not exists (select from metric_series s
      where s.organization_id = o.id and s.step = 10 and s.at = slot.at and s.samples > 0)
  ), depth as materialized (
    select m.organization_id,
      count(*) filter (where stands = 'queued') as queued,
      count(*) filter (where stands = 'retrying') as retrying,
      count(*) filter (where stands = 'waiting') as waiting,
      count(*) filter (where stands = 'syncing') as syncing,
      count(*) filter (where stands = 'unknown') as unknown,
      count(*) filter (where stands = 'conflict') as conflict,
      count(*) filter (where stands = 'failed') as failed,
      min(committed_at) filter (where stands in ('queued', 'retrying', 'syncing', 'unknown')) as oldest
    from pfa_modification m
    left join pfa_lane l on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id
    cross join lateral (select case
        when m.sync_status not in ('committed', 'queued') then m.sync_status
        when l.state = 'blocked' then 'waiting'
        when l.attempts > 0 then 'retrying'
        else 'queued' end as stands) s
    where m.sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
      and exists (select from missing)
    group by 1
  ), open as materialized (
    select organization_id, count(*) as conflicts from pfa_sync_conflict
    where status = 'unresolved' and exists (select from missing)
    group by 1
  ), alive as materialized (
    select count(*) as workers from sync_worker
    where last_seen_at > clock_timestamp() - interval '30 s' and exists (select from missing)
  ), seen as (
    select m.id, m.at, jsonb_build_object(
      'queued', coalesce(d.queued, 0), 'retrying', coalesce(d.retrying, 0),
      'waiting', coalesce(d.waiting, 0), 'syncing', coalesce(d.syncing, 0),
      'unknown', coalesce(d.unknown, 0), 'conflict', coalesce(d.conflict, 0),
      'failed', coalesce(d.failed, 0),
      'oldest', coalesce(greatest(extract(epoch from clock_timestamp() - d.oldest), 0), 0),
      'conflicts', coalesce(p.conflicts, 0), 'workers', a.workers,
      'paused', (m.pause is not null)::int,
      'circuit', (coalesce(c.circuit, 'closed') <> 'closed')::int,
      'limit', coalesce(c.rate_limit, 0),
      'rate', coalesce(current_rate(c.rate_limit, c.rate_now, c.rate_since), 0),
      'budget', coalesce(budget_used(c.rate_limit, c.departures), 0)) as gauges
    from missing m cross join alive a
    left join depth d on d.organization_id = m.id
    left join open p on p.organization_id = m.id
    left join pems_connection c on c.id = m.connection_id
  ), short as (
    insert into metric_series as s (organization_id, step, at, gauges, samples)
    select id, 10, at, gauges, 1 from seen order by id
    on conflict (organization_id, step, at) do update set gauges = excluded.gauges, samples = 1
    where s.samples = 0
    returning organization_id, at, gauges
  ), long as (
    insert into metric_series as s (organization_id, step, at, gauges, samples)
    select organization_id, 300, date_bin('300 s', at, 'epoch'), gauges, 1 from short order by 1
    on conflict (organization_id, step, at) do update
    set gauges = added(s.gauges, excluded.gauges), samples = s.samples + 1
  ), told as materialized (
    select count(pg_notify('pfa_event', jsonb_build_array(jsonb_build_object('type', 'METRICS',
      'organizationId', organization_id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))::text))
    from short
  )
  select count(*)::int from short, told
$$;

-- Ten seconds for a day, five minutes for five weeks.
create function forget_metrics() returns void language sql volatile security definer
set search_path = public, pg_temp as $$
  delete from metric_series
  where at < now() - case step when 10 then interval '26 hours' else interval '35 days' end
$$;

-- What stands where just now, by organization; it reads what is pending, and nothing that is at rest.
create function sync_gauges() returns table (code text, queued int, dead int, oldest_seconds double precision,
  unaccounted int, success_percent double precision, circuit text, rate_limit_hits bigint,
  budget_used double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.code, coalesce(p.queued, 0)::int, coalesce(p.dead, 0)::int,
    coalesce(extract(epoch from clock_timestamp() - p.oldest), 0)::float8,
    coalesce(u.count, 0), coalesce(100 * h.synced / nullif(h.synced + h.failed, 0), 100),
    coalesce(c.circuit, 'closed'), coalesce(c.rate_limit_hits, 0), coalesce(budget_used(c.rate_limit, c.departures), 0)
  from organization o
  left join pems_connection c on c.id = o.connection_id
  left join (
    select m.organization_id, min(m.committed_at) filter (where moving) as oldest,
      count(*) filter (where moving) as queued, count(*) filter (where m.sync_status = 'failed') as dead
    from pfa_modification m left join pfa_lane l
      on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id,
      lateral (select m.sync_status in ('committed', 'queued', 'syncing', 'unknown')
        and l.state is distinct from 'blocked' as moving) s
    where m.sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
    group by 1
  ) p on p.organization_id = o.id
  left join unaccounted_modifications() u on u.organization_id = o.id
  left join lateral (
    select coalesce(sum(value) filter (where metric <> 'failed'), 0) as synced,
      coalesce(sum(value) filter (where metric = 'failed'), 0) as failed
    from (
      select e.key as metric, e.value::float8 from metric_series s, jsonb_each_text(s.counts) e
      where s.organization_id = o.id and s.step = 300 and s.at >= now() - interval '1 hour'
        and (e.key = 'failed' or e.key like 'latency/%')
      union all
      select metric, value from metric_delta d
      where d.organization_id = o.id and metric in ('latency', 'failed')
    ) hour
  ) h on true
$$;

revoke execute on function fold_metrics(), sample_metrics(), forget_metrics(), sync_gauges() from public;
grant execute on function fold_metrics(), sample_metrics(), forget_metrics() to vanguard_worker;
grant execute on function sync_gauges() to vanguard_auth;
grant select on metric_series to vanguard_app;
alter table metric_series enable row level security;
create policy tenant on metric_series to vanguard_app using (organization_id = current_organization());
