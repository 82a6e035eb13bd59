-- The audit trail, chained by hashes: written unsealed, and sealed in the order of commits.

-- Which transaction wrote the entry: what tells apart what is committed from what may still come.
alter table audit_entry add column xid xid8 not null default pg_current_xact_id();
create index audit_entry_written on audit_entry (xid, id);

-- Who writes an entry says what happened; when, by which transaction and under which number is the database's word.
revoke insert on audit_entry from vanguard_app, vanguard_worker, vanguard_auth;
grant insert (organization_id, event_type, user_id, worker_id, pfa_id, modification_id, write_id, job_id,
  details) on audit_entry to vanguard_app, vanguard_worker, vanguard_auth;

-- A link of an organization's chain, or of the chain of entries of no organization. Kept for good: when the month
-- of its entry is dropped, the chain still holds.
create table audit_seal (
  organization_id uuid,
  nth             bigint not null check (nth > 0),
  entry_id        bigint not null primary key,
  entry_at        timestamptz not null,
  -- Of the entry alone: tells an altered entry from an altered order.
  digest          bytea not null,
  -- Of the link before and this one.
  hash            bytea not null,
  unique nulls not distinct (organization_id, nth)
);
create trigger append_only before update or delete on audit_seal
  for each row execute function refuse_change();
create trigger never_truncated before truncate on audit_seal
  for each statement execute function refuse_change();

-- The newest link of each chain: without it nobody would miss the last ones.
create table audit_chain (
  organization_id uuid,
  nth             bigint not null,
  hash            bytea not null,
  sealed_through  timestamptz not null,
  unique nulls not distinct (organization_id)
) with (fillfactor = 50);

-- One row: every entry of an older transaction is sealed.
create table audit_horizon (
  single boolean primary key default true check (single),
  xid    xid8 not null
) with (fillfactor = 50);

-- Of everything an entry says. Not its number: that is the link's, so that exchanged entries are told from altered
-- ones. Instants as microseconds: their text depends on the session.
create function audit_digest(entry audit_entry) returns bytea language sql stable parallel safe as $$
  select sha256(convert_to(jsonb_build_array((extract(epoch from entry.at) * 1000000)::bigint,
    entry.organization_id, entry.event_type, entry.user_id, entry.worker_id, entry.pfa_id,
    entry.modification_id, entry.write_id, entry.job_id, entry.details, entry.xid::text)::text, 'UTF8'))
$$;

create function audit_link(previous bytea, seal audit_seal) returns bytea
language sql immutable parallel safe as $$
  select sha256(previous || int8send(seal.nth) || int8send(seal.entry_id)
    || int8send((extract(epoch from seal.entry_at) * 1000000)::bigint) || seal.digest)
$$;

-- The last links of a chain, the newest first: two branches, for an index answers "is not distinct from" with a scan.
create function newest_seals(organization uuid, most int) returns setof audit_seal language sql stable as $$
  (select * from audit_seal where organization_id = organization order by nth desc limit most)
  union all
  (select * from audit_seal where organization is null and organization_id is null
    order by nth desc limit most)
$$;

-- From when on entries are kept: the first month that has not been dropped.
create function audit_kept_since() returns timestamptz language sql stable as $$
  select min(substring(pg_get_expr(c.relpartbound, c.oid) from 'FROM \(''([^'']+)''\)')::timestamptz)
  from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'audit_entry'::regclass
$$;

-- Seals up to `most` entries and returns how many; 0 while another sealer is at it. Whatever is visible and has no
-- seal was committed after what has one, so it comes next; within a round the older transaction goes first. Entries
-- of transactions older than any that runs have all been seen: the horizon, below which nothing is looked for again.
create function seal_entries(most int) returns int language plpgsql volatile security definer
set search_path = public, pg_temp
-- before its first analysis the table of seals looks small enough to read whole
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
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
end $$;
revoke execute on function seal_entries(int) from public;
grant execute on function seal_entries(int) to vanguard_worker;

grant select on audit_seal, audit_chain to vanguard_app;
do $$
declare
  name text;
begin
  foreach name in array array['audit_seal', 'audit_chain'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy tenant on %I to vanguard_app
      using (organization_id = current_organization())', name);
  end loop;
end $$;

-- The instant of the replacement, not of its transaction's begin: versions of a record are in this order.
alter table pfa_mirror_history alter column replaced_at set default clock_timestamp();
