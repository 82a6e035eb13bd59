/** Conflicts: what we wanted, what PEMS has, and what we had seen, kept until a person decides, or a policy has. */
import { type Delta, entries } from "../domain/delta.ts";
import type { Outcome, Remote } from "../domain/outcome.ts";
import type { FieldName } from "../domain/pfa.ts";
import { type Decision, decisionOf } from "../domain/policy_trial.ts";
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

/** A conflict that a policy decided, as `record_policy` keeps it. */
export interface Decided {
  readonly fields: ReadonlyArray<FieldName>;
  readonly version: number;
  readonly base: object;
  readonly local: object;
  readonly pems: object;
  readonly changedBy: string | null;
  readonly changedAt: string;
  readonly resolution: Decision;
  /** The values that were given up, by side. */
  readonly lost: { readonly local: object; readonly pems: object };
}

/** The fields of the wanted delta that a policy decided against this PEMS; what it decided for us is in `sent`. */
export function decidedBy(
  fields: ReadonlyArray<FieldName>,
  { wanted, sent, remote }: {
    readonly wanted: Delta;
    readonly sent: Delta;
    readonly remote: Remote;
  },
): Decided {
  const ours = fields.filter((name) => name in sent);
  const theirs = fields.filter((name) => !(name in sent));
  const sides = entries(wanted);
  return {
    fields,
    version: remote.version,
    base: Object.fromEntries(sides.map(([name, { from }]) => [name, from])),
    local: Object.fromEntries(sides.map(([name, { to }]) => [name, to])),
    pems: remote.record,
    changedBy: remote.modifiedBy,
    changedAt: remote.updatedAt,
    resolution: decisionOf(fields, sent),
    lost: {
      local: Object.fromEntries(theirs.map((name) => [name, wanted[name]!.to])),
      pems: Object.fromEntries(ours.map((name) => [name, remote.record[name]])),
    },
  };
}

/** Keeps what a policy decided when it left nothing to send. */
export function recordPolicy(
  tx: Tx,
  { claim, items, delta, writeId }: Settlement,
  { auto = [], remote = claim.mirror }: Extract<Outcome, { _tag: "Synced" }>,
) {
  const { organizationId, pfaId, workerId } = claim.lease;
  const decided = decidedBy(auto, { wanted: delta, sent: {}, remote });
  return tx`
    select record_policy(${organizationId}, ${pfaId}, ${workerId}, ${writeId ?? null},
      ${items.map((item) => item.modificationId)}::uuid[], ${json(decided)}::text::jsonb)`;
}
