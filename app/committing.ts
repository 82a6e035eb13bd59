/** Committing drafts: checked again as whole records, then queued, in one transaction. */
import {
  findOwners,
  type LockedDraft,
  lockForCommit,
  type OwnedModification,
  readChanged,
} from "../db/draft_locks.ts";
import { lockDrafts } from "../db/drafts.ts";
import { type Pending, pendingCalls } from "../db/connections.ts";
import { enqueue } from "../db/enqueue.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import { applied } from "../domain/delta.ts";
import type { Pfa } from "../domain/pfa.ts";
import type { Priority } from "../domain/status.ts";
import { ruleErrors } from "./capture.ts";
import { requireKnown } from "./drafting.ts";
import { requireField, requirePermission } from "./edit.ts";
import type { Membership } from "./env.ts";
import { broken, type FieldError, forbidden } from "./problem.ts";

export interface Commit {
  readonly tenant: Tenant;
  readonly organization: Membership;
  /** Undefined: all own drafts. */
  readonly modificationIds: ReadonlyArray<string> | undefined;
  readonly priority: Priority;
  readonly maxRetries: number;
  readonly changeReason: string | undefined;
  readonly traceparent: string | undefined;
}

export interface Queued {
  readonly jobId: string | null;
  readonly queuedCount: number;
  /** The calls before the last of them is through; undefined when nothing is sent for now. */
  readonly pending: Pending | undefined;
}

/** Queues the drafts; what was committed before is left alone. Throws 403, 404 or 422, and then nothing is queued. */
export async function commitDrafts(tx: Tx, commit: Commit): Promise<Queued> {
  const { tenant, organization, modificationIds } = commit;
  // Sent together and at once, run in this order; a refusal rolls the locks back.
  const choice = { userId: tenant.userId, modificationIds };
  const [, owners, drafts, records, before] = await Promise.all([
    lockDrafts(tx, tenant),
    modificationIds && findOwners(tx, modificationIds),
    lockForCommit(tx, choice),
    readChanged(tx, choice),
    pendingCalls(tx, tenant.organizationId),
  ]);
  if (modificationIds !== undefined) requireOwn(commit, modificationIds, owners!);
  if (drafts.length === 0) return { jobId: null, queuedCount: 0, pending: undefined };
  for (const draft of drafts) requireEditor(draft, organization);
  requireRules(drafts, records);
  const { priority, maxRetries, changeReason, traceparent } = commit;
  const queued = await enqueue(tx, {
    ...tenant,
    modificationIds: drafts.map(({ id }) => id),
    priority,
    maxRetries,
    changeReason,
    traceparent,
  });
  return { ...queued, pending: before && { ...before, lanes: before.lanes + records.size } };
}

/** One's own modifications; those of others only with ManageSettings. */
function requireOwn(
  { tenant, organization }: Commit,
  ids: ReadonlyArray<string>,
  owners: ReadonlyArray<OwnedModification>,
): void {
  requireKnown(ids, new Set(owners.map(({ id }) => id)));
  const foreign = owners.find(({ userId }) => userId !== tenant.userId);
  if (foreign !== undefined && !organization.permissions.includes("ManageSettings")) {
    throw forbidden(`Modification ${foreign.id} is another user's: that needs ManageSettings`);
  }
}

/** Permissions may have changed since the draft was saved, and a committer may be another user. */
function requireEditor({ operation, changes }: LockedDraft, organization: Membership): void {
  if (operation === "DELETE") {
    requirePermission(organization, "Delete", "delete a record");
    return;
  }
  for (const name of Object.keys(changes)) requireField(organization, name);
}

/** The mirror may have moved, and others may have committed: what comes of it must hold as a whole. */
function requireRules(
  drafts: ReadonlyArray<LockedDraft>,
  records: ReadonlyMap<string, Pfa>,
): void {
  const errors: FieldError[] = [];
  const reached = new Map<string, Pfa>();
  for (const { pfaId, operation, changes } of drafts) {
    const before = reached.get(pfaId) ?? records.get(pfaId)!;
    if (before.isDiscontinued) {
      errors.push({ path: pfaId, message: `${pfaId} is discontinued and cannot be changed` });
    } else if (operation === "DELETE") {
      reached.set(pfaId, { ...before, isDiscontinued: true });
    } else {
      const after = applied(before, changes);
      errors.push(...ruleErrors(after, changes, `${pfaId}.`));
      reached.set(pfaId, after);
    }
  }
  if (errors.length > 0) throw broken(errors);
}
