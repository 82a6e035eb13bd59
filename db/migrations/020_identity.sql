-- Identity: people as an OpenID provider knows them, what their groups give them, and who looks as whom.

-- One person of the provider is one user here, and a user is one person of it.
create table identity (
  issuer     text not null,
  subject    text not null check (subject <> ''),
  user_id    uuid not null references app_user,
  created_at timestamptz not null default now(),
  primary key (issuer, subject),
  unique (user_id, issuer)
);
grant select, insert on identity to vanguard_auth;

-- What groups of the provider gave: renewed at each sign-in, where what a person has set is left alone.
alter table membership add column from_groups boolean not null default false;

-- Looking as somebody else, in one organization and for a time.
alter table session
  add column viewed_user_id uuid references app_user,
  add column viewed_organization_id uuid references organization,
  add column viewed_until timestamptz,
  add constraint viewed_as_a_whole
    check (num_nulls(viewed_user_id, viewed_organization_id, viewed_until) in (0, 3)),
  add constraint viewed_as_another check (viewed_user_id <> user_id);

alter table audit_entry
  drop constraint audit_entry_event_type_check,
  add constraint audit_entry_event_type_check check (event_type in ('DRAFT_SAVED', 'COMMIT',
    'WRITE_ATTEMPT', 'WRITE_RESULT', 'WRITE_SETTLED', 'CONFLICT_DETECTED', 'CONFLICT_RESOLVED',
    'RETRY', 'DEAD_LETTER', 'REPLAY', 'DISCARD', 'ROLLBACK', 'READ_SYNC', 'PAUSE', 'RESUME',
    'CIRCUIT_OPEN', 'CIRCUIT_CLOSED', 'LOGIN', 'LOGIN_FAILED', 'PERMISSION_DENIED',
    'PERMISSION_CHANGED', 'CREDENTIAL_CHANGED', 'EXPORT', 'IMPORT', 'VIEW_AS', 'VIEW_AS_ENDED'));
