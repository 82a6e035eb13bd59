-- Scale: what a hundred thousand records of one organization need to be listed in time.

-- Asked for once per statement: a bare call is evaluated for every row that a scan meets, which was more
-- than half of what reading 100,000 records took.
do $$
declare
  p record;
begin
  for p in
    select polname, polrelid::regclass as name, pg_get_expr(polqual, polrelid) as rows from pg_policy
    where pg_get_expr(polqual, polrelid) ~ '^\((organization_)?id = current_organization\(\)\)$'
  loop
    execute format('alter policy %I on %s using %s', p.polname, p.name,
      replace(p.rows, 'current_organization()', '(select current_organization())'));
  end loop;
end $$;

create function searchable(variadic words text[]) returns text
language sql immutable parallel safe as $$
  select lower(array_to_string(words, ' '))
$$;

-- What a search looks through. Put together and lowered for each row anew it took ten times as long as
-- reading the rows. A trigram index would be of no use: its operators are not leakproof, so that
-- row-level security keeps them from the index.
alter table pfa_mirror add column search_text text not null generated always as (
  searchable(pfa_id, description, area_silo, category, class, forecast_category, manufacturer, model,
    contract, equipment)) stored;

create or replace function record_content(m pfa_mirror) returns jsonb
language sql immutable parallel safe as $$
  select to_jsonb(m) - array['organization_id', 'pfa_id', 'version', 'updated_at', 'modified_by',
    'change_reason', 'origin', 'mirrored_at', 'search_text']
$$;

-- As before; what is derived stays out of history.
create or replace function apply_mirror(rows jsonb, adopt boolean default false)
returns table (organization_id uuid, pfa_id text, version int) language sql volatile as $$
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
$$;

-- How many records an organization has: counting them is a scan. Only what comes and goes touches the row,
-- never what changes.
create table mirror_size (
  organization_id uuid primary key references organization,
  records         int not null
);
insert into mirror_size select organization_id, count(*) from pfa_mirror group by organization_id;

create function count_records() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
  insert into mirror_size as s (organization_id, records)
  select organization_id, case tg_op when 'INSERT' then count(*) else -count(*) end from moved
  group by organization_id
  order by organization_id
  on conflict (organization_id) do update set records = s.records + excluded.records;
  return null;
end $$;
create trigger records_counted_in after insert on pfa_mirror
  referencing new table as moved for each statement execute function count_records();
create trigger records_counted_out after delete on pfa_mirror
  referencing old table as moved for each statement execute function count_records();

alter table mirror_size enable row level security;
create policy tenant on mirror_size to vanguard_app
  using (organization_id = (select current_organization()));
grant select on mirror_size to vanguard_app;

-- As before, but for those alone that touch one of these fields, where fields are named: what a filter or
-- an order looks at, of 10,000 pending. Read in one go: a function called for each modification made
-- them take four times as long.
drop function record_overlays(uuid);
create function record_overlays(viewer uuid, touching text[] default null)
returns table (pfa_id text, fields jsonb) language sql stable as $$
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
$$;
