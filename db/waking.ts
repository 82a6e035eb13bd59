/** Sending sooner: what waits for its next try is due now, and moves up if asked to. */
import { PRIORITIES, type Priority } from "../domain/status.ts";
import { ringForWork } from "./notices.ts";
import type { Tx } from "./sql.ts";

/** Whose, and which: undefined stands for everything that the organization has queued. */
export interface Hurry {
  readonly organizationId: string;
  readonly modificationIds: ReadonlyArray<string> | undefined;
  /** Theirs from now on, where it is higher; undefined: as it was. */
  readonly priority: Priority | undefined;
}

/**
 * Makes delayed lanes due, raises their priority if asked to, and rings the bell.
 * @returns how many lanes wait no longer, or have moved up
 */
export async function hurry(tx: Tx, hurried: Hurry): Promise<number> {
  const { organizationId, modificationIds, priority } = hurried;
  const ids = (modificationIds ?? null) as string[] | null;
  const lanes = await tx<Array<{ pfa_id: string }>>`
    update pfa_lane l set due_at = clock_timestamp()
    where l.organization_id = ${organizationId} and l.state = 'delayed'
      and l.due_at > clock_timestamp() and (${ids}::uuid[] is null or exists (
        select from pfa_write_queue q
        where q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
          and q.modification_id = any(${ids}::uuid[])))
    returning l.pfa_id`;
  const raised = priority === undefined
    ? []
    : await raise(tx, { organizationId, ids, priority: PRIORITIES.indexOf(priority) });
  await ring(tx, organizationId);
  return new Set([...lanes, ...raised].map((row) => row.pfa_id)).size;
}

interface Raise {
  readonly organizationId: string;
  readonly ids: string[] | null;
  readonly priority: number;
}

/** The lanes get the organization's next turns of that priority, as a commit's would; lanes before items, as settling. */
const raise = (tx: Tx, { organizationId, ids, priority }: Raise) =>
  tx<Array<{ pfa_id: string }>>`
    with lane as materialized (
      select l.pfa_id, l.priority, l.turn from pfa_lane l
      where l.organization_id = ${organizationId} and exists (
        select from pfa_write_queue q
        where q.organization_id = l.organization_id and q.pfa_id = l.pfa_id
          and q.priority > ${priority}
          and (${ids}::uuid[] is null or q.modification_id = any(${ids}::uuid[])))
      order by l.pfa_id
      for update
    ), items as (
      update pfa_write_queue q set priority = ${priority} from lane
      where q.organization_id = ${organizationId} and q.pfa_id = lane.pfa_id
        and q.priority > ${priority}
        and (${ids}::uuid[] is null or q.modification_id = any(${ids}::uuid[]))
    ), moving as (
      select pfa_id, row_number() over (order by priority, turn) as nth from lane
      where priority > ${priority}
    ), turn as (
      insert into organization_turn as t (organization_id, priority, turn)
      select o.id, ${priority},
        coalesce(c.turns[${priority}::int + 1], 0) + (select count(*) from moving)
      from organization o left join pems_connection c on c.id = o.connection_id
      where o.id = ${organizationId}
      on conflict (organization_id, priority) do update
      set turn = greatest(t.turn, excluded.turn - (select count(*) from moving))
        + (select count(*) from moving)
      returning turn - (select count(*) from moving) as base
    )
    update pfa_lane l set priority = ${priority}, turn = turn.base + moving.nth
    from moving, turn
    where l.organization_id = ${organizationId} and l.pfa_id = moving.pfa_id
    returning l.pfa_id`;

/** Rings for the organization's connection. */
async function ring(tx: Tx, organizationId: string): Promise<void> {
  const [row] = await tx<Array<{ id: string | null }>>`
    select connection_id as id from organization where id = ${organizationId}`;
  await ringForWork(tx, row?.id ?? null);
}
