/** Pausing: an organization's writes stand still, and its lanes with them (a trigger moves those). */
import { record } from "./audit.ts";
import { notify } from "./notifications.ts";
import type { Sql } from "./sql.ts";

/** PEMS refuses the organization's credentials: once, whoever of many finds out first, with word to administrators. */
export const pauseForCredentials = (
  worker: Sql,
  { organizationId, workerId }: { readonly organizationId: string; readonly workerId: string },
  reason: string,
) =>
  worker.begin(async (tx) => {
    const paused = await tx`
      update organization set pause = 'credentials', pause_reason = ${reason}, paused_at = now()
      where id = ${organizationId} and pause is null
      returning id`;
    if (paused.length === 0) return;
    await record(tx, [{ eventType: "PAUSE", organizationId, workerId, details: { reason } }]);
    await notify(tx, {
      organizationId,
      userIds: [],
      administrators: true,
      kind: "paused",
      title: "PEMS refuses our credentials",
      body: reason,
    });
  });
