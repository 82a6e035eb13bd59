/** Drafts on their way into a commit: whose they are, and locked while they are judged. */
import type { Delta } from "../domain/delta.ts";
import type { Operation } from "../domain/threeway.ts";
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
    where organization_id = current_organization() and id = any(${ids as string[]}::uuid[])`;

export interface LockedDraft {
  readonly id: string;
  readonly pfaId: string;
  readonly operation: Operation;
  readonly changes: Delta;
}

/** Locks the drafts for a commit: those named, or all of the user's own. */
export const lockForCommit = (
  tx: Tx,
  userId: string,
  ids: ReadonlyArray<string> | undefined,
): Promise<LockedDraft[]> =>
  ids === undefined
    ? tx<LockedDraft[]>`
      select id, pfa_id as "pfaId", operation, changes from pfa_modification
      where organization_id = current_organization() and user_id = ${userId}
        and sync_status = 'draft'
      order by pfa_id, id
      for update`
    : tx<LockedDraft[]>`
      select id, pfa_id as "pfaId", operation, changes from pfa_modification
      where organization_id = current_organization() and sync_status = 'draft'
        and id = any(${ids as string[]}::uuid[])
      order by pfa_id, id
      for update`;
