/** Resolving conflicts: judged against what was shown, all of them or none, in one transaction. */
import {
  type Decision,
  lockConflicts,
  type LockedConflict,
  recordDecisions,
} from "../db/resolutions.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import type { Delta } from "../domain/delta.ts";
import { type Choice, losersOf, type ResolutionName, resolve } from "../domain/resolution.ts";
import { readChosen } from "./edit.ts";
import type { Membership } from "./env.ts";
import { broken, type FieldError, invalid, Problem, unknown } from "./problem.ts";

export interface ResolvedConflict {
  readonly conflictId: string;
  readonly resolvedAt: Date;
  /** What will be sent for it. */
  readonly sent: Delta;
}

/** The choice as it arrives. Throws 403 for fields the member may not edit, 400 and 422 for bad values. */
export function readChoice(
  resolution: ResolutionName,
  mergedData: { readonly [name: string]: unknown } | undefined,
  organization: Membership,
): Choice {
  if (resolution === "merge") {
    if (mergedData === undefined) {
      throw invalid([{ path: "mergedData", message: "A merge needs a value for every field" }]);
    }
    return { _tag: "merge", values: readChosen(mergedData, { path: "mergedData.", organization }) };
  }
  if (Object.keys(mergedData ?? {}).length > 0) {
    throw invalid([{ path: "mergedData", message: `${resolution} takes no values: use merge` }]);
  }
  return { _tag: resolution };
}

export interface Resolving {
  readonly tenant: Tenant & { readonly maxRetries: number };
  readonly ids: ReadonlyArray<string>;
  readonly choice: Choice;
}

/** Resolves the conflicts. Throws 404, 409 or 422, and then nothing is changed. */
export async function resolveConflicts(
  tx: Tx,
  { tenant, ids, choice }: Resolving,
): Promise<ReadonlyArray<ResolvedConflict>> {
  const conflicts = await lockOpen(tx, tenant.organizationId, ids);
  if (conflicts.length === 0) return [];
  const decided = decideAll(conflicts, choice);
  const resolvedAt = await recordDecisions(tx, tenant, decided);
  return decided.map(({ conflict, sent }) => ({ conflictId: conflict.id, resolvedAt, sent }));
}

/** What would be sent after the choice; nothing is changed. Refuses what the resolution would refuse. */
export async function previewResolution(
  tx: Tx,
  { tenant, ids, choice }: Omit<Resolving, "tenant"> & { readonly tenant: Tenant },
): Promise<Delta> {
  const [decided] = decideAll(await lockOpen(tx, tenant.organizationId, ids), choice);
  return decided!.sent;
}

async function lockOpen(
  tx: Tx,
  organizationId: string,
  ids: ReadonlyArray<string>,
): Promise<ReadonlyArray<LockedConflict>> {
  const conflicts = await lockConflicts(tx, organizationId, ids);
  const found = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
  for (const id of ids) {
    if (!found.has(id.toLowerCase())) throw unknown(`This organization has no conflict ${id}`);
  }
  for (const conflict of conflicts) requireOpen(conflict);
  return conflicts;
}

function requireOpen({ id, status, resolvedBy }: LockedConflict): void {
  if (status === "unresolved") return;
  const by = resolvedBy === null ? "it ended by itself" : `${resolvedBy} has resolved it`;
  throw new Problem("moved_on", `Cannot resolve conflict ${id}: ${by} (${status})`);
}

/** Every refusal of every conflict is told at once. */
function decideAll(
  conflicts: ReadonlyArray<LockedConflict>,
  choice: Choice,
): ReadonlyArray<Decision & { readonly sent: Delta }> {
  const errors: FieldError[] = [];
  const decided = conflicts.flatMap((conflict) => {
    const resolved = resolve(conflict, choice);
    if (resolved._tag === "Resolved") {
      const lost = losersOf(conflict, choice._tag);
      return [{ conflict, resolution: choice._tag, lost, ...resolved }];
    }
    const at = choice._tag === "merge" ? "mergedData" : conflict.pfaId;
    errors.push(
      ...resolved.errors.map(({ field, message }) => ({
        path: field === null ? at : `${at}.${field}`,
        message,
      })),
    );
    return [];
  });
  if (errors.length > 0) throw broken(errors);
  return decided;
}
