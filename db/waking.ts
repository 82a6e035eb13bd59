/** Sending sooner: what waits for its next try is due now. */
import { ringForWork } from "./notices.ts";
import type { Tx } from "./sql.ts";

/**
 * Makes the organization's delayed lanes due and rings the bell.
 * @param modificationIds only the lanes of these; undefined: all
 * @returns how many lanes wait no longer
 */
export async function hurry(
  tx: Tx,
  organizationId: string,
  modificationIds: ReadonlyArray<string> | undefined,
): Promise<number> {
  const lanes = modificationIds === undefined
    ? await tx`
      update pfa_lane set due_at = clock_timestamp()
      where organization_id = ${organizationId} and state = 'delayed' and due_at > clock_timestamp()
      returning pfa_id`
    : await tx`
      update pfa_lane l set due_at = clock_timestamp()
      from pfa_write_queue q
      where q.modification_id = any(${modificationIds as string[]}::uuid[])
        and l.organization_id = q.organization_id and l.pfa_id = q.pfa_id
        and l.organization_id = ${organizationId} and l.state = 'delayed'
        and l.due_at > clock_timestamp()
      returning l.pfa_id`;
  await ring(tx, organizationId);
  return lanes.length;
}

/** Rings for the organization's connection. */
async function ring(tx: Tx, organizationId: string): Promise<void> {
  const [row] = await tx<Array<{ id: string | null }>>`
    select connection_id as id from organization where id = ${organizationId}`;
  await ringForWork(tx, row?.id ?? null);
}
