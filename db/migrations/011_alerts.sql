-- Alerts: what administrators are told outside of the product.

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
