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

-- The organization of a job or a conflict, for a route that is given nothing but its id.
create function organization_of(job uuid, conflict uuid) returns uuid language sql stable
security definer set search_path = public, pg_temp as $$
  select coalesce((select organization_id from sync_job where id = job),
    (select organization_id from pfa_sync_conflict where id = conflict))
$$;
revoke execute on function waiting_lanes(uuid), organization_of(uuid, uuid) from public;
grant execute on function waiting_lanes(uuid), organization_of(uuid, uuid) to vanguard_app;
