-- Operations: months that are no longer kept, and the traces that commits belong to.

-- Drops the months that ended so many whole months ago, of all that is kept by month; returns their names. A reader in
-- the way is not waited for: behind this lock everybody else would wait too, and the next round comes in hours.
create function drop_old_months(kept int) returns setof text language plpgsql security definer
set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare
  month record;
begin
  if kept < 1 then
    raise exception 'Cannot keep % months: at least the last one is kept', kept;
  end if;
  for month in
    select c.relname as name
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = any(array['pfa_mirror_history', 'pfa_write_done', 'pfa_write_attempt',
        'audit_entry']::regclass[])
      -- the default partition has no month in its name
      and c.relname ~ '_\d{4}_\d\d$'
      and to_date(right(c.relname, 7), 'YYYY_MM')
        < date_trunc('month', now() at time zone 'UTC') - make_interval(months => kept)
    order by c.relname
  loop
    execute format('drop table %I', month.name);
    return next month.name;
  end loop;
end $$;
revoke execute on function drop_old_months(int) from public;
grant execute on function drop_old_months(int) to vanguard_worker;

-- W3C's traceparent of the request that committed it, while traces are exported: its write goes on with that trace.
alter table pfa_modification add column traceparent text
  check (traceparent ~ '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$');
