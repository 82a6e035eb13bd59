/** Where a queued change stands in the line to PEMS: asked when somebody looks at it, never for thousands of badges. */
import type { SyncState } from "../../domain/status.ts";
import { call, query, Refusal } from "../api.ts";
import type { PfaView } from "../record.ts";

const ASK_AGAIN_MS = 5000;

export const isInLine = ({ status }: SyncState): boolean =>
  status === "queued" || status === "retrying";

/** The change as the server knows it, with its place; undefined when it has moved on, or nobody answers. */
export async function askPlace(
  organizationId: string,
  pfaId: string,
  shown: SyncState,
): Promise<SyncState | undefined> {
  if (!isInLine(shown)) return undefined;
  try {
    const path = `/api/pfa-data/${encodeURIComponent(pfaId)}?${query({ organizationId })}`;
    const { sync } = await call<PfaView>(path);
    const same = sync.modificationId === shown.modificationId && sync.status === shown.status;
    return same ? sync : undefined;
  } catch (error) {
    // The badge stays as it is: news of it comes by the socket anyway.
    if (!(error instanceof Refusal)) throw error;
    return undefined;
  }
}

/** Asks now and every few seconds while the page is on show. Returns the way to stop. */
export function watchPlace(ask: () => void): () => void {
  ask();
  const again = setInterval(() => document.hidden || ask(), ASK_AGAIN_MS);
  return () => clearInterval(again);
}
