/** Commits on records with dead letters: taken into their lanes so that they fix forward. */
import { takeIn, type Waiting } from "../domain/fixforward.ts";
import { type AuditEntry, record } from "./audit.ts";
import { discardItems, followHeads, putFirst, requeue, restate } from "./lane_items.ts";
import type { Tenant, Tx } from "./sql.ts";

export interface StuckLane {
  readonly pfaId: string;
  /** All its items in order, those just queued last. */
  readonly items: ReadonlyArray<Waiting>;
}

/** The lanes of these modifications that have dead letters in them. */
export const findStuck = (tx: Tx, modificationIds: ReadonlyArray<string>): Promise<StuckLane[]> =>
  tx<StuckLane[]>`
    with stuck as materialized (
      select distinct d.organization_id, d.pfa_id
      from pfa_modification m
      join pfa_write_queue d on d.organization_id = m.organization_id and d.pfa_id = m.pfa_id
      where m.id = any(${modificationIds as string[]}::uuid[]) and d.status = 'dead'
    )
    select s.pfa_id as "pfaId", jsonb_agg(jsonb_build_object('modificationId', q.modification_id,
      'userId', m.user_id, 'operation', q.operation, 'origin', m.origin,
      'dead', q.status = 'dead', 'changes', q.payload) order by q.id) as items
    from stuck s
    join pfa_write_queue q on q.organization_id = s.organization_id and q.pfa_id = s.pfa_id
    join pfa_modification m on m.id = q.modification_id
    group by s.pfa_id
    order by s.pfa_id`;

/** Takes the modifications just queued into these lanes, each after the other. */
export async function forward(
  tx: Tx,
  tenant: Tenant,
  { lanes, ids }: { readonly lanes: ReadonlyArray<StuckLane>; readonly ids: ReadonlyArray<string> },
): Promise<void> {
  const queued = new Set(ids);
  for (const { pfaId, items } of lanes) {
    let lane = items.filter((item) => !queued.has(item.modificationId));
    for (const commit of items.filter((item) => queued.has(item.modificationId))) {
      const taken = takeIn(lane, commit);
      await discardItems(
        tx,
        tenant,
        taken.emptied.map((modificationId) => ({ modificationId, reason: takenOver(commit) })),
      );
      await record(tx, told(tenant, pfaId, { before: lane, after: taken.lane, commit }));
      lane = [...taken.lane];
    }
    await apply(tx, tenant, { pfaId, items, lane });
  }
}

const takenOver = ({ modificationId }: Waiting) =>
  `Every field of it was taken over by the later change ${modificationId}`;

/** Writes down what has become of the lane's items. */
async function apply(
  tx: Tx,
  { organizationId }: Tenant,
  { pfaId, items, lane }: StuckLane & { readonly lane: ReadonlyArray<Waiting> },
): Promise<void> {
  const before = new Map(items.map((item) => [item.modificationId, item]));
  const revived = lane.filter((item) => before.get(item.modificationId)!.dead && !item.dead);
  await Promise.all([
    restate(tx, lane.filter((item) => isChanged(before.get(item.modificationId)!, item))),
    requeue(tx, revived.map(({ modificationId }) => ({ modificationId, changes: undefined }))),
    putFirst(tx, { organizationId, pfaId }, lane.map((item) => item.modificationId)),
  ]);
  await followHeads(tx, organizationId, [pfaId]);
}

const isChanged = (before: Waiting, after: Waiting) =>
  JSON.stringify(before.changes) !== JSON.stringify(after.changes);

/** What the commit did to dead letters: revived with it, or fields of theirs taken over. */
function told(
  { organizationId, userId }: Tenant,
  pfaId: string,
  { before, after, commit }: {
    readonly before: ReadonlyArray<Waiting>;
    readonly after: ReadonlyArray<Waiting>;
    readonly commit: Waiting;
  },
): AuditEntry[] {
  const now = new Map(after.map((item) => [item.modificationId, item]));
  return before.flatMap((item): AuditEntry[] => {
    const next = now.get(item.modificationId);
    if (!item.dead || next === undefined) return [];
    const entry = { organizationId, userId, pfaId, modificationId: item.modificationId };
    const by = commit.modificationId;
    if (!next.dead) {
      return [{ ...entry, eventType: "REPLAY", details: { fixedForwardBy: by } }];
    }
    if (!isChanged(item, next)) return [];
    const fields = Object.keys(item.changes).filter((name) => !(name in next.changes));
    const details = { takenOverBy: by, fields, left: next.changes };
    return [{ ...entry, eventType: "DISCARD", details }];
  });
}
