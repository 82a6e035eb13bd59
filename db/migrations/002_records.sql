-- The mirror of PEMS's records, its history, and what users changed.

create table pfa_mirror (
  organization_id       uuid not null references organization,
  pfa_id                text not null check (pfa_id <> ''),
  version               int not null check (version > 0),
  description           text check (length(description) <= 500),
  area_silo             text not null,
  category              text not null,
  class                 text not null,
  forecast_category     text,
  manufacturer          text,
  model                 text,
  contract              text,
  equipment             text,
  source                text not null check (source in ('Rental', 'Purchase')),
  dor                   text not null check (dor in ('BEO', 'PROJECT')),
  monthly_rate          numeric(14, 2),
  purchase_price        numeric(14, 2),
  original_start        date not null,
  original_end          date not null,
  forecast_start        date not null,
  forecast_end          date not null,
  actual_start          date,
  actual_end            date,
  is_actualized         boolean not null,
  is_discontinued       boolean not null,
  is_funds_transferable boolean not null,
  -- As PEMS tells them.
  updated_at            timestamptz not null,
  modified_by           text,
  change_reason         text,
  -- How we learnt of this version.
  origin                text not null check (origin in ('read_sync', 'write', 'read_back')),
  mirrored_at           timestamptz not null default now(),
  primary key (organization_id, pfa_id)
) with (fillfactor = 80);

-- Earlier versions, each as the whole mirror row it was.
create table pfa_mirror_history (
  organization_id uuid not null,
  pfa_id          text not null,
  version         int not null,
  record          jsonb not null,
  replaced_at     timestamptz not null default now()
) partition by range (replaced_at);
create index pfa_mirror_history_record on pfa_mirror_history (organization_id, pfa_id, version desc);

-- Puts whole records (an array of mirror rows as JSON) into the mirror, the replaced versions into
-- history. A version not newer than the mirror's changes nothing. Returns what moved.
create function apply_mirror(rows jsonb)
returns table (organization_id uuid, pfa_id text, version int) language sql volatile as $$
  with incoming as materialized (
    select r.* from jsonb_populate_recordset(null::pfa_mirror, rows) r
    order by r.organization_id, r.pfa_id
  ), replaced as materialized (
    select m.* from pfa_mirror m
    join incoming i on i.organization_id = m.organization_id and i.pfa_id = m.pfa_id
    where i.version > m.version
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
  returning m.organization_id, m.pfa_id, m.version
$$;

create table sync_job (
  id              uuid primary key default uuid_v7(),
  organization_id uuid not null references organization,
  kind            text not null check (kind in ('commit', 'write_sync', 'read_sync', 'rollback', 'replay')),
  status          text not null check (status in ('queued', 'running', 'completed', 'failed')),
  user_id         uuid references app_user,
  reason          text,
  -- Modifications of a commit, records of a read sync.
  total           int not null default 0,
  done            int not null default 0,
  -- A read sync of everything, not only of what changed since the last.
  full_sweep      boolean not null default false,
  -- Where it goes on after a stop.
  page_cursor     text,
  updated_since   timestamptz,
  error           text,
  created_at      timestamptz not null default now(),
  started_at      timestamptz,
  finished_at     timestamptz
);
create index sync_job_newest on sync_job (organization_id, created_at desc);
create unique index sync_job_one_read on sync_job (organization_id)
  where kind = 'read_sync' and status in ('queued', 'running');

create sequence commit_order;

-- One user's delta of one record; immutable once committed, but for its way through the states.
create table pfa_modification (
  id              uuid primary key default uuid_v7(),
  organization_id uuid not null references organization,
  pfa_id          text not null,
  user_id         uuid not null references app_user,
  operation       text not null default 'UPDATE' check (operation in ('UPDATE', 'DELETE')),
  origin          text not null default 'edit' check (origin in ('edit', 'rollback', 'resolution')),
  base_version    int not null,
  -- {field: {from, to}}, fields in the words of the API, values in normal form.
  changes         jsonb not null,
  change_reason   text,
  sync_status     text not null default 'draft' check (sync_status in ('draft', 'committed',
    'queued', 'syncing', 'unknown', 'synced', 'conflict', 'failed', 'discarded')),
  sync_error      text,
  -- Place in the order of commits; null for a draft.
  committed_nth   bigint,
  job_id          uuid references sync_job,
  write_id        uuid,
  pems_version    int,
  committed_at    timestamptz,
  synced_at       timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  constraint committed_with_order
    check ((sync_status = 'draft' or sync_status = 'discarded') or committed_nth is not null)
) with (fillfactor = 80);
create unique index pfa_modification_draft on pfa_modification (organization_id, user_id, pfa_id)
  where sync_status = 'draft';
create index pfa_modification_record
  on pfa_modification (organization_id, pfa_id, committed_nth desc nulls first);
create index pfa_modification_pending on pfa_modification (organization_id, pfa_id)
  where sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed');
create index pfa_modification_job on pfa_modification (job_id) where job_id is not null;
create index pfa_modification_job_open on pfa_modification (job_id)
  where sync_status in ('committed', 'queued', 'syncing', 'unknown');
create index pfa_modification_synced on pfa_modification (organization_id, synced_at)
  where synced_at is not null;

-- A delta's new values keyed by mirror columns, fit for jsonb_populate_record.
create function delta_columns(changes jsonb) returns jsonb language sql immutable parallel safe as $$
  select coalesce(jsonb_object_agg(lower(regexp_replace(key, '([A-Z])', '_\1', 'g')), value -> 'to'), '{}')
  from jsonb_each(changes)
$$;

grant select on pfa_mirror, pfa_mirror_history to vanguard_app;
grant select, insert, update on sync_job, pfa_modification to vanguard_app, vanguard_worker;
grant usage on sequence commit_order to vanguard_app, vanguard_worker;
grant select, insert, update on pfa_mirror to vanguard_worker;
grant select, insert on pfa_mirror_history to vanguard_worker;

do $$
declare
  name text;
begin
  foreach name in array array['pfa_mirror', 'pfa_mirror_history', 'sync_job', 'pfa_modification'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
    execute format('create policy everywhere on %I to vanguard_worker using (true)', name);
  end loop;
end $$;
