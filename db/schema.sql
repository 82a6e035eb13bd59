-- The schema as the migrations leave it. Made by: deno run -A tests/schema.ts

create sequence commit_order;
grant usage on sequence commit_order to vanguard_app;
grant usage on sequence commit_order to vanguard_worker;

create sequence fencing_token;
grant usage on sequence fencing_token to vanguard_worker;

CREATE OR REPLACE FUNCTION added(one jsonb, other jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(jsonb_object_agg(key, value), '{}') from (
    select key, sum(value::float8) as value
    from (select * from jsonb_each_text(one) union all select * from jsonb_each_text(other)) both_of
    group by key) sums
$function$
;

CREATE OR REPLACE FUNCTION apply_mirror(rows jsonb, adopt boolean DEFAULT false)
 RETURNS TABLE(organization_id uuid, pfa_id text, version integer)
 LANGUAGE sql
AS $function$
  with incoming as materialized (
    select r.* from jsonb_populate_recordset(null::pfa_mirror, rows) r
    order by r.organization_id, r.pfa_id
  ), replaced as materialized (
    select m.* from pfa_mirror m
    join incoming i on i.organization_id = m.organization_id and i.pfa_id = m.pfa_id
    where i.version > m.version
      or adopt and (i.version < m.version or record_content(i) <> record_content(m))
    order by m.organization_id, m.pfa_id
    for update of m
  ), archived as (
    insert into pfa_mirror_history (organization_id, pfa_id, version, record)
    select r.organization_id, r.pfa_id, r.version, to_jsonb(r) - 'search_text' from replaced r
    returning 1
  )
  insert into pfa_mirror as m (organization_id, pfa_id, version, description, area_silo, category,
    class, forecast_category, manufacturer, model, contract, equipment, source, dor, monthly_rate,
    purchase_price, original_start, original_end, forecast_start, forecast_end, actual_start,
    actual_end, is_actualized, is_discontinued, is_funds_transferable, updated_at, modified_by,
    change_reason, origin)
  select i.organization_id, i.pfa_id, i.version, i.description, i.area_silo, i.category,
    i.class, i.forecast_category, i.manufacturer, i.model, i.contract, i.equipment, i.source, i.dor,
    i.monthly_rate, i.purchase_price, i.original_start, i.original_end, i.forecast_start,
    i.forecast_end, i.actual_start, i.actual_end, i.is_actualized, i.is_discontinued,
    i.is_funds_transferable, i.updated_at, i.modified_by, i.change_reason, i.origin
  from incoming i
  -- archives first: a row that this very statement has replaced can no longer be locked
  cross join (select count(*) from archived) before
  on conflict (organization_id, pfa_id) do update set
    version = excluded.version, description = excluded.description,
    area_silo = excluded.area_silo, category = excluded.category, class = excluded.class,
    forecast_category = excluded.forecast_category, manufacturer = excluded.manufacturer,
    model = excluded.model, contract = excluded.contract, equipment = excluded.equipment,
    source = excluded.source, dor = excluded.dor, monthly_rate = excluded.monthly_rate,
    purchase_price = excluded.purchase_price, original_start = excluded.original_start,
    original_end = excluded.original_end, forecast_start = excluded.forecast_start,
    forecast_end = excluded.forecast_end, actual_start = excluded.actual_start,
    actual_end = excluded.actual_end, is_actualized = excluded.is_actualized,
    is_discontinued = excluded.is_discontinued,
    is_funds_transferable = excluded.is_funds_transferable, updated_at = excluded.updated_at,
    modified_by = excluded.modified_by, change_reason = excluded.change_reason,
    origin = excluded.origin, mirrored_at = now()
  where excluded.version > m.version
    or adopt and (excluded.version < m.version or record_content(excluded) <> record_content(m))
    or excluded.version = m.version and m.origin = 'write' and excluded.origin <> 'write'
      and record_content(excluded) <> record_content(m)
  returning m.organization_id, m.pfa_id, m.version
$function$
;

CREATE OR REPLACE FUNCTION apply_parked(organization uuid, record text)
 RETURNS boolean
 LANGUAGE sql
AS $function$
  with due as (
    delete from parked_row p
    where p.organization_id = organization and p.pfa_id = record and not exists (
      select from pfa_lane l left join pems_write w on w.id = l.write_id
      where l.organization_id = organization and l.pfa_id = record
        and (l.state = 'leased' or w.unknown))
    returning p.row
  )
  select exists (select from due, apply_mirror(jsonb_build_array(due.row)))
$function$
;

CREATE OR REPLACE FUNCTION audit_digest(entry audit_entry)
 RETURNS bytea
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select sha256(convert_to(jsonb_build_array((extract(epoch from entry.at) * 1000000)::bigint,
    entry.organization_id, entry.event_type, entry.user_id, entry.worker_id, entry.pfa_id,
    entry.modification_id, entry.write_id, entry.job_id, entry.details, entry.xid::text)::text, 'UTF8'))
$function$
;

CREATE OR REPLACE FUNCTION audit_kept_since()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select min(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)')::timestamptz)
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'audit_entry'::regclass
$function$
;

CREATE OR REPLACE FUNCTION audit_link(previous bytea, seal audit_seal)
 RETURNS bytea
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select sha256(previous || int8send(seal.nth) || int8send(seal.entry_id)
    || int8send((extract(epoch from seal.entry_at) * 1000000)::bigint) || seal.digest)
$function$
;

CREATE OR REPLACE FUNCTION budget_used(rate_limit integer, departures timestamp with time zone[])
 RETURNS double precision
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  select count(*) filter (where departed > clock_timestamp() - s.ring * interval '1 s' / rate_limit)::float8
    / s.ring
  from call_spacing(rate_limit) s, unnest(departures) departed
  group by s.ring
$function$
;

CREATE OR REPLACE FUNCTION call_spacing(rate real, OUT ring integer, OUT period interval, OUT beat interval, OUT span interval)
 RETURNS record
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
AS $function$
declare
  shortest interval;
begin
  ring := greatest(floor(rate / ceil(rate / 100)), 1);
  shortest := interval '1 second' * ring / rate;
  period := shortest * 1.023;
  beat := period / ring;
  span := shortest * 1.016;
end $function$
;

CREATE OR REPLACE FUNCTION count_attempts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
;
revoke execute on function count_attempts() from public;

CREATE OR REPLACE FUNCTION count_blocked()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into metric_delta (organization_id, metric, value) values (new.organization_id, 'failed', 1);
  return null;
end $function$
;
revoke execute on function count_blocked() from public;

CREATE OR REPLACE FUNCTION count_conflicts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into metric_delta (organization_id, metric, labels, value)
  select organization_id, 'conflicts', jsonb_build_object('kind', kind), count(*)
  from fresh group by 1, 3
  union all
  select organization_id, 'resolved', jsonb_build_object('kind', kind, 'status', status), count(*)
  from fresh where status <> 'unresolved' group by 1, 3;
  return null;
end $function$
;
revoke execute on function count_conflicts() from public;

CREATE OR REPLACE FUNCTION count_done()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
end $function$
;
revoke execute on function count_done() from public;

CREATE OR REPLACE FUNCTION count_records()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into mirror_size as s (organization_id, records)
  select organization_id, case tg_op when 'INSERT' then count(*) else -count(*) end from moved
  group by organization_id
  order by organization_id
  on conflict (organization_id) do update set records = s.records + excluded.records;
  return null;
end $function$
;
revoke execute on function count_records() from public;

CREATE OR REPLACE FUNCTION count_resolved()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  insert into metric_delta (organization_id, metric, labels, value)
  values (new.organization_id, 'resolved', jsonb_build_object('kind', new.kind, 'status', new.status), 1);
  return null;
end $function$
;
revoke execute on function count_resolved() from public;

CREATE OR REPLACE FUNCTION count_settings()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.settings_version := old.settings_version + 1;
  return new;
end $function$
;

CREATE OR REPLACE FUNCTION current_app_user()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select nullif(current_setting('app.user_id', true), '')::uuid
$function$
;

CREATE OR REPLACE FUNCTION current_organization()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select nullif(current_setting('app.organization_id', true), '')::uuid
$function$
;

CREATE OR REPLACE FUNCTION current_rate(rate_limit integer, rate_now real, rate_since timestamp with time zone)
 RETURNS real
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  return least(rate_limit, rate_now + rate_limit / 30.0
    * greatest(extract(epoch from clock_timestamp() - rate_since), 0));
end $function$
;

CREATE OR REPLACE FUNCTION delta_columns(changes jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), value -> 'to'), '{}')
  from jsonb_each(changes)
$function$
;

CREATE OR REPLACE FUNCTION depart(connection uuid, probing boolean, OUT departure bigint, OUT wait interval)
 RETURNS record
 LANGUAGE plpgsql
AS $function$
declare
  budget pems_connection%rowtype;
  spacing record;
  free_at timestamptz;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  if budget.circuit <> 'closed' and not probing then
    return;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  free_at := greatest(budget.not_before, coalesce(budget.departures[cardinality(budget.departures)
    - spacing.ring + 1] + spacing.span, '-infinity'));
  if free_at > clock_timestamp() then
    wait := free_at - clock_timestamp();
    return;
  end if;
  departure := budget.departed + 1;
  update pems_connection set departed = departure,
    departures = last_times(budget.departures || clock_timestamp(), spacing.ring)
  where id = connection;
end $function$
;

CREATE OR REPLACE FUNCTION drop_old_months(kept integer)
 RETURNS SETOF text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET lock_timeout TO '2s'
AS $function$
declare
  month record;
begin
  if kept < 1 then
    raise exception 'Cannot keep % months: at least the last one is kept', kept;
  end if;
  for month in
    select c.relname as name
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = any(array['pfa_mirror_history', 'pfa_write_done', 'pfa_write_attempt',
        'audit_entry']::regclass[])
      -- the default partition has no month in its name
      and c.relname ~ '_\d{4}_\d\d$'
      and to_date(right(c.relname, 7), 'YYYY_MM')
        < date_trunc('month', now() at time zone 'UTC') - make_interval(months => kept)
    order by c.relname
  loop
    execute format('drop table %I', month.name);
    return next month.name;
  end loop;
end $function$
;
revoke execute on function drop_old_months(integer) from public;
grant execute on function drop_old_months(integer) to vanguard_worker;

CREATE OR REPLACE FUNCTION ensure_partitions()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
declare
  parent text;
  month timestamptz;
begin
  foreach parent in array array['pfa_mirror_history', 'pfa_write_done', 'pfa_write_attempt', 'audit_entry'] loop
    for nth in 0 .. 2 loop
      month := date_trunc('month', now(), 'UTC') + make_interval(months => nth);
      execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
        parent || to_char(month at time zone 'UTC', '_YYYY_MM'), parent, month,
        date_trunc('month', month + interval '32 days', 'UTC'));
    end loop;
    execute format('create table if not exists %I partition of %I default', parent || '_rest', parent);
  end loop;
end $function$
;
revoke execute on function ensure_partitions() from public;
grant execute on function ensure_partitions() to vanguard_worker;

CREATE OR REPLACE FUNCTION fold_metrics()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function fold_metrics() from public;
grant execute on function fold_metrics() to vanguard_worker;

CREATE OR REPLACE FUNCTION follow_heads(organization uuid, records text[], released boolean DEFAULT false)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  with head as materialized (
    select l.pfa_id, count(q.id)::int as items, min(q.priority) as priority,
      coalesce((array_agg(q.status order by q.id))[1] in ('dead', 'conflict'), false) as stuck,
      released or l.state = 'blocked' as opened
    from pfa_lane l
    left join pfa_write_queue q on q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
    where l.organization_id = organization and l.pfa_id = any(records)
    group by l.organization_id, l.pfa_id
  ), ended as (
    delete from pfa_lane l using head h
    where l.organization_id = organization and l.pfa_id = h.pfa_id and h.items = 0
  )
  update pfa_lane l
  set pending = h.items, priority = h.priority,
    state = case when h.stuck then 'blocked' when h.opened then 'ready' else l.state end,
    lease_owner = case when not released then l.lease_owner end,
    write_id = case when not released then l.write_id end,
    attempts = case when h.opened then 0 else l.attempts end,
    losses = case when h.opened then 0 else l.losses end,
    due_at = case when h.opened then now() else l.due_at end
  from head h
  where l.organization_id = organization and l.pfa_id = h.pfa_id and h.items > 0;
end $function$
;

CREATE OR REPLACE FUNCTION forget_metrics()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  delete from metric_series
  where at < now() - case step when 10 then interval '26 hours' else interval '35 days' end
$function$
;
revoke execute on function forget_metrics() from public;
grant execute on function forget_metrics() to vanguard_worker;

CREATE OR REPLACE FUNCTION give_back(connection uuid)
 RETURNS integer
 LANGUAGE sql
AS $function$
  with row_of as (
    delete from circuit_failure where connection_id = connection returning organization_id, pfa_id, spent
  ), per_lane as (
    select organization_id, pfa_id, sum(spent)::smallint as spent from row_of
    group by organization_id, pfa_id having sum(spent) > 0
  ), lanes as (
    update pfa_lane l set attempts = greatest(l.attempts - p.spent, 0) from per_lane p
    where l.organization_id = p.organization_id and l.pfa_id = p.pfa_id
  ), items as (
    update pfa_write_queue q set retry_count = greatest(q.retry_count - p.spent, 0) from per_lane p
    where q.organization_id = p.organization_id and q.pfa_id = p.pfa_id and q.retry_count > 0
  )
  select coalesce(sum(spent), 0)::int from row_of
$function$
;
revoke execute on function give_back(uuid) from public;
grant execute on function give_back(uuid) to vanguard_worker;

CREATE OR REPLACE FUNCTION jobs_by_reason(search text)
 RETURNS SETOF uuid
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  return query
    select id from sync_job
    where organization_id = current_organization() and reason is not null
      and (length(search) < 3 or trigrams(reason) @> trigrams(search))
      and strpos(lower(reason), lower(search)) > 0;
end $function$
;
revoke execute on function jobs_by_reason(text) from public;
grant execute on function jobs_by_reason(text) to vanguard_app;

CREATE OR REPLACE FUNCTION lane_place(record text)
 RETURNS TABLE(place integer, leaves_at timestamp with time zone, waiting_for text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select p.place,
    greatest(clock_timestamp(), c.not_before, c.next_send_at)
      + (p.place - 1) * (call_spacing(c.rate_limit)).beat,
    b.barrier
  from pfa_lane l
  left join pems_connection c on c.id = l.connection_id
  cross join lateral (select case
    when c.id is null then 'no_connection'
    when c.circuit <> 'closed' then 'outage'
    when not exists (select from sync_worker
      where last_seen_at > clock_timestamp() - interval '1 minute') then 'no_worker'
    when exists (
      -- what the head's turn does not carry goes after the answer to it
      select from pfa_write_queue i, pfa_modification m
      where i.organization_id = l.organization_id and i.pfa_id = l.pfa_id and m.id = i.modification_id
      having count(distinct (m.user_id, i.operation, i.write_id)) > 1
        or count(*) > 1 and bool_or(i.operation = 'DELETE' or m.origin <> 'edit'))
      then 'earlier_change'
  end as barrier) b
  left join lateral (
    select count(*)::int + 1 as place from (
      select from pfa_lane a
      where a.connection_id = l.connection_id and a.state = 'ready' and not a.paused
        and (a.priority, a.turn) < (l.priority, l.turn)
      limit 200000) before
  ) p on b.barrier is null
  where l.organization_id = current_organization() and l.pfa_id = record
    and l.state = 'ready' and not l.paused
$function$
;
revoke execute on function lane_place(text) from public;
grant execute on function lane_place(text) to vanguard_app;

CREATE OR REPLACE FUNCTION last_times(times timestamp with time zone[], n integer)
 RETURNS timestamp with time zone[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select times[greatest(cardinality(times) - n, 0) + 1:]
$function$
;

CREATE OR REPLACE FUNCTION letter_message(record text, error text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select regexp_replace(replace(coalesce(error, 'No reason is known'), record, 'the record'),
    '(?<![\w-])(?![45]\d\d(?![\w.,-]| m?s\M))\d[\d.,]*(?![\w-])', '…', 'g')
$function$
;

CREATE OR REPLACE FUNCTION metric_bucket(seconds double precision)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(min(bound)::text, '+Inf')
  from unnest('{0.05,0.1,0.25,0.5,1,2.5,5,10,30,60,120,300}'::numeric[]) bound
  where seconds <= bound
$function$
;

CREATE OR REPLACE FUNCTION move_lanes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  -- In the order in which commits lock lanes, so that neither waits for the other in a circle.
  perform from pfa_lane where organization_id = new.id order by pfa_id for update;
  update pfa_lane set connection_id = new.connection_id, paused = new.pause is not null
  where organization_id = new.id;
  perform pg_notify('pfa_work', coalesce(new.connection_id::text, ''));
  return null;
end $function$
;
revoke execute on function move_lanes() from public;

CREATE OR REPLACE FUNCTION name_job()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  new.job_id := (select job_id from pfa_modification where id = new.modification_id);
  return new;
end $function$
;
revoke execute on function name_job() from public;

CREATE OR REPLACE FUNCTION newest_seals(organization uuid, most integer)
 RETURNS SETOF audit_seal
 LANGUAGE sql
 STABLE
AS $function$
  (select * from audit_seal where organization_id = organization order by nth desc limit most)
  union all
  (select * from audit_seal where organization is null and organization_id is null
    order by nth desc limit most)
$function$
;

CREATE OR REPLACE FUNCTION note_late(connection uuid, late bigint[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  budget pems_connection%rowtype;
  departure bigint;
  place int;
begin
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  foreach departure in array late loop
    place := cardinality(budget.departures) - (budget.departed - departure);
    if place > 0 then
      budget.departures[place] := greatest(budget.departures[place], clock_timestamp());
    end if;
  end loop;
  update pems_connection set departures = array(select unnest(budget.departures) order by 1)
  where id = connection and departures <> budget.departures;
end $function$
;

CREATE OR REPLACE FUNCTION open_calls(connection uuid, horizon interval)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  budget pems_connection%rowtype;
  spacing record;
begin
  select * into strict budget from pems_connection where id = connection;
  if budget.circuit <> 'closed' or budget.not_before > clock_timestamp() + horizon then
    return 0;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  return greatest(0, ceil(extract(epoch from clock_timestamp() + horizon
    - greatest(budget.next_send_at, clock_timestamp())) / extract(epoch from spacing.beat)));
end $function$
;

CREATE OR REPLACE FUNCTION organization_of(job uuid, conflict uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select coalesce((select organization_id from sync_job where id = job),
    (select organization_id from pfa_sync_conflict where id = conflict))
$function$
;
revoke execute on function organization_of(uuid,uuid) from public;
grant execute on function organization_of(uuid,uuid) to vanguard_app;

CREATE OR REPLACE FUNCTION put_first(organization uuid, record text, firsts uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  item uuid;
begin
  for item in
    select q.modification_id
    from pfa_write_queue q
    join pfa_lane l on l.organization_id = q.organization_id and l.pfa_id = q.pfa_id
    where q.organization_id = organization and q.pfa_id = record
      and (l.write_id is null or q.write_id is distinct from l.write_id)
    order by array_position(firsts, q.modification_id) nulls last, q.id
  loop
    update pfa_write_queue set id = default where modification_id = item;
  end loop;
end $function$
;

CREATE OR REPLACE FUNCTION record_content(m pfa_mirror)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select to_jsonb(m) - array['organization_id', 'pfa_id', 'version', 'updated_at', 'modified_by',
    'change_reason', 'origin', 'mirrored_at', 'search_text']
$function$
;

CREATE OR REPLACE FUNCTION record_overlays(viewer uuid, touching text[] DEFAULT NULL::text[])
 RETURNS TABLE(pfa_id text, fields jsonb)
 LANGUAGE sql
 STABLE
AS $function$
  select m.pfa_id, jsonb_object_agg(lower(regexp_replace(f.key, '([A-Z])', '_\1', 'g')),
    f.value -> 'to' order by m.committed_nth nulls last)
  from (
    select pfa_id, committed_nth, operation, coalesce(standing, changes) as changes
    from pfa_modification
    where organization_id = (select current_organization())
      and sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
    union all
    select pfa_id, null, operation, changes from pfa_modification
    where organization_id = (select current_organization()) and user_id = viewer
      and sync_status = 'draft'
  ) m,
  lateral jsonb_each(case m.operation
    when 'DELETE' then '{"isDiscontinued": {"to": true}}' else m.changes end) f
  where touching is null or m.operation = 'DELETE' or m.changes ?| touching
  group by m.pfa_id
$function$
;

CREATE OR REPLACE FUNCTION record_policy(organization uuid, record text, worker uuid, write uuid, modifications uuid[], decided jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  conflict uuid;
begin
  insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, write_id, local_version,
    pems_version, base_data, local_data, pems_data, pems_changed_by, pems_changed_at, kind,
    conflict_fields, reason, status, resolution, resolved_at)
  values (record, organization, modifications, write, (decided ->> 'version')::int,
    (decided ->> 'version')::int, decided -> 'base', decided -> 'local', decided -> 'pems',
    decided ->> 'changedBy', (decided ->> 'changedAt')::timestamptz, 'fields',
    array(select jsonb_array_elements_text(decided -> 'fields')),
    'The organization''s policy decides these fields', 'resolved_auto', decided ->> 'resolution', now())
  returning id into conflict;
  insert into audit_entry (organization_id, event_type, worker_id, pfa_id, modification_id, write_id,
    details)
  select organization, event, worker, record, modification, write,
    jsonb_build_object('conflictId', conflict, 'by', 'policy', 'fields', decided -> 'fields',
      'resolution', decided ->> 'resolution', 'lost', decided -> 'lost')
  from unnest(array['CONFLICT_DETECTED', 'CONFLICT_RESOLVED']) event,
    unnest(modifications) modification;
end $function$
;

CREATE OR REPLACE FUNCTION record_sync(record text, viewer uuid)
 RETURNS TABLE(modification_id uuid, job_id uuid, status text, queued_at timestamp with time zone, synced_at timestamp with time zone, attempt integer, next_attempt_at timestamp with time zone, error text, conflict_id uuid, waiting_for text, stale boolean)
 LANGUAGE sql
 STABLE
AS $function$
  select m.id, m.job_id,
    case
      when m.sync_status not in ('committed', 'queued') then m.sync_status
      when q.barred or l.paused then 'waiting'
      when l.attempts > 0 and q.heads then 'retrying'
      else 'queued'
    end,
    m.committed_at, m.synced_at,
    case when q.heads then greatest(l.attempts, q.retry_count) else q.retry_count end::int,
    case when q.heads and l.state = 'delayed' then l.due_at end,
    case when m.sync_status not in ('draft', 'synced') then coalesce(m.sync_error, q.last_error) end,
    c.id,
    case
      when m.sync_status not in ('committed', 'queued') then null
      when q.barred then case when c.id is null then 'dead_letter' else 'conflict' end
      when l.paused then 'paused'
    end,
    -- versions made by our own writes are no news
    m.sync_status <> 'synced' and r.version - m.base_version > (
      select count(distinct o.pems_version) from pfa_modification o
      where o.organization_id = m.organization_id and o.pfa_id = m.pfa_id
        and o.sync_status = 'synced' and o.pems_version > m.base_version)
  from (
    select * from pfa_modification n
    where n.organization_id = current_organization() and n.pfa_id = record
      and n.sync_status <> 'discarded' and (n.sync_status <> 'draft' or n.user_id = viewer)
    order by n.committed_nth desc nulls first
    limit 1
  ) m
  join pfa_mirror r on r.organization_id = m.organization_id and r.pfa_id = m.pfa_id
  left join pfa_lane l on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id
  left join lateral (
    select i.retry_count, i.last_error,
      i.write_id = l.write_id or i.id = (
        select min(h.id) from pfa_write_queue h
        where h.organization_id = i.organization_id and h.pfa_id = i.pfa_id) as heads,
      exists (
        select from pfa_write_queue b
        where b.organization_id = i.organization_id and b.pfa_id = i.pfa_id and b.id < i.id
          and b.status in ('dead', 'conflict')) as barred
    from pfa_write_queue i where i.modification_id = m.id
  ) q on true
  left join pfa_sync_conflict c on c.organization_id = m.organization_id and c.pfa_id = m.pfa_id
    and c.status = 'unresolved'
$function$
;

CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'The audit trail is append-only: cannot % an entry', lower(tg_op)
    using errcode = 'insufficient_privilege';
end $function$
;

CREATE OR REPLACE FUNCTION replay_tally(plan replay_plan)
 RETURNS TABLE(waiting integer, open integer, synced integer, failed integer, aside integer, discarded integer, overtaken integer, "left" integer, settled integer)
 LANGUAGE sql
 STABLE
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION reserve_calls(connection uuid, wanted integer, horizon interval, served bigint[] DEFAULT '{0,0,0}'::bigint[], probing boolean DEFAULT false)
 RETURNS TABLE(send_at timestamp with time zone, departure bigint)
 LANGUAGE plpgsql
AS $function$
declare
  budget pems_connection%rowtype;
  spacing record;
  soon timestamptz;
begin
  if wanted < 1 then
    return;
  end if;
  -- A claim need not reach the disk by itself: the freeze that follows it does, and takes it along.
  perform set_config('synchronous_commit', 'off', true);
  select * into strict budget from pems_connection where id = connection for update;
  if budget.circuit <> 'closed' and not probing then
    return;
  end if;
  spacing := call_spacing(current_rate(budget.rate_limit, budget.rate_now, budget.rate_since));
  for nth in 1 .. wanted loop
    send_at := greatest(clock_timestamp(), budget.not_before, budget.next_send_at,
      coalesce(budget.plans[cardinality(budget.plans) - spacing.ring + 1] + spacing.period, '-infinity'));
    exit when send_at > clock_timestamp() + horizon;
    budget.plans := budget.plans || send_at;
    budget.next_send_at := send_at + spacing.beat;
    departure := null;
    soon := send_at + interval '2 ms';
    if send_at <= clock_timestamp() + interval '2 ms' and coalesce(budget.departures[cardinality(budget.departures)
        - spacing.ring + 1] + spacing.span, '-infinity') <= soon then
      budget.departures := budget.departures || soon;
      budget.departed := budget.departed + 1;
      departure := budget.departed;
    end if;
    return next;
  end loop;
  update pems_connection set plans = last_times(budget.plans, spacing.ring),
    next_send_at = budget.next_send_at,
    departures = last_times(budget.departures, spacing.ring), departed = budget.departed,
    turns = array[greatest(turns[1], served[1]), greatest(turns[2], served[2]),
      greatest(turns[3], served[3])]
  where id = connection;
end $function$
;

CREATE OR REPLACE FUNCTION sample_metrics()
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function sample_metrics() from public;
grant execute on function sample_metrics() to vanguard_worker;

CREATE OR REPLACE FUNCTION seal_entries(most integer)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
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
end $function$
;
revoke execute on function seal_entries(integer) from public;
grant execute on function seal_entries(integer) to vanguard_worker;

CREATE OR REPLACE FUNCTION searchable(VARIADIC words text[])
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select lower(array_to_string(words, ' '))
$function$
;

CREATE OR REPLACE FUNCTION sync_counters()
 RETURNS TABLE(code text, metric text, labels jsonb, value double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
  select o.code, c.metric, c.labels, sum(c.value)
  from (
    select organization_id, metric, labels, value from metric_total
    union all
    select organization_id, metric, labels, value from metric_delta
  ) c join organization o on o.id = c.organization_id
  group by 1, 2, 3
$function$
;
revoke execute on function sync_counters() from public;
grant execute on function sync_counters() to vanguard_auth;

CREATE OR REPLACE FUNCTION sync_gauges()
 RETURNS TABLE(code text, queued integer, dead integer, oldest_seconds double precision, unaccounted integer, success_percent double precision, circuit text, rate_limit_hits bigint, budget_used double precision)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function sync_gauges() from public;
grant execute on function sync_gauges() to vanguard_auth;

CREATE OR REPLACE FUNCTION trigrams(words text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select coalesce(array_agg(distinct substr(lower(words), n, 3)), '{}')
  from generate_series(1, length(words) - 2) n
$function$
;

CREATE OR REPLACE FUNCTION unaccounted_modifications()
 RETURNS TABLE(organization_id uuid, count integer)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$
;
revoke execute on function unaccounted_modifications() from public;
grant execute on function unaccounted_modifications() to vanguard_auth;

CREATE OR REPLACE FUNCTION uuid_v7()
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
AS $function$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid
$function$
;

CREATE OR REPLACE FUNCTION waiting_lanes(connection uuid)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'public', 'pg_temp'
AS $function$
begin
  return (select count(*) from (
    select from pfa_lane where connection_id = connection and state = 'ready' and not paused
    limit 200000) l);
end $function$
;
revoke execute on function waiting_lanes(uuid) from public;
grant execute on function waiting_lanes(uuid) to vanguard_app;

CREATE OR REPLACE FUNCTION weigh_rows(rows jsonb)
 RETURNS TABLE(pfa_id text, verdict text)
 LANGUAGE sql
 STABLE
AS $function$
  select i.pfa_id, case
      when m.pfa_id is null then 'new'
      when l.pfa_id is not null and (l.state = 'leased' or w.unknown) then 'parked'
      when i.version > m.version then 'newer'
      when i.version < m.version then 'older'
      when record_content(i) = record_content(m) then 'echo'
      when m.origin = 'write' then 'newer'
      else 'twisted'
    end
  from jsonb_populate_recordset(null::pfa_mirror, rows) i
  left join pfa_mirror m on m.organization_id = i.organization_id and m.pfa_id = i.pfa_id
  left join pfa_lane l on l.organization_id = i.organization_id and l.pfa_id = i.pfa_id
    and l.write_id is not null
  left join pems_write w on w.id = l.write_id
$function$
;

create table alert (
  id uuid not null default uuid_v7(),
  organization_id uuid not null,
  kind text not null,
  title text not null,
  body text not null,
  pfa_id text,
  created_at timestamp with time zone not null default now(),
  attempts smallint not null default 0,
  due_at timestamp with time zone default now(),
  delivered_at timestamp with time zone,
  error text,
  constraint alert_kind_check CHECK ((kind = ANY (ARRAY['conflict'::text, 'failure'::text, 'outage'::text, 'paused'::text, 'resumed'::text, 'credential'::text]))),
  constraint delivered_once CHECK (((delivered_at IS NULL) OR (due_at IS NULL))),
  constraint alert_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint alert_pkey PRIMARY KEY (id)
) with (fillfactor=70);
CREATE INDEX alert_due ON alert USING btree (due_at) WHERE (due_at IS NOT NULL);
alter table alert enable row level security;
create policy everywhere on alert for all to vanguard_worker using (true);
create policy tenant on alert for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on alert to vanguard_app;
grant delete, insert, select, update on alert to vanguard_worker;

create table api_token (
  id uuid not null default uuid_v7(),
  token_hash bytea not null,
  user_id uuid not null,
  name text not null,
  permissions text[],
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_token_name_check CHECK ((name <> ''::text)),
  constraint api_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint api_token_pkey PRIMARY KEY (id),
  constraint api_token_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX api_token_by_user ON api_token USING btree (user_id);
grant delete, insert, select, update on api_token to vanguard_auth;

create table app_user (
  id uuid not null default uuid_v7(),
  username text not null,
  display_name text not null,
  email text,
  password_hash text,
  is_admin boolean not null default false,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint app_user_display_name_check CHECK ((display_name <> ''::text)),
  constraint app_user_username_check CHECK ((username <> ''::text)),
  constraint app_user_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX app_user_email ON app_user USING btree (lower(email));
CREATE UNIQUE INDEX app_user_username ON app_user USING btree (lower(username));
grant delete, insert, select, update on app_user to vanguard_auth;
grant select (id, username, display_name, email, is_admin) on app_user to vanguard_app;
grant select (id, username, display_name, email, is_admin) on app_user to vanguard_worker;

create table audit_chain (
  organization_id uuid,
  nth bigint not null,
  hash bytea not null,
  sealed_through timestamp with time zone not null,
  constraint audit_chain_organization_id_key UNIQUE NULLS NOT DISTINCT (organization_id)
) with (fillfactor=50);
alter table audit_chain enable row level security;
create policy tenant on audit_chain for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on audit_chain to vanguard_app;

create table audit_entry (
  id bigint not null generated always as identity,
  at timestamp with time zone not null default clock_timestamp(),
  organization_id uuid,
  event_type text not null,
  user_id uuid,
  worker_id uuid,
  pfa_id text,
  modification_id uuid,
  write_id uuid,
  job_id uuid,
  details jsonb not null default '{}'::jsonb,
  xid xid8 not null default pg_current_xact_id(),
  constraint audit_entry_event_type_check CHECK ((event_type = ANY (ARRAY['DRAFT_SAVED'::text, 'COMMIT'::text, 'WRITE_ATTEMPT'::text, 'WRITE_RESULT'::text, 'WRITE_SETTLED'::text, 'CONFLICT_DETECTED'::text, 'CONFLICT_RESOLVED'::text, 'RETRY'::text, 'DEAD_LETTER'::text, 'REPLAY'::text, 'DISCARD'::text, 'ROLLBACK'::text, 'READ_SYNC'::text, 'PAUSE'::text, 'RESUME'::text, 'CIRCUIT_OPEN'::text, 'CIRCUIT_CLOSED'::text, 'LOGIN'::text, 'LOGIN_FAILED'::text, 'PERMISSION_DENIED'::text, 'PERMISSION_CHANGED'::text, 'CREDENTIAL_CHANGED'::text, 'EXPORT'::text, 'IMPORT'::text, 'VIEW_AS'::text, 'VIEW_AS_ENDED'::text])))
) partition by RANGE (at);
CREATE INDEX audit_entry_job ON ONLY audit_entry USING btree (organization_id, job_id, at DESC, id DESC) WHERE (job_id IS NOT NULL);
CREATE INDEX audit_entry_newest ON ONLY audit_entry USING btree (organization_id, at DESC, id DESC);
CREATE INDEX audit_entry_person ON ONLY audit_entry USING btree (organization_id, user_id, at DESC, id DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX audit_entry_rare ON ONLY audit_entry USING btree (organization_id, event_type, at DESC, id DESC) WHERE (event_type <> ALL (ARRAY['DRAFT_SAVED'::text, 'COMMIT'::text, 'WRITE_ATTEMPT'::text, 'WRITE_RESULT'::text]));
CREATE INDEX audit_entry_record ON ONLY audit_entry USING btree (organization_id, pfa_id, at DESC, id DESC) WHERE (pfa_id IS NOT NULL);
CREATE INDEX audit_entry_written ON ONLY audit_entry USING btree (xid, id);
alter table audit_entry enable row level security;
create policy everywhere on audit_entry for all to vanguard_worker using (true);
create policy identity on audit_entry for insert to vanguard_auth with check (true);
create policy tenant on audit_entry for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER job_named BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (((new.job_id IS NULL) AND (new.modification_id IS NOT NULL) AND (new.event_type <> 'DRAFT_SAVED'::text))) EXECUTE FUNCTION name_job();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant select on audit_entry to vanguard_app;
grant select on audit_entry to vanguard_worker;
grant insert (organization_id, event_type, user_id, worker_id, pfa_id, modification_id, write_id, job_id, details) on audit_entry to vanguard_app;
grant insert (organization_id, event_type, user_id, worker_id, pfa_id, modification_id, write_id, job_id, details) on audit_entry to vanguard_auth;
grant insert (organization_id, event_type, user_id, worker_id, pfa_id, modification_id, write_id, job_id, details) on audit_entry to vanguard_worker;

create table audit_horizon (
  single boolean not null default true,
  xid xid8 not null,
  constraint audit_horizon_single_check CHECK (single),
  constraint audit_horizon_pkey PRIMARY KEY (single)
) with (fillfactor=50);
grant select on audit_horizon to vanguard_app;

create table audit_seal (
  organization_id uuid,
  nth bigint not null,
  entry_id bigint not null,
  entry_at timestamp with time zone not null,
  digest bytea not null,
  hash bytea not null,
  constraint audit_seal_nth_check CHECK ((nth > 0)),
  constraint audit_seal_pkey PRIMARY KEY (entry_id),
  constraint audit_seal_organization_id_nth_key UNIQUE NULLS NOT DISTINCT (organization_id, nth)
);
alter table audit_seal enable row level security;
create policy tenant on audit_seal for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
grant select on audit_seal to vanguard_app;

create table audit_verification (
  organization_id uuid not null,
  walk jsonb,
  begun_at timestamp with time zone,
  verdict jsonb,
  verified_at timestamp with time zone,
  verified_by uuid,
  constraint begun_with_walk CHECK (((walk IS NULL) = (begun_at IS NULL))),
  constraint verified_with_verdict CHECK (((verdict IS NULL) = (verified_at IS NULL))),
  constraint audit_verification_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint audit_verification_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES app_user(id),
  constraint audit_verification_pkey PRIMARY KEY (organization_id)
);
alter table audit_verification enable row level security;
create policy tenant on audit_verification for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select, update on audit_verification to vanguard_app;

create table circuit_failure (
  id bigint not null generated always as identity,
  connection_id uuid not null,
  organization_id uuid not null,
  pfa_id text not null,
  spent smallint not null,
  at timestamp with time zone not null default clock_timestamp(),
  constraint circuit_failure_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES pems_connection(id),
  constraint circuit_failure_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint circuit_failure_pkey PRIMARY KEY (id)
);
CREATE INDEX circuit_failure_row ON circuit_failure USING btree (connection_id);
alter table circuit_failure enable row level security;
create policy everywhere on circuit_failure for all to vanguard_worker using (true);
create policy tenant on circuit_failure for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on circuit_failure to vanguard_app;
grant delete, insert, select on circuit_failure to vanguard_worker;

create table deployment (
  id bigint not null generated always as identity,
  version text not null,
  previous text,
  at timestamp with time zone not null default clock_timestamp(),
  constraint another CHECK ((previous <> version)),
  constraint deployment_pkey PRIMARY KEY (id)
);
CREATE INDEX deployment_newest ON deployment USING btree (at DESC);
grant select on deployment to vanguard_app;

create table identity (
  issuer text not null,
  subject text not null,
  user_id uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint identity_subject_check CHECK ((subject <> ''::text)),
  constraint identity_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint identity_pkey PRIMARY KEY (issuer, subject),
  constraint identity_user_id_issuer_key UNIQUE (user_id, issuer)
);
grant insert, select on identity to vanguard_auth;

create table membership (
  organization_id uuid not null,
  user_id uuid not null,
  permissions text[] not null,
  expires_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  from_groups boolean not null default false,
  constraint membership_permissions_check CHECK ((permissions <@ ARRAY['Read'::text, 'EditForecast'::text, 'EditActuals'::text, 'Delete'::text, 'Import'::text, 'RefreshData'::text, 'Export'::text, 'ViewFinancials'::text, 'SaveDraft'::text, 'Sync'::text, 'ManageUsers'::text, 'ManageSettings'::text, 'ConfigureAlerts'::text, 'Impersonate'::text])),
  constraint membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint membership_pkey PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX membership_by_user ON membership USING btree (user_id);
alter table membership enable row level security;
create policy everywhere on membership for all to vanguard_worker using (true);
create policy identity on membership for all to vanguard_auth using (true);
create policy tenant on membership for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on membership to vanguard_app;
grant delete, insert, select, update on membership to vanguard_auth;
grant select on membership to vanguard_worker;

create table metric_delta (
  organization_id uuid not null,
  metric text not null,
  labels jsonb not null default '{}'::jsonb,
  at timestamp with time zone not null default clock_timestamp(),
  value double precision not null
);
alter table metric_delta enable row level security;
create policy tenant on metric_delta for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on metric_delta to vanguard_app;

create table metric_series (
  organization_id uuid not null,
  step integer not null,
  at timestamp with time zone not null,
  counts jsonb not null default '{}'::jsonb,
  gauges jsonb not null default '{}'::jsonb,
  samples integer not null default 0,
  constraint metric_series_step_check CHECK ((step = ANY (ARRAY[10, 300]))),
  constraint metric_series_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint metric_series_pkey PRIMARY KEY (organization_id, step, at)
) with (fillfactor=70);
alter table metric_series enable row level security;
create policy tenant on metric_series for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on metric_series to vanguard_app;

create table metric_total (
  organization_id uuid not null,
  metric text not null,
  labels jsonb not null default '{}'::jsonb,
  value double precision not null,
  constraint metric_total_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint metric_total_pkey PRIMARY KEY (organization_id, metric, labels)
) with (fillfactor=50);
alter table metric_total enable row level security;
create policy tenant on metric_total for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on metric_total to vanguard_app;

create table mirror_size (
  organization_id uuid not null,
  records integer not null,
  constraint mirror_size_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint mirror_size_pkey PRIMARY KEY (organization_id)
);
alter table mirror_size enable row level security;
create policy tenant on mirror_size for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on mirror_size to vanguard_app;

create table notification (
  id uuid not null default uuid_v7(),
  organization_id uuid not null,
  user_id uuid not null,
  kind text not null,
  title text not null,
  body text not null,
  pfa_id text,
  created_at timestamp with time zone not null default now(),
  read_at timestamp with time zone,
  constraint notification_kind_check CHECK ((kind = ANY (ARRAY['conflict'::text, 'failure'::text, 'outage'::text, 'paused'::text, 'resumed'::text, 'credential'::text]))),
  constraint notification_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint notification_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint notification_pkey PRIMARY KEY (id)
);
CREATE INDEX notification_newest ON notification USING btree (user_id, created_at DESC);
alter table notification enable row level security;
create policy everywhere on notification for all to vanguard_worker using (true);
create policy identity on notification for all to vanguard_auth using (true);
create policy tenant on notification for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select, update on notification to vanguard_app;
grant insert, select, update on notification to vanguard_worker;
grant select (id, organization_id, user_id, kind, title, body, pfa_id, created_at, read_at) on notification to vanguard_auth;
grant update (read_at) on notification to vanguard_auth;

create table organization (
  id uuid not null default uuid_v7(),
  code text not null,
  name text not null,
  pems_base_url text,
  pems_key text,
  pems_key_fingerprint text,
  pems_key_set_at timestamp with time zone,
  pems_rate_limit integer,
  connection_id uuid,
  conflict_policy jsonb not null default '{}'::jsonb,
  pause text,
  pause_reason text,
  paused_at timestamp with time zone,
  mirrored_until timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  paused_by uuid,
  pems_key_set_by uuid,
  settings_version integer not null default 1,
  key_warned_at timestamp with time zone,
  constraint organization_code_check CHECK ((code ~ '^[A-Z0-9][A-Z0-9_-]{0,31}$'::text)),
  constraint organization_name_check CHECK ((name <> ''::text)),
  constraint organization_pause_check CHECK ((pause = ANY (ARRAY['administrator'::text, 'credentials'::text, 'rewind'::text]))),
  constraint organization_pems_rate_limit_check CHECK ((pems_rate_limit > 0)),
  constraint paused_by_a_person CHECK (((paused_by IS NULL) OR COALESCE((pause = 'administrator'::text), false))),
  constraint paused_with_time CHECK (((pause IS NULL) = (paused_at IS NULL))),
  constraint organization_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES pems_connection(id),
  constraint organization_paused_by_fkey FOREIGN KEY (paused_by) REFERENCES app_user(id),
  constraint organization_pems_key_set_by_fkey FOREIGN KEY (pems_key_set_by) REFERENCES app_user(id),
  constraint organization_pkey PRIMARY KEY (id),
  constraint organization_code_key UNIQUE (code)
);
alter table organization enable row level security;
create policy everywhere on organization for all to vanguard_worker using (true);
create policy identity on organization for all to vanguard_auth using (true);
create policy tenant on organization for all to vanguard_app using ((id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER lanes_follow AFTER UPDATE OF connection_id, pause ON organization FOR EACH ROW WHEN (((old.connection_id IS DISTINCT FROM new.connection_id) OR ((old.pause IS NULL) <> (new.pause IS NULL)))) EXECUTE FUNCTION move_lanes();
CREATE TRIGGER settings_counted BEFORE UPDATE OF code, name, pems_base_url, pems_rate_limit, pems_key_fingerprint, pems_key_set_at, conflict_policy ON organization FOR EACH ROW WHEN ((((((((old.code IS DISTINCT FROM new.code) OR (old.name IS DISTINCT FROM new.name)) OR (old.pems_base_url IS DISTINCT FROM new.pems_base_url)) OR (old.pems_rate_limit IS DISTINCT FROM new.pems_rate_limit)) OR (old.pems_key_fingerprint IS DISTINCT FROM new.pems_key_fingerprint)) OR (old.pems_key_set_at IS DISTINCT FROM new.pems_key_set_at)) OR (old.conflict_policy IS DISTINCT FROM new.conflict_policy))) EXECUTE FUNCTION count_settings();
grant delete, insert, select, update on organization to vanguard_auth;
grant select, update on organization to vanguard_worker;
grant select (id, code, name, connection_id, conflict_policy, pause, pause_reason, paused_at, mirrored_until, paused_by) on organization to vanguard_app;
grant update (conflict_policy, pause, pause_reason, paused_at, paused_by) on organization to vanguard_app;

create table organization_turn (
  organization_id uuid not null,
  priority smallint not null,
  turn bigint not null default 0,
  constraint organization_turn_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint organization_turn_pkey PRIMARY KEY (organization_id, priority)
) with (fillfactor=50);
alter table organization_turn enable row level security;
create policy everywhere on organization_turn for all to vanguard_worker using (true);
create policy tenant on organization_turn for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select, update on organization_turn to vanguard_app;
grant insert, select, update on organization_turn to vanguard_worker;

create table parked_row (
  organization_id uuid not null,
  pfa_id text not null,
  version integer not null,
  "row" jsonb not null,
  parked_at timestamp with time zone not null default now(),
  constraint parked_row_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint parked_row_pkey PRIMARY KEY (organization_id, pfa_id)
);
alter table parked_row enable row level security;
create policy everywhere on parked_row for all to vanguard_worker using (true);
create policy tenant on parked_row for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on parked_row to vanguard_app;
grant delete, insert, select, update on parked_row to vanguard_worker;

create table pems_connection (
  id uuid not null default uuid_v7(),
  base_url text not null,
  key_fingerprint text not null,
  rate_limit integer not null,
  rate_now real not null,
  rate_since timestamp with time zone not null default now(),
  plans timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  next_send_at timestamp with time zone not null default '-infinity'::timestamp with time zone,
  departures timestamp with time zone[] not null default '{}'::timestamp with time zone[],
  departed bigint not null default 0,
  not_before timestamp with time zone not null default '-infinity'::timestamp with time zone,
  rate_limit_hits bigint not null default 0,
  turns bigint[] not null default '{0,0,0}'::bigint[],
  circuit text not null default 'closed'::text,
  circuit_since timestamp with time zone not null default now(),
  circuit_failures integer not null default 0,
  probe_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  outage_since timestamp with time zone,
  constraint pems_connection_circuit_check CHECK ((circuit = ANY (ARRAY['closed'::text, 'open'::text, 'probing'::text]))),
  constraint pems_connection_rate_limit_check CHECK ((rate_limit > 0)),
  constraint pems_connection_rate_now_check CHECK ((rate_now > (0)::double precision)),
  constraint pems_connection_pkey PRIMARY KEY (id),
  constraint pems_connection_base_url_key_fingerprint_key UNIQUE (base_url, key_fingerprint)
) with (fillfactor=50);
grant insert, select, update on pems_connection to vanguard_auth;
grant insert, select, update on pems_connection to vanguard_worker;
grant select (id, base_url, rate_limit, rate_now, rate_since, next_send_at, not_before, rate_limit_hits, turns, circuit, circuit_since, probe_at) on pems_connection to vanguard_app;

create table pems_write (
  id uuid not null,
  organization_id uuid not null,
  pfa_id text not null,
  operation text not null,
  version integer not null,
  body text not null,
  delta jsonb not null,
  modified_by text not null,
  worker_id uuid not null,
  fencing_token bigint not null,
  sends integer not null default 0,
  sent_at timestamp with time zone,
  unknown boolean not null default false,
  outcome text,
  settled_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint pems_write_operation_check CHECK ((operation = ANY (ARRAY['UPDATE'::text, 'DELETE'::text]))),
  constraint pems_write_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pems_write_pkey PRIMARY KEY (id)
) with (fillfactor=80);
CREATE INDEX pems_write_record ON pems_write USING btree (organization_id, pfa_id, created_at DESC);
alter table pems_write enable row level security;
create policy everywhere on pems_write for all to vanguard_worker using (true);
create policy tenant on pems_write for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on pems_write to vanguard_app;
grant insert, select, update on pems_write to vanguard_worker;

create table pfa_lane (
  organization_id uuid not null,
  pfa_id text not null,
  connection_id uuid,
  state text not null default 'ready'::text,
  paused boolean not null default false,
  priority smallint not null,
  turn bigint not null,
  pending integer not null,
  due_at timestamp with time zone not null default now(),
  attempts smallint not null default 0,
  losses smallint not null default 0,
  write_id uuid,
  lease_owner uuid,
  leased_until timestamp with time zone,
  fencing_token bigint not null default 0,
  constraint leased_by_someone CHECK (((state = 'leased'::text) = (lease_owner IS NOT NULL))),
  constraint pfa_lane_pending_check CHECK ((pending >= 0)),
  constraint pfa_lane_priority_check CHECK (((priority >= 0) AND (priority <= 2))),
  constraint pfa_lane_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'delayed'::text, 'leased'::text, 'blocked'::text]))),
  constraint pfa_lane_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES pems_connection(id),
  constraint pfa_lane_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pfa_lane_pkey PRIMARY KEY (organization_id, pfa_id)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0);
CREATE INDEX pfa_lane_delayed ON pfa_lane USING btree (connection_id, due_at) WHERE (state = 'delayed'::text);
CREATE INDEX pfa_lane_leased ON pfa_lane USING btree (connection_id) WHERE (state = 'leased'::text);
CREATE INDEX pfa_lane_ready ON pfa_lane USING btree (connection_id, priority, turn) WHERE ((state = 'ready'::text) AND (NOT paused));
alter table pfa_lane enable row level security;
create policy everywhere on pfa_lane for all to vanguard_worker using (true);
create policy tenant on pfa_lane for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant delete, insert, select, update on pfa_lane to vanguard_app;
grant delete, insert, select, update on pfa_lane to vanguard_worker;

create table pfa_mirror (
  organization_id uuid not null,
  pfa_id text not null,
  version integer not null,
  description text,
  area_silo text not null,
  category text not null,
  class text not null,
  forecast_category text,
  manufacturer text,
  model text,
  contract text,
  equipment text,
  source text not null,
  dor text not null,
  monthly_rate numeric(14,2),
  purchase_price numeric(14,2),
  original_start date not null,
  original_end date not null,
  forecast_start date not null,
  forecast_end date not null,
  actual_start date,
  actual_end date,
  is_actualized boolean not null,
  is_discontinued boolean not null,
  is_funds_transferable boolean not null,
  updated_at timestamp with time zone not null,
  modified_by text,
  change_reason text,
  origin text not null,
  mirrored_at timestamp with time zone not null default now(),
  search_text text not null generated always as (searchable(VARIADIC ARRAY[pfa_id, description, area_silo, category, class, forecast_category, manufacturer, model, contract, equipment])) stored,
  constraint pfa_mirror_description_check CHECK ((length(description) <= 500)),
  constraint pfa_mirror_dor_check CHECK ((dor = ANY (ARRAY['BEO'::text, 'PROJECT'::text]))),
  constraint pfa_mirror_origin_check CHECK ((origin = ANY (ARRAY['read_sync'::text, 'write'::text, 'read_back'::text, 'restored'::text]))),
  constraint pfa_mirror_pfa_id_check CHECK ((pfa_id <> ''::text)),
  constraint pfa_mirror_source_check CHECK ((source = ANY (ARRAY['Rental'::text, 'Purchase'::text]))),
  constraint pfa_mirror_version_check CHECK ((version > 0)),
  constraint pfa_mirror_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pfa_mirror_pkey PRIMARY KEY (organization_id, pfa_id)
) with (fillfactor=80);
alter table pfa_mirror enable row level security;
create policy everywhere on pfa_mirror for all to vanguard_worker using (true);
create policy tenant on pfa_mirror for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER records_counted_in AFTER INSERT ON pfa_mirror REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION count_records();
CREATE TRIGGER records_counted_out AFTER DELETE ON pfa_mirror REFERENCING OLD TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION count_records();
grant select on pfa_mirror to vanguard_app;
grant insert, select, update on pfa_mirror to vanguard_worker;

create table pfa_mirror_history (
  organization_id uuid not null,
  pfa_id text not null,
  version integer not null,
  record jsonb not null,
  replaced_at timestamp with time zone not null default clock_timestamp()
) partition by RANGE (replaced_at);
CREATE INDEX pfa_mirror_history_record ON ONLY pfa_mirror_history USING btree (organization_id, pfa_id, version DESC);
alter table pfa_mirror_history enable row level security;
create policy everywhere on pfa_mirror_history for all to vanguard_worker using (true);
create policy tenant on pfa_mirror_history for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on pfa_mirror_history to vanguard_app;
grant insert, select on pfa_mirror_history to vanguard_worker;

create table pfa_modification (
  id uuid not null default uuid_v7(),
  organization_id uuid not null,
  pfa_id text not null,
  user_id uuid not null,
  operation text not null default 'UPDATE'::text,
  origin text not null default 'edit'::text,
  base_version integer not null,
  changes jsonb not null,
  change_reason text,
  sync_status text not null default 'draft'::text,
  sync_error text,
  committed_nth bigint,
  job_id uuid,
  write_id uuid,
  pems_version integer,
  committed_at timestamp with time zone,
  synced_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  standing jsonb,
  letter_group text generated always as (
CASE
    WHEN (sync_status = 'failed'::text) THEN md5(letter_message(pfa_id, sync_error))
    ELSE NULL::text
END) stored,
  traceparent text,
  constraint committed_with_order CHECK (((sync_status = 'draft'::text) OR (sync_status = 'discarded'::text) OR (committed_nth IS NOT NULL))),
  constraint pfa_modification_operation_check CHECK ((operation = ANY (ARRAY['UPDATE'::text, 'DELETE'::text]))),
  constraint pfa_modification_origin_check CHECK ((origin = ANY (ARRAY['edit'::text, 'rollback'::text, 'resolution'::text]))),
  constraint pfa_modification_sync_status_check CHECK ((sync_status = ANY (ARRAY['draft'::text, 'committed'::text, 'queued'::text, 'syncing'::text, 'unknown'::text, 'synced'::text, 'conflict'::text, 'failed'::text, 'discarded'::text]))),
  constraint pfa_modification_traceparent_check CHECK ((traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'::text)),
  constraint pfa_modification_job_id_fkey FOREIGN KEY (job_id) REFERENCES sync_job(id),
  constraint pfa_modification_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pfa_modification_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint pfa_modification_pkey PRIMARY KEY (id)
) with (fillfactor=80);
CREATE INDEX pfa_modification_completed ON pfa_modification USING btree (organization_id, committed_at) WHERE (synced_at IS NOT NULL);
CREATE UNIQUE INDEX pfa_modification_draft ON pfa_modification USING btree (organization_id, user_id, pfa_id) WHERE (sync_status = 'draft'::text);
CREATE INDEX pfa_modification_job ON pfa_modification USING btree (job_id) WHERE (job_id IS NOT NULL);
CREATE INDEX pfa_modification_job_open ON pfa_modification USING btree (job_id) WHERE (sync_status = ANY (ARRAY['committed'::text, 'queued'::text, 'syncing'::text, 'unknown'::text]));
CREATE INDEX pfa_modification_letter ON pfa_modification USING btree (organization_id, letter_group, id) INCLUDE (updated_at) WHERE (sync_status = 'failed'::text);
CREATE INDEX pfa_modification_pending ON pfa_modification USING btree (organization_id, pfa_id) WHERE (sync_status = ANY (ARRAY['committed'::text, 'queued'::text, 'syncing'::text, 'unknown'::text, 'conflict'::text, 'failed'::text]));
CREATE INDEX pfa_modification_record ON pfa_modification USING btree (organization_id, pfa_id, committed_nth DESC);
CREATE INDEX pfa_modification_synced ON pfa_modification USING btree (organization_id, synced_at) WHERE (synced_at IS NOT NULL);
alter table pfa_modification enable row level security;
create policy everywhere on pfa_modification for all to vanguard_worker using (true);
create policy tenant on pfa_modification for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select, update on pfa_modification to vanguard_app;
grant insert, select, update on pfa_modification to vanguard_worker;

create table pfa_sync_conflict (
  id uuid not null default uuid_v7(),
  pfa_id text not null,
  organization_id uuid not null,
  modification_ids uuid[] not null,
  write_id uuid,
  local_version integer not null,
  pems_version integer not null,
  base_data jsonb not null,
  local_data jsonb not null,
  pems_data jsonb not null,
  pems_changed_by text,
  pems_changed_at timestamp with time zone,
  kind text not null,
  conflict_fields text[] not null,
  reason text not null,
  status text not null default 'unresolved'::text,
  resolution text,
  resolved_by uuid,
  resolved_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint pfa_sync_conflict_kind_check CHECK ((kind = ANY (ARRAY['fields'::text, 'merge_invalid'::text, 'delete'::text, 'outcome_unknown'::text]))),
  constraint pfa_sync_conflict_resolution_check CHECK ((resolution = ANY (ARRAY['use_local'::text, 'use_pems'::text, 'merge'::text]))),
  constraint pfa_sync_conflict_status_check CHECK ((status = ANY (ARRAY['unresolved'::text, 'resolved_local'::text, 'resolved_pems'::text, 'resolved_merged'::text, 'resolved_auto'::text]))),
  constraint pfa_sync_conflict_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pfa_sync_conflict_resolved_by_fkey FOREIGN KEY (resolved_by) REFERENCES app_user(id),
  constraint pfa_sync_conflict_pkey PRIMARY KEY (id)
);
CREATE INDEX pfa_sync_conflict_newest ON pfa_sync_conflict USING btree (organization_id, created_at DESC);
CREATE UNIQUE INDEX pfa_sync_conflict_open ON pfa_sync_conflict USING btree (organization_id, pfa_id) WHERE (status = 'unresolved'::text);
alter table pfa_sync_conflict enable row level security;
create policy everywhere on pfa_sync_conflict for all to vanguard_worker using (true);
create policy tenant on pfa_sync_conflict for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER counted AFTER INSERT ON pfa_sync_conflict REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_conflicts();
CREATE TRIGGER resolved AFTER UPDATE OF status ON pfa_sync_conflict FOR EACH ROW WHEN (((new.status <> 'unresolved'::text) AND (old.status = 'unresolved'::text))) EXECUTE FUNCTION count_resolved();
grant insert, select, update on pfa_sync_conflict to vanguard_app;
grant insert, select, update on pfa_sync_conflict to vanguard_worker;

create table pfa_write_attempt (
  id bigint not null generated always as identity,
  write_id uuid not null,
  organization_id uuid not null,
  pfa_id text not null,
  nth integer not null,
  worker_id uuid not null,
  sent_at timestamp with time zone not null,
  answered_at timestamp with time zone not null default now(),
  latency_ms real not null,
  status integer,
  outcome text not null,
  error text
) partition by RANGE (answered_at);
CREATE INDEX pfa_write_attempt_record ON ONLY pfa_write_attempt USING btree (organization_id, pfa_id, answered_at DESC);
CREATE INDEX pfa_write_attempt_write ON ONLY pfa_write_attempt USING btree (write_id);
alter table pfa_write_attempt enable row level security;
create policy everywhere on pfa_write_attempt for all to vanguard_worker using (true);
create policy tenant on pfa_write_attempt for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER counted AFTER INSERT ON pfa_write_attempt REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_attempts();
grant select on pfa_write_attempt to vanguard_app;
grant insert, select on pfa_write_attempt to vanguard_worker;

create table pfa_write_done (
  id bigint not null,
  modification_id uuid not null,
  pfa_id text not null,
  organization_id uuid not null,
  operation text not null,
  payload jsonb not null,
  status text not null,
  priority smallint not null,
  retry_count smallint not null,
  max_retries smallint not null,
  last_attempt_at timestamp with time zone,
  last_error text,
  scheduled_at timestamp with time zone not null,
  completed_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  write_id uuid,
  constraint pfa_write_done_status_check CHECK ((status = ANY (ARRAY['completed'::text, 'discarded'::text])))
) partition by RANGE (completed_at);
alter table pfa_write_done enable row level security;
create policy everywhere on pfa_write_done for all to vanguard_worker using (true);
create policy tenant on pfa_write_done for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER counted AFTER INSERT ON pfa_write_done REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION count_done();
grant insert, select on pfa_write_done to vanguard_app;
grant insert, select on pfa_write_done to vanguard_worker;

create table pfa_write_queue (
  id bigint not null generated always as identity,
  modification_id uuid not null,
  pfa_id text not null,
  organization_id uuid not null,
  operation text not null,
  payload jsonb not null,
  status text not null default 'queued'::text,
  priority smallint not null,
  retry_count smallint not null default 0,
  max_retries smallint not null,
  last_attempt_at timestamp with time zone,
  last_error text,
  scheduled_at timestamp with time zone not null default now(),
  completed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  write_id uuid,
  constraint pfa_write_queue_operation_check CHECK ((operation = ANY (ARRAY['UPDATE'::text, 'DELETE'::text]))),
  constraint pfa_write_queue_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'syncing'::text, 'unknown'::text, 'conflict'::text, 'dead'::text, 'completed'::text, 'discarded'::text]))),
  constraint pfa_write_queue_modification_id_fkey FOREIGN KEY (modification_id) REFERENCES pfa_modification(id),
  constraint pfa_write_queue_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint pfa_write_queue_pkey PRIMARY KEY (id),
  constraint pfa_write_queue_modification_id_key UNIQUE (modification_id)
) with (fillfactor=70, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_cost_delay=0);
CREATE INDEX pfa_write_queue_lane ON pfa_write_queue USING btree (organization_id, pfa_id, id);
alter table pfa_write_queue enable row level security;
create policy everywhere on pfa_write_queue for all to vanguard_worker using (true);
create policy tenant on pfa_write_queue for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
CREATE TRIGGER counted AFTER UPDATE OF status ON pfa_write_queue FOR EACH ROW WHEN (((new.status = 'dead'::text) AND (old.status <> 'dead'::text))) EXECUTE FUNCTION count_blocked();
grant delete, insert, select, update on pfa_write_queue to vanguard_app;
grant delete, insert, select, update on pfa_write_queue to vanguard_worker;

create table replay_item (
  job_id uuid not null,
  nth integer not null,
  organization_id uuid not null,
  modification_id uuid not null,
  state text not null default 'waiting'::text,
  stage integer,
  constraint released_in_stage CHECK (((state = ANY (ARRAY['waiting'::text, 'overtaken'::text, 'left'::text])) = (stage IS NULL))),
  constraint replay_item_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'released'::text, 'synced'::text, 'failed'::text, 'aside'::text, 'discarded'::text, 'overtaken'::text, 'left'::text]))),
  constraint replay_item_job_id_fkey FOREIGN KEY (job_id) REFERENCES replay_plan(job_id),
  constraint replay_item_modification_id_fkey FOREIGN KEY (modification_id) REFERENCES pfa_modification(id),
  constraint replay_item_pkey PRIMARY KEY (job_id, nth)
);
CREATE UNIQUE INDEX replay_item_once ON replay_item USING btree (modification_id) WHERE (state = 'waiting'::text);
CREATE INDEX replay_item_released ON replay_item USING btree (job_id) WHERE (state = 'released'::text);
CREATE INDEX replay_item_waiting ON replay_item USING btree (job_id, nth) WHERE (state = 'waiting'::text);
alter table replay_item enable row level security;
create policy everywhere on replay_item for all to vanguard_worker using (true);
create policy tenant on replay_item for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on replay_item to vanguard_app;
grant select, update on replay_item to vanguard_worker;
grant update (state) on replay_item to vanguard_app;

create table replay_plan (
  job_id uuid not null,
  organization_id uuid not null,
  user_id uuid not null,
  action text not null,
  state text not null default 'running'::text,
  stages integer[] not null,
  stage integer not null default 0,
  error text,
  changed_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint ended_with_time CHECK (((state = ANY (ARRAY['running'::text, 'paused'::text])) = (ended_at IS NULL))),
  constraint replay_plan_action_check CHECK ((action = ANY (ARRAY['retry'::text, 'discard'::text]))),
  constraint replay_plan_stage_check CHECK ((stage >= 0)),
  constraint replay_plan_stages_check CHECK ((0 < ALL (stages))),
  constraint replay_plan_state_check CHECK ((state = ANY (ARRAY['running'::text, 'paused'::text, 'stopped'::text, 'aborted'::text, 'finished'::text]))),
  constraint replay_plan_job_id_fkey FOREIGN KEY (job_id) REFERENCES sync_job(id),
  constraint replay_plan_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint replay_plan_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint replay_plan_pkey PRIMARY KEY (job_id)
);
CREATE INDEX replay_plan_newest ON replay_plan USING btree (organization_id, job_id DESC);
CREATE INDEX replay_plan_open ON replay_plan USING btree (job_id) WHERE (ended_at IS NULL);
alter table replay_plan enable row level security;
create policy everywhere on replay_plan for all to vanguard_worker using (true);
create policy tenant on replay_plan for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select on replay_plan to vanguard_app;
grant select, update on replay_plan to vanguard_worker;
grant update (state, error, changed_at, ended_at) on replay_plan to vanguard_app;

create table schema_migration (
  number integer not null,
  name text not null,
  fingerprint text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migration_pkey PRIMARY KEY (number)
);
grant select (number, name, applied_at) on schema_migration to vanguard_app;

create table session (
  id uuid not null default uuid_v7(),
  token_hash bytea not null,
  user_id uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  address text,
  user_agent text,
  last_used_at timestamp with time zone,
  viewed_user_id uuid,
  viewed_organization_id uuid,
  viewed_until timestamp with time zone,
  constraint viewed_as_a_whole CHECK ((num_nulls(viewed_user_id, viewed_organization_id, viewed_until) = ANY (ARRAY[0, 3]))),
  constraint viewed_as_another CHECK ((viewed_user_id <> user_id)),
  constraint session_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint session_viewed_organization_id_fkey FOREIGN KEY (viewed_organization_id) REFERENCES organization(id),
  constraint session_viewed_user_id_fkey FOREIGN KEY (viewed_user_id) REFERENCES app_user(id),
  constraint session_pkey PRIMARY KEY (id),
  constraint session_token_hash_key UNIQUE (token_hash)
);
CREATE INDEX session_by_user ON session USING btree (user_id);
grant delete, insert, select, update on session to vanguard_auth;

create table sign_in_failure (
  subject text not null,
  failures integer not null,
  window_until timestamp with time zone not null,
  constraint sign_in_failure_pkey PRIMARY KEY (subject)
);
grant delete, insert, select, update on sign_in_failure to vanguard_auth;

create table swept_record (
  job_id uuid not null,
  organization_id uuid not null,
  pfa_id text not null,
  constraint swept_record_job_id_fkey FOREIGN KEY (job_id) REFERENCES sync_job(id) ON DELETE CASCADE,
  constraint swept_record_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint swept_record_pkey PRIMARY KEY (job_id, pfa_id)
);
alter table swept_record enable row level security;
create policy everywhere on swept_record for all to vanguard_worker using (true);
create policy tenant on swept_record for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant select on swept_record to vanguard_app;
grant delete, insert, select on swept_record to vanguard_worker;

create table sync_job (
  id uuid not null default uuid_v7(),
  organization_id uuid not null,
  kind text not null,
  status text not null,
  user_id uuid,
  reason text,
  total integer not null default 0,
  done integer not null default 0,
  full_sweep boolean not null default false,
  page_cursor text,
  updated_since timestamp with time zone,
  error text,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  finished_at timestamp with time zone,
  adopts boolean not null default false,
  missing integer,
  constraint sync_job_kind_check CHECK ((kind = ANY (ARRAY['commit'::text, 'write_sync'::text, 'read_sync'::text, 'rollback'::text, 'replay'::text]))),
  constraint sync_job_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text]))),
  constraint sync_job_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(id),
  constraint sync_job_user_id_fkey FOREIGN KEY (user_id) REFERENCES app_user(id),
  constraint sync_job_pkey PRIMARY KEY (id)
);
CREATE INDEX sync_job_kind ON sync_job USING btree (organization_id, kind, id DESC) WHERE (kind <> 'commit'::text);
CREATE INDEX sync_job_listed ON sync_job USING btree (organization_id, id DESC);
CREATE INDEX sync_job_newest ON sync_job USING btree (organization_id, created_at DESC);
CREATE UNIQUE INDEX sync_job_one_read ON sync_job USING btree (organization_id) WHERE ((kind = 'read_sync'::text) AND (status = ANY (ARRAY['queued'::text, 'running'::text])));
CREATE INDEX sync_job_person ON sync_job USING btree (organization_id, user_id, id DESC) WHERE (user_id IS NOT NULL);
CREATE INDEX sync_job_reason ON sync_job USING gin (trigrams(reason)) WHERE (reason IS NOT NULL);
CREATE INDEX sync_job_unfinished ON sync_job USING btree (organization_id, id DESC) WHERE (status <> 'completed'::text);
alter table sync_job enable row level security;
create policy everywhere on sync_job for all to vanguard_worker using (true);
create policy tenant on sync_job for all to vanguard_app using ((organization_id = ( SELECT current_organization() AS current_organization)));
grant insert, select, update on sync_job to vanguard_app;
grant insert, select, update on sync_job to vanguard_worker;

create table sync_worker (
  id uuid not null,
  started_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  in_flight integer not null default 0,
  version text,
  constraint sync_worker_pkey PRIMARY KEY (id)
);
grant select on sync_worker to vanguard_app;
grant select on sync_worker to vanguard_auth;
grant delete, insert, select, update on sync_worker to vanguard_worker;
