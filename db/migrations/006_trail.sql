-- What happened: the audit trail, notifications; and the months they are kept by.

create table audit_entry (
  id              bigint generated always as identity,
  at              timestamptz not null default clock_timestamp(),
  -- Null: of no organization, such as a sign-in.
  organization_id uuid,
  event_type      text not null check (event_type in ('DRAFT_SAVED', 'COMMIT', 'WRITE_ATTEMPT',
    'WRITE_RESULT', 'WRITE_SETTLED', 'CONFLICT_DETECTED', 'CONFLICT_RESOLVED', 'RETRY',
    'DEAD_LETTER', 'REPLAY', 'DISCARD', 'ROLLBACK', 'READ_SYNC', 'PAUSE', 'RESUME', 'CIRCUIT_OPEN',
    'CIRCUIT_CLOSED', 'LOGIN', 'LOGIN_FAILED', 'PERMISSION_DENIED', 'PERMISSION_CHANGED',
    'CREDENTIAL_CHANGED', 'EXPORT', 'IMPORT')),
  user_id         uuid,
  worker_id       uuid,
  pfa_id          text,
  modification_id uuid,
  write_id        uuid,
  job_id          uuid,
  details         jsonb not null default '{}'
) partition by range (at);
create index audit_entry_newest on audit_entry (organization_id, at desc);
create index audit_entry_record on audit_entry (organization_id, pfa_id, at desc) where pfa_id is not null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'The audit trail is append-only: cannot % an entry', lower(tg_op)
    using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete on audit_entry
  for each row execute function refuse_change();
create trigger never_truncated before truncate on audit_entry
  for each statement execute function refuse_change();

create table notification (
  id              uuid primary key default uuid_v7(),
  organization_id uuid not null references organization,
  user_id         uuid not null references app_user,
  kind            text not null check (kind in ('conflict', 'failure', 'outage', 'paused', 'resumed')),
  title           text not null,
  body            text not null,
  pfa_id          text,
  created_at      timestamptz not null default now(),
  read_at         timestamptz
);
create index notification_newest on notification (user_id, created_at desc);

-- Makes the partitions of this month and the next two; the default one catches what nobody foresaw.
create function ensure_partitions() returns void language plpgsql security definer
set search_path = public, pg_temp as $$
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
end $$;
select ensure_partitions();
revoke execute on function ensure_partitions() from public;
grant execute on function ensure_partitions() to vanguard_worker;

grant select, insert on audit_entry to vanguard_app, vanguard_worker;
grant insert on audit_entry to vanguard_auth;
grant select, insert, update on notification to vanguard_app, vanguard_worker;
-- A person's inbox is of all their organizations at once.
grant select (id, organization_id, user_id, kind, title, body, pfa_id, created_at, read_at),
  update (read_at) on notification to vanguard_auth;

do $$
declare
  name text;
begin
  foreach name in array array['audit_entry', 'notification'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
    execute format('create policy everywhere on %I to vanguard_worker using (true)', name);
  end loop;
end $$;
create policy identity on audit_entry for insert to vanguard_auth with check (true);
create policy identity on notification to vanguard_auth using (true);
