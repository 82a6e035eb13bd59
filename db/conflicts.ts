/** Conflicts: what we wanted, what PEMS has, and what we had seen, kept until a person decides. */
import { entries } from "../domain/delta.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Settlement } from "./settle.ts";
import { json, type Tx } from "./sql.ts";

type Conflicted = Extract<Outcome, { _tag: "Conflicted" }>;

/** Opens the lane's conflict: `base_data` and `local_data` by field of the delta, `pems_data` the whole record. */
export const openConflict = (tx: Tx, settlement: Settlement, outcome: Conflicted) => {
  const { claim, items, delta, writeId = null } = settlement;
  const sides = entries(delta);
  return tx`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, write_id,
      local_version, pems_version, base_data, local_data, pems_data, pems_changed_by,
      pems_changed_at, kind, conflict_fields, reason)
    values (${claim.lease.pfaId}, ${claim.lease.organizationId},
      ${items.map((item) => item.modificationId)}, ${writeId},
      ${claim.frozen?.version ?? claim.mirror.version}, ${outcome.remote.version},
      ${json(Object.fromEntries(sides.map(([name, { from }]) => [name, from])))}::text::jsonb,
      ${json(Object.fromEntries(sides.map(([name, { to }]) => [name, to])))}::text::jsonb,
      ${json(outcome.remote.record)}::text::jsonb,
      ${outcome.remote.modifiedBy}, ${outcome.remote.updatedAt}, ${outcome.kind},
      ${outcome.fields as string[]}, ${outcome.reason})`;
};
