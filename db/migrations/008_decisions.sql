-- What people decide about a lane: how its state follows from its head, and what still stands of a change.

alter table pfa_modification
  -- What of `changes` still goes to PEMS, and against what, since a decision dropped or rebased some of it;
  -- null: all of it, as it was committed. It is the payload of the queue.
  add column standing jsonb;

-- The state of lanes whose items have changed follows from their heads: a dead letter or a conflict there
-- blocks it, anything else may go, and a lane without items ends. What is on the wire or waits for its next try heads its lane, and goes on as it is.
-- `released`: by whoever settles the turn, and gives up the lease with it.
create function follow_heads(organization uuid, records text[], released boolean default false)
returns void language plpgsql volatile as $$
begin
  with head as materialized (
    select l.pfa_id, count(q.id)::int as items, min(q.priority) as priority,
      coalesce((array_agg(q.status order by q.id))[1] in ('dead', 'conflict'), false) as stuck,
      released or l.state = 'blocked' as opened
    from pfa_lane l
    left join pfa_write_queue q on q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
    where l.organization_id = organization and l.pfa_id = any(records)
    group by l.organization_id, l.pfa_id
  ), ended as (
    delete from pfa_lane l using head h
    where l.organization_id = organization and l.pfa_id = h.pfa_id and h.items = 0
  )
  update pfa_lane l
  set pending = h.items, priority = h.priority,
    state = case when h.stuck then 'blocked' when h.opened then 'ready' else l.state end,
    lease_owner = case when not released then l.lease_owner end,
    write_id = case when not released then l.write_id end,
    attempts = case when h.opened then 0 else l.attempts end,
    losses = case when h.opened then 0 else l.losses end,
    due_at = case when h.opened then now() else l.due_at end
  from head h
  where l.organization_id = organization and l.pfa_id = h.pfa_id and h.items > 0;
end $$;

-- As before, but for what still stands of each change.
create or replace function record_overlays(viewer uuid)
returns table (pfa_id text, fields jsonb) language sql stable as $$
  select m.pfa_id, jsonb_object_agg(f.key, f.value order by m.committed_nth nulls last)
  from (
    select pfa_id, committed_nth, operation, coalesce(standing, changes) as changes
    from pfa_modification
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

-- As before, but an item waits for any dead letter or conflict before it, at the head or not.
create or replace function record_sync(record text, viewer uuid)
returns table (modification_id uuid, job_id uuid, status text, queued_at timestamptz,
  synced_at timestamptz, attempt int, next_attempt_at timestamptz, error text, conflict_id uuid,
  waiting_for text, stale boolean) language sql stable as $$
  select m.id, m.job_id,
    case
      when m.sync_status not in ('committed', 'queued') then m.sync_status
      when q.barred or l.paused then 'waiting'
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
      when q.barred then case when c.id is null then 'dead_letter' else 'conflict' end
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
        where h.organization_id = i.organization_id and h.pfa_id = i.pfa_id) as heads,
      exists (
        select from pfa_write_queue b
        where b.organization_id = i.organization_id and b.pfa_id = i.pfa_id and b.id < i.id
          and b.status in ('dead', 'conflict')) as barred
    from pfa_write_queue i where i.modification_id = m.id
  ) q on true
  left join pfa_sync_conflict c on c.organization_id = m.organization_id and c.pfa_id = m.pfa_id
    and c.status = 'unresolved'
$$;

-- Puts the items of these modifications, in this order, before the others of the lane; what is frozen stays
-- before them. An item's number is its place: all that is not frozen gets a new one.
create function put_first(organization uuid, record text, firsts uuid[])
returns void language plpgsql volatile as $$
declare
  item uuid;
begin
  for item in
    select q.modification_id
    from pfa_write_queue q
    join pfa_lane l on l.organization_id = q.organization_id and l.pfa_id = q.pfa_id
    where q.organization_id = organization and q.pfa_id = record
      and (l.write_id is null or q.write_id is distinct from l.write_id)
    order by array_position(firsts, q.modification_id) nulls last, q.id
  loop
    update pfa_write_queue set id = default where modification_id = item;
  end loop;
end $$;

-- A conflict that the organization's policy has decided, kept with its losers and told in the trail of every
-- modification, for the write that carries what is left of them (null: nothing was).
-- `decided`: the fields, the three sides of them, PEMS's version, the resolution, what lost.
create function record_policy(organization uuid, record text, worker uuid, write uuid,
  modifications uuid[], decided jsonb)
returns void language plpgsql volatile as $$
declare
  conflict uuid;
begin
  insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, write_id, local_version,
    pems_version, base_data, local_data, pems_data, pems_changed_by, pems_changed_at, kind,
    conflict_fields, reason, status, resolution, resolved_at)
  values (record, organization, modifications, write, (decided ->> 'version')::int,
    (decided ->> 'version')::int, decided -> 'base', decided -> 'local', decided -> 'pems',
    decided ->> 'changedBy', (decided ->> 'changedAt')::timestamptz, 'fields',
    array(select jsonb_array_elements_text(decided -> 'fields')),
    'The organization''s policy decides these fields', 'resolved_auto', decided ->> 'resolution', now())
  returning id into conflict;
  insert into audit_entry (organization_id, event_type, worker_id, pfa_id, modification_id, write_id,
    details)
  select organization, event, worker, record, modification, write,
    jsonb_build_object('conflictId', conflict, 'by', 'policy', 'fields', decided -> 'fields',
      'resolution', decided ->> 'resolution', 'lost', decided -> 'lost')
  from unnest(array['CONFLICT_DETECTED', 'CONFLICT_RESOLVED']) event,
    unnest(modifications) modification;
end $$;
