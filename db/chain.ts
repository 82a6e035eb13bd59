/** The chain of the audit trail: entries sealed in the order of their commits, by one sealer at a time. */
import type { Sql } from "./sql.ts";

/**
 * Seals entries that have none yet, the oldest first.
 * @param most of them
 * @returns how many; 0 as well while another worker is at it
 */
export async function sealEntries(worker: Sql, most: number): Promise<number> {
  const [row] = await worker<[{ sealed: number }]>`select seal_entries(${most}) as sealed`;
  return row.sealed;
}
