/** Correcting a dead letter: its change with other values, as a modification that takes its place. */
import { lockLetter } from "../db/dead_letters.ts";
import { insertDecided } from "../db/decided.ts";
import { enqueue } from "../db/enqueue.ts";
import { lockPresent, overlaid } from "../db/rollbacks.ts";
import type { Tenant, Tx } from "../db/sql.ts";
import { applied, type Edits } from "../domain/delta.ts";
import { corrected } from "../domain/fixforward.ts";
import { ruleErrors } from "./capture.ts";
import { requireField } from "./edit.ts";
import type { Membership } from "./env.ts";
import { broken, Problem, unknown } from "./problem.ts";

export interface Correction {
  readonly tenant: Tenant;
  readonly organization: Membership;
  /** Of the modification that died. */
  readonly id: string;
  readonly edits: Edits;
  readonly reason: string | null;
  readonly maxRetries: number;
}

/**
 * Queues the letter's change with these values, in the name of who corrects it: it fixes forward like any commit, and
 * the letter ends with it. Throws 403 for fields that the member may not edit, 404, 409 and 422.
 */
export async function correctLetter(
  tx: Tx,
  { tenant, organization, id, edits, reason, maxRetries }: Correction,
): Promise<{ readonly jobId: string; readonly modificationId: string }> {
  const letter = await lockLetter(tx, tenant.organizationId, id);
  if (letter === undefined) throw unknown(`This organization has no modification ${id}`);
  const { pfaId, status, operation } = letter;
  if (status !== "failed") {
    throw new Problem("moved_on", `Modification ${id} is no dead letter: it is ${status}`);
  }
  if (operation === "DELETE") {
    throw broken([{ path: "changes", message: "A delete has no values: retry or discard it" }]);
  }
  for (const name of Object.keys(letter.changes)) requireField(organization, name);
  const present = (await lockPresent(tx, tenant.organizationId, [pfaId])).get(pfaId)!;
  const record = overlaid(present.pems.record, present.lane);
  const changes = corrected(letter.changes, record, edits);
  const errors = ruleErrors(applied(record, changes), changes, "changes.");
  if (errors.length > 0) throw broken(errors);
  const { version: baseVersion } = present.pems;
  const made = await insertDecided(tx, tenant, [
    { pfaId, origin: "edit", changes, baseVersion, changeReason: reason ?? letter.changeReason },
  ]);
  const modificationId = made.get(pfaId)!;
  const { jobId } = await enqueue(tx, {
    ...tenant,
    modificationIds: [modificationId],
    priority: "normal",
    maxRetries,
  });
  return { jobId, modificationId };
}
