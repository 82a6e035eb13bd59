/** Conflicts of the past with their three sides, for the trial of a policy. */
import type { PastConflict } from "../domain/policy_trial.ts";
import type { Tx } from "./sql.ts";

export interface PastConflictRow extends PastConflict {
  readonly id: string;
  readonly pfaId: string;
  readonly createdAt: Date;
  readonly status: string;
  /** How it ended; null: it is open, or PEMS came to agree by itself. */
  readonly resolution: string | null;
}

/** The organization's newest ones, however they ended. */
export const pastConflicts = (tx: Tx, limit: number): Promise<PastConflictRow[]> =>
  tx<PastConflictRow[]>`
    select c.id, c.pfa_id as "pfaId", c.created_at as "createdAt", c.status, c.resolution, c.kind,
      c.base_data as base, c.local_data as local, c.pems_data as pems, coalesce((
        select d.operation from pfa_modification d where d.id = c.modification_ids[1]), 'UPDATE')
        as operation
    from pfa_sync_conflict c
    where c.organization_id = current_organization()
    order by c.id desc
    limit ${limit}`;
