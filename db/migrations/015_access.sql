-- Who set what an administrator sees: who paused, who set the key, how often settings changed, when a session was used.

alter table organization
  add column paused_by uuid references app_user,
  add column pems_key_set_by uuid references app_user,
  -- Raised by every change, so that who changes what somebody else changed meanwhile is told, and undoes nothing.
  add column settings_version int not null default 1,
  add constraint paused_by_a_person
    check (paused_by is null or coalesce(pause = 'administrator', false));
-- Kept to the minute, as that of a token is.
alter table session add column last_used_at timestamptz;
grant select (paused_by), update (paused_by) on organization to vanguard_app;

create function count_settings() returns trigger language plpgsql as $$
begin
  new.settings_version := old.settings_version + 1;
  return new;
end $$;
-- Not by pems_key: sealing it with another CREDENTIALS_KEY changes nothing that anybody sees.
create trigger settings_counted before update of code, name, pems_base_url, pems_rate_limit,
  pems_key_fingerprint, pems_key_set_at, conflict_policy on organization
  for each row
  when ((old.code, old.name, old.pems_base_url, old.pems_rate_limit, old.pems_key_fingerprint,
      old.pems_key_set_at, old.conflict_policy) is distinct from
    (new.code, new.name, new.pems_base_url, new.pems_rate_limit, new.pems_key_fingerprint,
      new.pems_key_set_at, new.conflict_policy))
  execute function count_settings();
