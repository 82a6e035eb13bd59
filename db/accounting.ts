/** Accounting: what was committed is in exactly one place, in the state that it says. */
import type { Runner, Tx } from "./sql.ts";

export interface Unaccounted {
  readonly organizationId: string;
  readonly organizationCode: string;
  /** Modifications that are in no place, or in one that contradicts them; must be 0. */
  readonly count: number;
}

/** By organization, from what is pending alone: what is at rest was accounted for when it came there. */
export const unaccounted = (sql: Runner): Promise<ReadonlyArray<Unaccounted>> =>
  sql<Unaccounted[]>`
    select o.id as "organizationId", o.code as "organizationCode", coalesce(u.count, 0) as count
    from organization o left join unaccounted_modifications() u on u.organization_id = o.id
    order by o.code`;

/** Organizations whose commits do not add up. */
export const unbalanced = (tx: Tx) =>
  tx`
    select code as id, format('%s committed, but %s queued + %s syncing + %s unknown + %s conflict'
      ' + %s dead + %s synced + %s discarded', committed, queued, syncing, unknown, conflict, dead,
      synced, discarded) as what
    from (
      select o.code, coalesce(m.committed, 0) as committed, coalesce(m.synced, 0) as synced,
        coalesce(m.discarded, 0) as discarded, coalesce(q.queued, 0) as queued,
        coalesce(q.syncing, 0) as syncing, coalesce(q.unknown, 0) as unknown,
        coalesce(q.conflict, 0) as conflict, coalesce(q.dead, 0) as dead
      from organization o left join (
        select organization_id, count(*) as committed,
          count(*) filter (where sync_status = 'synced') as synced,
          count(*) filter (where sync_status = 'discarded') as discarded
        from pfa_modification where committed_nth is not null
        group by organization_id
      ) m on m.organization_id = o.id left join (
        select organization_id, count(*) filter (where status = 'queued') as queued,
          count(*) filter (where status = 'syncing') as syncing,
          count(*) filter (where status = 'unknown') as unknown,
          count(*) filter (where status = 'conflict') as conflict,
          count(*) filter (where status = 'dead') as dead
        from pfa_write_queue
        group by organization_id
      ) q on q.organization_id = o.id
    ) sums
    where committed <> queued + syncing + unknown + conflict + dead + synced + discarded`;

/** Modifications and queue items that contradict each other. */
export const misplaced = (tx: Tx) =>
  tx`
    select m.id::text as id, format('modification of %s is %s, its queue item %s', m.pfa_id,
      m.sync_status, coalesce(q.status, 'missing')) as what
    from pfa_modification m left join pfa_write_queue q
      on q.modification_id = m.id and q.organization_id = m.organization_id and q.pfa_id = m.pfa_id
    where m.sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
      and q.status is distinct from (case m.sync_status when 'failed' then 'dead' else m.sync_status end)
    union all
    select m.id::text, format('modification of %s is %s, and still queued', m.pfa_id, m.sync_status)
    from pfa_write_queue q join pfa_modification m on m.id = q.modification_id
    where m.sync_status in ('draft', 'synced', 'discarded')`;

/** Lanes that do not hold what is queued for their record. */
export const miscounted = (tx: Tx) =>
  tx`
    select coalesce(l.pfa_id, q.pfa_id) as id, format('%s pending by its lane, %s in the queue',
      coalesce(l.pending::text, 'no lane'), coalesce(q.items, 0)) as what
    from pfa_lane l full join (
      select organization_id, pfa_id, count(*)::int as items from pfa_write_queue group by 1, 2
    ) q using (organization_id, pfa_id)
    where l.pending is distinct from q.items`;

/** Writes that may be on the wire beside another one of their record. */
export const crossing = (tx: Tx) =>
  tx`
    select w.id::text as id, format('write of %s is not settled, and its lane carries %s', w.pfa_id,
      coalesce(l.write_id::text, 'none')) as what
    from pems_write w left join pfa_lane l
      on l.organization_id = w.organization_id and l.pfa_id = w.pfa_id
    where w.settled_at is null and l.write_id is distinct from w.id`;

/** Leases that nobody can hold. */
export const unowned = (tx: Tx) =>
  tx`
    select l.pfa_id as id, format('leased to worker %s, which is not at work', l.lease_owner) as what
    from pfa_lane l
    where l.state = 'leased' and l.leased_until > clock_timestamp()
      and not exists (select from sync_worker w where w.id = l.lease_owner)`;

/** Conflicts whose lane goes on, and lanes that stand still for nothing. */
export const unblocked = (tx: Tx) =>
  tx`
    select c.id::text as id, format('conflict on %s is open, its lane %s', c.pfa_id,
      coalesce(l.state, 'missing')) as what
    from pfa_sync_conflict c left join pfa_lane l
      on l.organization_id = c.organization_id and l.pfa_id = c.pfa_id
    where c.status = 'unresolved' and l.state is distinct from 'blocked'
    union all
    select l.pfa_id, 'lane is blocked by neither a conflict nor a dead letter'
    from pfa_lane l
    where l.state = 'blocked' and not exists (
      select from pfa_write_queue q where q.organization_id = l.organization_id
        and q.pfa_id = l.pfa_id and q.status in ('conflict', 'dead'))`;
