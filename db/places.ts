/** Where one queued change stands in the line to PEMS. */
import type { SyncState } from "../domain/status.ts";
import type { Tx } from "./sql.ts";

type Place = Pick<SyncState, "position" | "expectedAt" | "waitingFor">;

/** The place of the record's newest committed change; empty while it is not in the line. */
export async function placeOf(tx: Tx, pfaId: string): Promise<Place> {
  const [row] = await tx<
    Array<{ place: number | null; leaves_at: Date | null; waiting_for: string | null }>
  >`select place, leaves_at, waiting_for from lane_place(${pfaId})`;
  if (row === undefined) return {};
  const { place, leaves_at, waiting_for } = row;
  return waiting_for === null
    ? { position: place!, expectedAt: leaves_at!.toISOString() }
    : { waitingFor: waiting_for };
}
