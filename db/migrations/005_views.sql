-- What people see: records with what is pending on them, badges, how long it will take.

-- What a viewer sees beyond the mirror, by record: the values of every pending committed modification in
-- their order, then those of the viewer's own draft, keyed by mirror columns. A delete shows only that.
create function record_overlays(viewer uuid)
returns table (pfa_id text, fields jsonb) language sql stable as $$
  select m.pfa_id, jsonb_object_agg(f.key, f.value order by m.committed_nth nulls last)
  from (
    select pfa_id, committed_nth, operation, changes from pfa_modification
    where organization_id = current_organization()
      and sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
    union all
    select pfa_id, null, operation, changes from pfa_modification
    where organization_id = current_organization() and user_id = viewer and sync_status = 'draft'
  ) m,
  lateral jsonb_each(case m.operation
    when 'DELETE' then '{"is_discontinued": true}' else delta_columns(m.changes) end) f
  group by m.pfa_id
$$;

-- The badge of one record for a viewer: the viewer's draft, or else the newest committed modification.
create function record_sync(record text, viewer uuid)
returns table (modification_id uuid, job_id uuid, status text, queued_at timestamptz,
  synced_at timestamptz, attempt int, next_attempt_at timestamptz, error text, conflict_id uuid,
  waiting_for text, stale boolean) language sql stable as $$
  select m.id, m.job_id,
    case
      when m.sync_status not in ('committed', 'queued') then m.sync_status
      when l.state = 'blocked' or l.paused then 'waiting'
      when l.attempts > 0 and q.heads then 'retrying'
      else 'queued'
    end,
    m.committed_at, m.synced_at,
    case when q.heads then greatest(l.attempts, q.retry_count) else q.retry_count end::int,
    case when q.heads and l.state = 'delayed' then l.due_at end,
    case when m.sync_status not in ('draft', 'synced') then coalesce(m.sync_error, q.last_error) end,
    c.id,
    case
      when m.sync_status not in ('committed', 'queued') then null
      when l.state = 'blocked' then case when c.id is null then 'dead_letter' else 'conflict' end
      when l.paused then 'paused'
    end,
    -- versions made by our own writes are no news
    m.sync_status <> 'synced' and r.version - m.base_version > (
      select count(distinct o.pems_version) from pfa_modification o
      where o.organization_id = m.organization_id and o.pfa_id = m.pfa_id
        and o.sync_status = 'synced' and o.pems_version > m.base_version)
  from (
    select * from pfa_modification n
    where n.organization_id = current_organization() and n.pfa_id = record
      and n.sync_status <> 'discarded' and (n.sync_status <> 'draft' or n.user_id = viewer)
    order by n.committed_nth desc nulls first
    limit 1
  ) m
  join pfa_mirror r on r.organization_id = m.organization_id and r.pfa_id = m.pfa_id
  left join pfa_lane l on l.organization_id = m.organization_id and l.pfa_id = m.pfa_id
  left join lateral (
    select i.retry_count, i.last_error,
      i.write_id = l.write_id or i.id = (
        select min(h.id) from pfa_write_queue h
        where h.organization_id = i.organization_id and h.pfa_id = i.pfa_id) as heads
    from pfa_write_queue i where i.modification_id = m.id
  ) q on true
  left join pfa_sync_conflict c on c.organization_id = m.organization_id and c.pfa_id = m.pfa_id
    and c.status = 'unresolved'
$$;

-- Lanes of all organizations that wait for the connection, for an honest estimate; bounded, since
-- nobody plans by more.
create function waiting_lanes(connection uuid) returns int language plpgsql stable security definer
set search_path = public, pg_temp as $$
begin
  return (select count(*) from (
    select from pfa_lane where connection_id = connection and state = 'ready' and not paused
    limit 200000) l);
end $$;

-- Where a record's newest committed modification stands in the order in which its connection is served, and
-- when it should leave at the pace of now; or what it waits for, where nobody can know. No row: it is
-- not in the line. Read for one record at a time: the lanes before it are a range of an index, bounded
-- like above (4 to 8 ms in all behind 10,000).
create function lane_place(record text)
returns table (place int, leaves_at timestamptz, waiting_for text) language sql stable
security definer set search_path = public, pg_temp as $$
  select p.place,
    greatest(clock_timestamp(), c.not_before, c.next_send_at)
      + (p.place - 1) * (call_spacing(c.rate_limit)).beat,
    b.barrier
  from pfa_lane l
  left join pems_connection c on c.id = l.connection_id
  cross join lateral (select case
    when c.id is null then 'no_connection'
    when c.circuit <> 'closed' then 'outage'
    when not exists (select from sync_worker
      where last_seen_at > clock_timestamp() - interval '1 minute') then 'no_worker'
    when exists (
      -- what the head's turn does not carry goes after the answer to it
      select from pfa_write_queue i, pfa_modification m
      where i.organization_id = l.organization_id and i.pfa_id = l.pfa_id and m.id = i.modification_id
      having count(distinct (m.user_id, i.operation, i.write_id)) > 1
        or count(*) > 1 and bool_or(i.operation = 'DELETE' or m.origin <> 'edit'))
      then 'earlier_change'
  end as barrier) b
  left join lateral (
    select count(*)::int + 1 as place from (
      select from pfa_lane a
      where a.connection_id = l.connection_id and a.state = 'ready' and not a.paused
        and (a.priority, a.turn) < (l.priority, l.turn)
      limit 200000) before
  ) p on b.barrier is null
  where l.organization_id = current_organization() and l.pfa_id = record
    and l.state = 'ready' and not l.paused
$$;

-- The organization of a job or a conflict, for a route that is given nothing but its id.
create function organization_of(job uuid, conflict uuid) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select coalesce((select organization_id from sync_job where id = job),
    (select organization_id from pfa_sync_conflict where id = conflict))
$$;
revoke execute on function waiting_lanes(uuid), lane_place(text), organization_of(uuid, uuid) from public;
grant execute on function waiting_lanes(uuid), lane_place(text), organization_of(uuid, uuid)
  to vanguard_app;
