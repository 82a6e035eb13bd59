-- What read sync makes of the rows of a page: new, known, stale, or the sign that PEMS was set back.

-- Rows that came while a write of their record was on the wire or unknown: evidence until that is settled,
-- then applied. The newest of each record.
create table parked_row (
  organization_id uuid not null references organization,
  pfa_id          text not null,
  version         int not null,
  -- A mirror row.
  row             jsonb not null,
  parked_at       timestamptz not null default now(),
  primary key (organization_id, pfa_id)
);

-- The records that a sweep of everything has seen: what is left over PEMS no longer has.
create table swept_record (
  job_id          uuid not null references sync_job on delete cascade,
  organization_id uuid not null references organization,
  pfa_id          text not null,
  primary key (job_id, pfa_id)
);

-- A sweep that takes over PEMS's state as it is, lower versions as well: after PEMS was set back.
alter table sync_job add column adopts boolean not null default false,
  -- Records of ours that a sweep did not find.
  add column missing int;
alter table pfa_mirror drop constraint pfa_mirror_origin_check,
  add constraint pfa_mirror_origin_check
    check (origin in ('read_sync', 'write', 'read_back', 'restored'));

-- A mirror row's fields of the record alone.
create function record_content(m pfa_mirror) returns jsonb language sql immutable parallel safe as $$
  select to_jsonb(m) - array['organization_id', 'pfa_id', 'version', 'updated_at', 'modified_by',
    'change_reason', 'origin', 'mirrored_at']
$$;

-- What each row of a page is, against the mirror: `new`, `newer`, `echo` (known), `older`, `twisted` (the
-- version we know with other content), or `parked` while a write of the record is on the wire or unknown.
-- What we only concluded from an answer to our own write is no twist: PEMS's word is taken for it.
create function weigh_rows(rows jsonb) returns table (pfa_id text, verdict text)
language sql stable as $$
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
$$;

drop function apply_mirror(jsonb);

-- Puts whole records (an array of mirror rows as JSON) into the mirror, the replaced versions into
-- history. A version not newer than the mirror's changes nothing, unless PEMS's state is adopted as it
-- is; the content of a version that we only concluded is put right in its place. Returns what moved.
create function apply_mirror(rows jsonb, adopt boolean default false)
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
    select r.organization_id, r.pfa_id, r.version, to_jsonb(r) from replaced r
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

-- Applies what was parked for the record, once nothing of it is on the wire or unknown. Returns whether
-- the mirror moved.
create function apply_parked(organization uuid, record text) returns boolean language sql volatile as $$
  with due as (
    delete from parked_row p
    where p.organization_id = organization and p.pfa_id = record and not exists (
      select from pfa_lane l left join pems_write w on w.id = l.write_id
      where l.organization_id = organization and l.pfa_id = record
        and (l.state = 'leased' or w.unknown))
    returning p.row
  )
  select exists (select from due, apply_mirror(jsonb_build_array(due.row)))
$$;

grant select, insert, update, delete on parked_row to vanguard_worker;
grant select, insert, delete on swept_record to vanguard_worker;
grant select on parked_row, swept_record to vanguard_app;
do $$
declare
  name text;
begin
  foreach name in array array['parked_row', 'swept_record'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
    execute format('create policy everywhere on %I to vanguard_worker using (true)', name);
  end loop;
end $$;
