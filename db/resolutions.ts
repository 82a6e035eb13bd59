/** Conflicts as people resolve them: locked with their lanes, then recorded with what becomes of their items. */
import type { Delta } from "../domain/delta.ts";
import type { FieldName, FieldValue, Pfa } from "../domain/pfa.ts";
import type { Fate, ResolutionName } from "../domain/resolution.ts";
import type { Priority } from "../domain/status.ts";
import { PRIORITIES } from "../domain/status.ts";
import type { Operation } from "../domain/threeway.ts";
import { record } from "./audit.ts";
import { insertDecided } from "./decided.ts";
import { enqueue } from "./enqueue.ts";
import {
  decidedNotices,
  discardItems,
  followHeads,
  lockLanes,
  putFirst,
  requeue,
} from "./lane_items.ts";
import { announce } from "./notices.ts";
import { json, type Tenant, type Tx } from "./sql.ts";

/** A conflict with its items, in the order of their lane. */
export interface LockedConflict {
  readonly id: string;
  readonly pfaId: string;
  readonly status: string;
  /** Who resolved it; null: nobody yet, or PEMS by itself. */
  readonly resolvedBy: string | null;
  readonly fields: ReadonlyArray<FieldName>;
  readonly pems: Pfa;
  readonly pemsVersion: number;
  readonly items: ReadonlyArray<{
    readonly modificationId: string;
    readonly operation: Operation;
    readonly changes: Delta;
    readonly priority: number;
    /** Place in the order of commits, as decimal text. */
    readonly nth: string;
  }>;
}

/** The organization's conflicts of these ids, locked with their lanes; others are left out. */
export async function lockConflicts(
  tx: Tx,
  organizationId: string,
  ids: ReadonlyArray<string>,
): Promise<ReadonlyArray<LockedConflict>> {
  const named = await tx<Array<{ pfa_id: string }>>`
    select distinct pfa_id from pfa_sync_conflict
    where organization_id = ${organizationId} and id = any(${ids as string[]}::uuid[])`;
  if (named.length === 0) return [];
  // Lanes before conflicts, as settlements do.
  await lockLanes(tx, organizationId, named.map((row) => row.pfa_id));
  return await tx<LockedConflict[]>`
    select c.id, c.pfa_id as "pfaId", c.status, u.display_name as "resolvedBy",
      c.conflict_fields as fields, c.pems_data as pems, c.pems_version as "pemsVersion",
      coalesce((
        select jsonb_agg(jsonb_build_object('modificationId', q.modification_id,
          'operation', q.operation, 'changes', q.payload, 'priority', q.priority,
          'nth', m.committed_nth::text) order by q.id)
        from pfa_write_queue q join pfa_modification m on m.id = q.modification_id
        where q.modification_id = any(c.modification_ids) and q.status = 'conflict'), '[]') as items
    from pfa_sync_conflict c left join app_user u on u.id = c.resolved_by
    where c.organization_id = ${organizationId} and c.id = any(${ids as string[]}::uuid[])
    order by c.id
    for update of c`;
}

/** What somebody decided about a conflict. */
export interface Decision {
  readonly conflict: LockedConflict;
  readonly resolution: ResolutionName;
  readonly fates: ReadonlyArray<Fate>;
  readonly merged: Delta | undefined;
  /** What is given up by it, by field. */
  readonly lost: {
    readonly local?: { readonly [name: string]: FieldValue };
    readonly pems?: { readonly [name: string]: FieldValue };
  };
}

const STATUS = {
  use_local: "resolved_local",
  use_pems: "resolved_pems",
  merge: "resolved_merged",
} as const satisfies { readonly [name in ResolutionName]: string };

/** Records the decisions with all that follows from them; returns the moment. */
export async function recordDecisions(
  tx: Tx,
  tenant: Tenant & { readonly maxRetries: number },
  decisions: ReadonlyArray<Decision>,
): Promise<Date> {
  const { organizationId } = tenant;
  const pfaIds = decisions.map(({ conflict }) => conflict.pfaId);
  const resolvedAt = await close(tx, tenant, decisions);
  const fates = decisions.flatMap(({ conflict: { pfaId }, fates }) =>
    fates.map((fate) => ({ ...fate, pfaId }))
  );
  const requeued = fates.filter((fate) => fate._tag === "Requeued");
  await Promise.all([
    requeue(tx, requeued),
    discardItems(tx, tenant, fates.filter((fate) => fate._tag === "Discarded")),
  ]);
  for (const decision of decisions) {
    if (decision.merged !== undefined) await queueMerged(tx, tenant, decision.merged, decision);
  }
  await record(tx, decisions.flatMap((decision) => entriesOf(tenant, decision)));
  await followHeads(tx, organizationId, pfaIds);
  await announce(tx, decidedNotices(organizationId, pfaIds, requeued));
  return resolvedAt;
}

async function close(
  tx: Tx,
  { organizationId, userId }: Tenant,
  decisions: ReadonlyArray<Decision>,
): Promise<Date> {
  const input = decisions.map(({ conflict, resolution }) => ({
    id: conflict.id,
    resolution,
    status: STATUS[resolution],
  }));
  const [row] = await tx<Array<{ resolved_at: Date }>>`
    update pfa_sync_conflict c
    set status = i.status, resolution = i.resolution, resolved_by = ${userId}, resolved_at = now()
    from jsonb_to_recordset(${
    json(input)
  }::text::jsonb) as i (id uuid, resolution text, status text)
    where c.id = i.id and c.organization_id = ${organizationId} and c.status = 'unresolved'
    returning c.resolved_at`;
  return row!.resolved_at;
}

/** The resolver's own modification, as a job of its own, in the place of those it resolves. */
async function queueMerged(
  tx: Tx,
  tenant: Tenant & { readonly maxRetries: number },
  changes: Delta,
  { conflict: { pfaId, pemsVersion, items } }: Decision,
): Promise<void> {
  const changeReason = "A conflict with PEMS was resolved by a merge";
  const made = await insertDecided(tx, tenant, [
    { pfaId, origin: "resolution", changes, baseVersion: pemsVersion, changeReason },
  ]);
  const id = made.get(pfaId)!;
  const priority: Priority = PRIORITIES[Math.min(...items.map((item) => item.priority))]!;
  await enqueue(tx, { ...tenant, modificationIds: [id], priority, changeReason });
  // What was committed meanwhile is later than what this stands for.
  await tx`update pfa_modification set committed_nth = ${items[0]!.nth}::bigint where id = ${id}`;
  await putFirst(tx, { ...tenant, pfaId }, [id, ...items.map((item) => item.modificationId)]);
}

const entriesOf = (
  { organizationId, userId }: Tenant,
  { conflict, resolution, fates, merged, lost }: Decision,
) =>
  fates.map((fate) => ({
    eventType: "CONFLICT_RESOLVED" as const,
    organizationId,
    userId,
    pfaId: conflict.pfaId,
    modificationId: fate.modificationId,
    details: {
      conflictId: conflict.id,
      resolution,
      outcome: fate._tag,
      ...(fate._tag === "Requeued" ? { changes: fate.changes } : { reason: fate.reason }),
      ...(merged === undefined ? {} : { merged }),
      lost,
      pemsVersion: conflict.pemsVersion,
    },
  }));
