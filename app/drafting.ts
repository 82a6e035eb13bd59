/** Saving drafts: all of a request or nothing, in one transaction with its audit and news. */
import {
  type Basis,
  discardDrafts,
  lockDrafts,
  type NewDraft,
  readBases,
  saveDrafts,
} from "../db/drafts.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import { captureEdit, type Drafted } from "./capture.ts";
import type { ReadEdit } from "./edit.ts";
import { broken, type FieldError, Problem, unknown } from "./problem.ts";

export interface SavedDraft {
  readonly modificationId: string | null;
  readonly pfaId: string;
  readonly syncStatus: "draft" | "discarded" | "clean";
  readonly baseVersion: number;
}

/** Where one record's draft stands while the request's edits are laid over it. */
interface Progress {
  readonly basis: Basis;
  draft: Drafted | undefined;
  changeReason: string | null;
}

/** Throws 404 for records that are not there, 409 for edits of a record one is deleting, 422 for broken rules. */
export async function saveEdits(
  tx: Tx,
  tenant: Tenant,
  edits: ReadonlyArray<ReadEdit>,
): Promise<ReadonlyArray<SavedDraft>> {
  await lockDrafts(tx, tenant);
  // One row for each record: two edits of it meet the same basis.
  const wanted = new Map(edits.map((edit) => [edit.pfaId, edit]));
  const bases = await readBases(tx, tenant.userId, [...wanted.values()]);
  requireAll(edits, bases);
  const progress = capturedAll(edits, bases);
  const drafts: NewDraft[] = [];
  const emptied: string[] = [];
  for (const { basis, draft, changeReason } of progress.values()) {
    if (draft !== undefined) drafts.push({ pfaId: basis.pfaId, ...draft, changeReason });
    else if (basis.draft !== undefined) emptied.push(basis.draft.id);
  }
  const ids = await saveDrafts(tx, tenant, drafts);
  await discardDrafts(tx, tenant, { ids: emptied, reason: "every field is back at its base" });
  return edits.map(({ pfaId }) => savedOf(progress.get(pfaId)!, ids.get(pfaId)));
}

function requireAll(edits: ReadonlyArray<ReadEdit>, bases: ReadonlyMap<string, Basis>): void {
  const missing = edits.filter(({ pfaId }) => !bases.has(pfaId));
  if (missing.length === 0) return;
  const errors = missing.map(({ pfaId, path }) => ({
    path: `${path}pfaId`,
    message: `This organization has no record ${pfaId}`,
  }));
  throw new Problem("unknown", errors[0]!.message, errors.slice(0, 100));
}

function capturedAll(
  edits: ReadonlyArray<ReadEdit>,
  bases: ReadonlyMap<string, Basis>,
): ReadonlyMap<string, Progress> {
  const progress = new Map<string, Progress>();
  const errors: FieldError[] = [];
  for (const edit of edits) {
    const basis = bases.get(edit.pfaId)!;
    const one = progress.get(edit.pfaId) ?? { basis, draft: basis.draft, changeReason: null };
    progress.set(edit.pfaId, one);
    one.changeReason = edit.changeReason ?? one.changeReason;
    const captured = captureEdit(basis, one.draft, edit);
    if (captured._tag === "Broken") errors.push(...captured.errors);
    else if (captured._tag === "Deleted") throw deleting(edit.pfaId);
    else one.draft = captured._tag === "Drafted" ? captured.draft : undefined;
  }
  if (errors.length > 0) throw broken(errors);
  return progress;
}

const deleting = (pfaId: string) =>
  new Problem("moved_on", `Cannot edit ${pfaId}: your own draft deletes it, discard that first`);

function savedOf({ basis, draft }: Progress, id: string | undefined): SavedDraft {
  const { pfaId, version } = basis;
  if (draft !== undefined) {
    return { modificationId: id!, pfaId, syncStatus: "draft", baseVersion: draft.baseVersion };
  }
  const { id: emptied = null, baseVersion = version } = basis.draft ?? {};
  const syncStatus = emptied === null ? "clean" : "discarded";
  return { modificationId: emptied, pfaId, syncStatus, baseVersion };
}

/** Throws 404 for ids that name no record's modification of the organization. */
export function requireKnown(ids: ReadonlyArray<string>, found: ReadonlySet<string>): void {
  const missing = ids.find((id) => !found.has(id.toLowerCase()));
  if (missing !== undefined) throw unknown(`This organization has no modification ${missing}`);
}
