-- Deployments, for the dashboard; and PEMS keys that grow old, for who must renew them.

-- A version of this program that came to work where another, or none, had worked before.
create table deployment (
  id       bigint generated always as identity primary key,
  version  text not null,
  previous text, -- null: the first of this database
  at       timestamptz not null default clock_timestamp(),
  constraint another check (previous <> version)
);
create index deployment_newest on deployment (at desc);
grant select on deployment to vanguard_app;

-- When administrators were told that the organization's key is old; an earlier moment than the key's is about another key.
alter table organization add column key_warned_at timestamptz;

alter table notification
  drop constraint notification_kind_check,
  add constraint notification_kind_check
    check (kind in ('conflict', 'failure', 'outage', 'paused', 'resumed', 'credential'));
alter table alert
  drop constraint alert_kind_check,
  add constraint alert_kind_check
    check (kind in ('conflict', 'failure', 'outage', 'paused', 'resumed', 'credential'));
