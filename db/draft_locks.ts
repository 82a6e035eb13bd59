/** Drafts on their way into a commit: whose they are, locked while they are judged, and what they change. */
import type { Delta } from "../domain/delta.ts";
import type { Pfa } from "../domain/pfa.ts";
import type { Operation } from "../domain/threeway.ts";
import { pfaOf } from "./record_rows.ts";
import type { Tx } from "./sql.ts";

export interface OwnedModification {
  readonly id: string;
  readonly userId: string;
  readonly status: string;
}

/** Whose the modifications are; ids that the organization does not have are left out. */
export const findOwners = (tx: Tx, ids: ReadonlyArray<string>): Promise<OwnedModification[]> =>
  tx<OwnedModification[]>`
    select id, user_id as "userId", sync_status as status from pfa_modification
    where organization_id = current_organization() and id = any(${ids as string[]}::uuid[])`
    .execute();

export interface LockedDraft {
  readonly id: string;
  readonly pfaId: string;
  readonly operation: Operation;
  readonly changes: Delta;
}

/** Which drafts a commit takes: those named, or all of the user's own. */
export interface Choice {
  readonly userId: string;
  readonly modificationIds: ReadonlyArray<string> | undefined;
}

const chosen = (tx: Tx, { userId, modificationIds }: Choice) =>
  modificationIds === undefined
    ? tx`user_id = ${userId}`
    : tx`id = any(${modificationIds as string[]}::uuid[])`;

/** Locks the drafts for a commit. */
export const lockForCommit = (tx: Tx, choice: Choice): Promise<LockedDraft[]> =>
  tx<LockedDraft[]>`
    select id, pfa_id as "pfaId", operation, changes from pfa_modification
    where organization_id = current_organization() and sync_status = 'draft'
      and ${chosen(tx, choice)}
    order by pfa_id, id
    for update`.execute();

/** The records that the drafts change: mirror and every pending committed modification. */
export async function readChanged(tx: Tx, choice: Choice): Promise<ReadonlyMap<string, Pfa>> {
  const rows = await tx<Array<{ readonly pfa_id: string; readonly [column: string]: unknown }>>`
    with changed as materialized (
      select distinct pfa_id from pfa_modification
      where organization_id = current_organization() and sync_status = 'draft'
        and ${chosen(tx, choice)}
    )
    select r.* from changed w
    -- limit 1 keeps it a lookup for each record: before its first analysis the table looks small enough to read whole
    cross join lateral (
      select x as mirror from pfa_mirror x
      where x.organization_id = current_organization() and x.pfa_id = w.pfa_id
      limit 1
    ) m
    left join (
      select pfa_id, fields from record_overlays(null)
      where pfa_id = any(array(select pfa_id from changed))
    ) o on o.pfa_id = w.pfa_id
    cross join lateral jsonb_populate_record(m.mirror, coalesce(o.fields, '{}')) r`;
  return new Map(rows.map((row) => [row.pfa_id, pfaOf(row)]));
}
