-- Who may do what: organizations, users, memberships, sessions, tokens; and the PEMS connections they use.

-- Roles are of the whole server, so several databases may race to make them.
do $$
declare
  name text;
begin
  foreach name in array array['vanguard_app', 'vanguard_worker', 'vanguard_auth'] loop
    begin
      execute format('create role %I nologin', name);
    exception when duplicate_object or unique_violation then null;
    end;
    if not pg_has_role(current_user, name, 'usage') then
      execute format('grant %I to current_user', name);
    end if;
  end loop;
end $$;

-- RFC 9562 version 7: ids in order of time keep index pages warm; Postgres 15 has no uuidv7() of its own.
create function uuid_v7() returns uuid language sql volatile parallel safe as $$
  select encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
        from 1 for 6),
      52, 1), 53, 1),
    'hex')::uuid
$$;

-- The organization and user of the running request; null outside one, and then no tenant row is seen.
create function current_organization() returns uuid language sql stable parallel safe as $$
  select nullif(current_setting('app.organization_id', true), '')::uuid
$$;
create function current_app_user() returns uuid language sql stable parallel safe as $$
  select nullif(current_setting('app.user_id', true), '')::uuid
$$;

-- One base URL and key: its organizations share one budget and one circuit.
create table pems_connection (
  id               uuid primary key default uuid_v7(),
  base_url         text not null,
  key_fingerprint  text not null,
  rate_limit       int not null check (rate_limit > 0),
  -- Calls per second at `rate_since`: less than the limit after a 429, growing back from then on.
  rate_now         real not null check (rate_now > 0),
  rate_since       timestamptz not null default now(),
  -- Budget: when the last calls were planned to start, and when they really did, oldest first.
  plans            timestamptz[] not null default '{}',
  next_send_at     timestamptz not null default '-infinity',
  departures       timestamptz[] not null default '{}',
  departed         bigint not null default 0,
  not_before       timestamptz not null default '-infinity',
  rate_limit_hits  bigint not null default 0,
  -- Fair turns: the last turn served of each priority.
  turns            bigint[] not null default '{0,0,0}',
  circuit          text not null default 'closed' check (circuit in ('closed', 'open', 'probing')),
  circuit_since    timestamptz not null default now(),
  circuit_failures int not null default 0,
  probe_at         timestamptz,
  created_at       timestamptz not null default now(),
  unique (base_url, key_fingerprint)
) with (fillfactor = 50);

create table organization (
  id                   uuid primary key default uuid_v7(),
  code                 text not null unique check (code ~ '^[A-Z0-9][A-Z0-9_-]{0,31}$'),
  name                 text not null check (name <> ''),
  -- Own PEMS settings; null: the environment's.
  pems_base_url        text,
  pems_key             text,
  pems_key_fingerprint text,
  pems_key_set_at      timestamptz,
  pems_rate_limit      int check (pems_rate_limit > 0),
  -- The connection these come to; null while there is none.
  connection_id        uuid references pems_connection,
  conflict_policy      jsonb not null default '{}',
  pause                text check (pause in ('administrator', 'credentials', 'rewind')),
  pause_reason         text,
  paused_at            timestamptz,
  -- Read sync: PEMS's time up to which the mirror is complete.
  mirrored_until       timestamptz,
  created_at           timestamptz not null default now(),
  constraint paused_with_time check ((pause is null) = (paused_at is null))
);

create table app_user (
  id            uuid primary key default uuid_v7(),
  username      text not null check (username <> ''),
  display_name  text not null check (display_name <> ''),
  email         text,
  password_hash text,
  is_admin      boolean not null default false,
  disabled_at   timestamptz,
  created_at    timestamptz not null default now()
);
create unique index app_user_username on app_user (lower(username));
create unique index app_user_email on app_user (lower(email));

create table membership (
  organization_id uuid not null references organization,
  user_id         uuid not null references app_user,
  permissions     text[] not null check (permissions <@ array[
    'Read', 'EditForecast', 'EditActuals', 'Delete', 'Import', 'RefreshData', 'Export',
    'ViewFinancials', 'SaveDraft', 'Sync', 'ManageUsers', 'ManageSettings', 'ConfigureAlerts',
    'Impersonate']),
  expires_at      timestamptz,
  created_at      timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index membership_by_user on membership (user_id);

-- Only hashes of session and API tokens are kept.
create table session (
  id           uuid primary key default uuid_v7(),
  token_hash   bytea not null unique,
  user_id      uuid not null references app_user,
  created_at   timestamptz not null default now(),
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  address      text,
  user_agent   text
);
create index session_by_user on session (user_id);

create table api_token (
  id           uuid primary key default uuid_v7(),
  token_hash   bytea not null unique,
  user_id      uuid not null references app_user,
  name         text not null check (name <> ''),
  -- Narrows what its user may do; null: everything the user may.
  permissions  text[],
  created_at   timestamptz not null default now(),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);
create index api_token_by_user on api_token (user_id);

-- Failed sign-ins by account and by address; rows older than their window mean nothing.
create table sign_in_failure (
  subject      text primary key,
  failures     int not null,
  window_until timestamptz not null
);

grant select, insert, update, delete on organization, app_user, membership, session, api_token,
  sign_in_failure to vanguard_auth;
grant select, insert, update on pems_connection to vanguard_auth, vanguard_worker;
grant select (id, base_url, rate_limit, rate_now, rate_since, next_send_at, not_before, turns, circuit,
  circuit_since, probe_at, rate_limit_hits) on pems_connection to vanguard_app;
-- Neither the planner's routes nor the worker ever see a password or a token.
grant select (id, username, display_name, email, is_admin) on app_user to vanguard_app, vanguard_worker;
grant select (id, code, name, connection_id, conflict_policy, pause, pause_reason, paused_at,
  mirrored_until) on organization to vanguard_app;
grant update (conflict_policy, pause, pause_reason, paused_at) on organization to vanguard_app;
grant select, update on organization to vanguard_worker;
grant select on membership to vanguard_app, vanguard_worker;

alter table organization enable row level security;
create policy tenant on organization to vanguard_app using (id = current_organization());
create policy everywhere on organization to vanguard_worker using (true);
create policy identity on organization to vanguard_auth using (true);
alter table membership enable row level security;
create policy tenant on membership to vanguard_app using (organization_id = current_organization());
create policy everywhere on membership to vanguard_worker using (true);
create policy identity on membership to vanguard_auth using (true);
