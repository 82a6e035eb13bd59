-- Watching: the audit trail chained by hashes, written unsealed and sealed in the order of commits; alerts; counters.

-- Which transaction wrote the entry: what tells apart what is committed from what may still come.
alter table audit_entry add column xid xid8 not null default pg_current_xact_id();
create index audit_entry_written on audit_entry (xid, id);

-- Who writes an entry says what happened; when, by which transaction and under which number is the database's word.
revoke insert on audit_entry from vanguard_app, vanguard_worker, vanguard_auth;
grant insert (organization_id, event_type, user_id, worker_id, pfa_id, modification_id, write_id, job_id,
  details) on audit_entry to vanguard_app, vanguard_worker, vanguard_auth;

-- A link of an organization's chain, or of the chain of entries of no organization. Kept for good: when the month
-- of its entry is dropped, the chain still holds.
create table audit_seal (
  organization_id uuid,
  nth             bigint not null check (nth > 0),
  entry_id        bigint not null primary key,
  entry_at        timestamptz not null,
  -- Of the entry alone: tells an altered entry from an altered order.
  digest          bytea not null,
  -- Of the link before and this one.
  hash            bytea not null,
  unique nulls not distinct (organization_id, nth)
);
create trigger append_only before update or delete on audit_seal
  for each row execute function refuse_change();
create trigger never_truncated before truncate on audit_seal
  for each statement execute function refuse_change();

-- The newest link of each chain: without it nobody would miss the last ones.
create table audit_chain (
  organization_id uuid,
  nth             bigint not null,
  hash            bytea not null,
  sealed_through  timestamptz not null,
  unique nulls not distinct (organization_id)
) with (fillfactor = 50);

-- One row: every entry of an older transaction is sealed.
create table audit_horizon (
  single boolean primary key default true check (single),
  xid    xid8 not null
) with (fillfactor = 50);

-- Of everything an entry says. Not its number: that is the link's, so that exchanged entries are told from altered
-- ones. Instants as microseconds: their text depends on the session.
create function audit_digest(entry audit_entry) returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(jsonb_build_array((extract(epoch from entry.at) * 1000000)::bigint,
    entry.organization_id, entry.event_type, entry.user_id, entry.worker_id, entry.pfa_id,
    entry.modification_id, entry.write_id, entry.job_id, entry.details, entry.xid::text)::text, 'UTF8'))
$$;

create function audit_link(previous bytea, seal audit_seal) returns bytea
language sql immutable parallel safe as $$
  select sha256(previous || int8send(seal.nth) || int8send(seal.entry_id)
    || int8send((extract(epoch from seal.entry_at) * 1000000)::bigint) || seal.digest)
$$;

-- The last links of a chain, the newest first: two branches, for an index answers "is not distinct from" with a scan.
create function newest_seals(organization uuid, most int) returns setof audit_seal language sql stable as $$
  (select * from audit_seal where organization_id = organization order by nth desc limit most)
  union all
  (select * from audit_seal where organization is null and organization_id is null
    order by nth desc limit most)
$$;

-- From when on entries are kept: the first month that has not been dropped.
create function audit_kept_since() returns timestamptz language sql stable as $$
  select min(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)')::timestamptz)
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'audit_entry'::regclass
$$;

-- Seals up to `most` entries and returns how many; 0 while another sealer is at it. Whatever is visible and has no
-- seal was committed after what has one, so it comes next; within a round the older transaction goes first. Entries
-- of transactions older than any that runs have all been seen: the horizon, below which nothing is looked for again.
create function seal_entries(most int) returns int language plpgsql volatile security definer
set search_path = public, pg_temp
-- before its first analysis the table of seals looks small enough to read whole
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  oldest_running xid8;
  next_to_come xid8;
  horizon xid8;
  -- Restored from a server that had counted further: entries may look like ones that are still to come.
  restored boolean;
  entry record;
  seal audit_seal;
  seals audit_seal[] := '{}';
  previous bytea;
  newest xid8;
begin
  if not pg_try_advisory_xact_lock(hashtext('vanguard.seal')) then
    return 0;
  end if;
  select pg_snapshot_xmin(s), pg_snapshot_xmax(s) into oldest_running, next_to_come
  from pg_current_snapshot() s;
  horizon := (select xid from audit_horizon);
  restored := horizon is null or horizon > next_to_come;
  if restored then
    horizon := '0';
  end if;
  for entry in
    select a.organization_id, a.id, a.at, a.xid, audit_digest(a) as digest
    from (
      select * from audit_entry e
      where e.xid >= horizon and (restored or e.xid < next_to_come)
        and not exists (select from audit_seal s where s.entry_id = e.id)
      order by e.xid, e.id
      limit most
    ) a
    order by a.organization_id, a.xid, a.id
  loop
    if previous is null or seal.organization_id is distinct from entry.organization_id then
      select c.nth, c.hash into seal.nth, previous from audit_chain c
      where c.organization_id is not distinct from entry.organization_id;
    end if;
    seal.organization_id := entry.organization_id;
    seal.nth := coalesce(seal.nth, 0) + 1;
    seal.entry_id := entry.id;
    seal.entry_at := entry.at;
    seal.digest := entry.digest;
    seal.hash := audit_link(coalesce(previous, ''), seal);
    previous := seal.hash;
    seals := seals || seal;
    newest := greatest(newest, entry.xid);
  end loop;
  insert into audit_seal select * from unnest(seals);
  insert into audit_chain as c (organization_id, nth, hash, sealed_through)
  select distinct on (organization_id) organization_id, nth, hash, entry_at from unnest(seals)
  order by organization_id, nth desc
  on conflict (organization_id) do update
  set nth = excluded.nth, hash = excluded.hash, sealed_through = excluded.sealed_through;
  if cardinality(seals) < most then
    newest := oldest_running;
  elsif restored then
    return cardinality(seals);
  else
    newest := least(newest, oldest_running);
  end if;
  -- While nothing happens nothing is written.
  if exists (select from audit_entry where xid >= horizon and xid < newest) then
    insert into audit_horizon as h (xid) values (newest)
    on conflict (single) do update set xid = excluded.xid;
  end if;
  return cardinality(seals);
end $$;
revoke execute on function seal_entries(int) from public;
grant execute on function seal_entries(int) to vanguard_worker;

grant select on audit_seal, audit_chain to vanguard_app;
do $$
declare
  name text;
begin
  foreach name in array array['audit_seal', 'audit_chain'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
  end loop;
end $$;

-- What is told to the outside: one row for each event, written with its notifications, posted by any worker.
create table alert (
  id              uuid primary key default uuid_v7(),
  organization_id uuid not null references organization,
  kind            text not null check (kind in ('conflict', 'failure', 'outage', 'paused', 'resumed')),
  -- They hold no money: nobody knows who reads them.
  title           text not null,
  body            text not null,
  pfa_id          text,
  created_at      timestamptz not null default now(),
  -- Tries that failed.
  attempts        smallint not null default 0,
  -- When it is tried next, or was being tried at the latest; null: never again.
  due_at          timestamptz default now(),
  delivered_at    timestamptz,
  -- Of the last try; what failed for good keeps it.
  error           text,
  constraint delivered_once check (delivered_at is null or due_at is null)
) with (fillfactor = 70);
create index alert_due on alert (due_at) where due_at is not null;

grant select, insert on alert to vanguard_app;
grant select, insert, update, delete on alert to vanguard_worker;
alter table alert enable row level security;
create policy tenant on alert to vanguard_app using (organization_id = current_organization());
create policy everywhere on alert to vanguard_worker using (true);

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

create function count_conflicts() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into metric_delta (organization_id, metric, value)
  select organization_id, 'conflicts', count(*) from fresh group by 1;
  return null;
end $$;
create trigger counted after insert on pfa_sync_conflict referencing new table as fresh
  for each statement execute function count_conflicts();

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

-- Folds up to 10,000 deltas and returns how many.
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
  ), minutes as (
    insert into metric_series as s (organization_id, metric, at, value)
    select organization_id, case metric when 'latency' then 'synced' else metric end,
      date_trunc('minute', at), sum(value)
    from gone where metric in ('latency', 'failed', 'conflicts')
    group by 1, 2, 3 order by 1, 2, 3
    on conflict (organization_id, metric, at) do update set value = s.value + excluded.value
  )
  select count(*)::int from gone
$$;

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

-- What stands where just now, by organization; it reads what is pending, and nothing that is at rest.
create function sync_gauges() returns table (code text, queued int, dead int, oldest_seconds double precision,
  unaccounted int, success_percent double precision, circuit text, rate_limit_hits bigint,
  budget_used double precision)
language sql stable security definer set search_path = public, pg_temp as $$
  select o.code, coalesce(p.queued, 0)::int, coalesce(p.dead, 0)::int,
    coalesce(extract(epoch from clock_timestamp() - p.oldest), 0)::float8,
    coalesce(u.count, 0), coalesce(100 * h.synced / nullif(h.synced + h.failed, 0), 100),
    coalesce(c.circuit, 'closed'), coalesce(c.rate_limit_hits, 0), coalesce(b.used, 0)
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
    select coalesce(sum(value) filter (where metric = 'synced'), 0) as synced,
      coalesce(sum(value) filter (where metric = 'failed'), 0) as failed
    from (
      select s.metric, s.value from metric_series s
      where s.organization_id = o.id and s.metric in ('synced', 'failed')
        and s.at >= now() - interval '1 hour'
      union all
      select case d.metric when 'latency' then 'synced' else d.metric end, d.value
      from metric_delta d where d.organization_id = o.id
    ) hour
  ) h on true
  -- the ring holds the last calls of a second, or of a part of one
  left join lateral (
    select count(*) filter (where departed > clock_timestamp() - s.ring * interval '1 s' / c.rate_limit)::float8
      / s.ring as used
    from call_spacing(c.rate_limit) s, unnest(c.departures) departed
    group by s.ring
  ) b on true
$$;

revoke execute on function fold_metrics(), sync_counters(), sync_gauges(), unaccounted_modifications()
  from public;
grant execute on function fold_metrics() to vanguard_worker;
grant execute on function sync_counters(), sync_gauges(), unaccounted_modifications() to vanguard_auth;
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

-- The instant of the replacement, not of its transaction's begin: versions of a record are in this order.
alter table pfa_mirror_history alter column replaced_at set default clock_timestamp();
