/** Pausing: an organization's writes stand still, and its lanes with them (a trigger moves those). */
import { record } from "./audit.ts";
import { announce } from "./notices.ts";
import { notify } from "./notifications.ts";
import type { Sql, Tx } from "./sql.ts";

interface Pause {
  readonly pause: "credentials" | "rewind";
  readonly workerId: string;
  readonly title: string;
  readonly reason: string;
}

/** PEMS refuses the organization's credentials: once, whoever of many finds out first, with word to administrators. */
export const pauseForCredentials = (
  worker: Sql,
  { organizationId, workerId }: { readonly organizationId: string; readonly workerId: string },
  reason: string,
) =>
  worker.begin((tx) =>
    pauseOne(tx, organizationId, {
      pause: "credentials",
      workerId,
      title: "PEMS refuses our credentials",
      reason,
    })
  );

/** PEMS went back to an earlier state: every organization on the connection, until somebody has looked. */
export const pauseForRewind = (
  worker: Sql,
  { connectionId, workerId }: { readonly connectionId: string; readonly workerId: string },
  reason: string,
) =>
  worker.begin(async (tx) => {
    const organizations = await tx<Array<{ id: string }>>`
      select id from organization where connection_id = ${connectionId} order by id`;
    for (const { id } of organizations) {
      await pauseOne(tx, id, {
        pause: "rewind",
        workerId,
        title: "PEMS went back to an earlier state",
        reason,
      });
    }
  });

async function pauseOne(
  tx: Tx,
  organizationId: string,
  { pause, workerId, title, reason }: Pause,
): Promise<void> {
  const paused = await tx`
    update organization set pause = ${pause}, pause_reason = ${reason}, paused_at = now()
    where id = ${organizationId} and pause is null
    returning id`;
  if (paused.length === 0) return;
  await record(tx, [{ eventType: "PAUSE", organizationId, workerId, details: { reason } }]);
  await announce(tx, [{ type: "HEALTH", organizationId, at: new Date().toISOString() }]);
  await notify(tx, {
    organizationId,
    userIds: [],
    administrators: true,
    kind: "paused",
    title,
    body: reason,
  });
}
