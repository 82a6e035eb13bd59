/** Save & Sync: commits drafts, says how long it takes, and tells when all of it has arrived. */
import type { LiveMessage } from "../domain/event.ts";
import { commitDrafts, type Committed, Refusal, serverNow } from "./api.ts";
import { duration, forecast, plural } from "./format.ts";
import type { Live } from "./live.ts";
import { toast } from "./toasts.tsx";

/** @returns undefined when the server refused; the reason has been shown */
export async function saveAndSync(
  organizationId: string,
  modificationIds?: ReadonlyArray<string>,
  changeReason?: string,
): Promise<Committed | undefined> {
  try {
    const committed = await commitDrafts(organizationId, modificationIds, changeReason);
    if (committed.queuedCount === 0) toast("info", "There was nothing left to send.");
    else {
      toast("good", `${plural(committed.queuedCount, "change")} queued, ${expected(committed)}`);
    }
    return committed;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const others = error.errors.length - 1;
    const more = others > 0 ? ` (and ${plural(others, "other problem")})` : "";
    toast("bad", `Nothing was sent: ${error.message}${more}`);
    return undefined;
  }
}

function expected({ queuedCount, estimatedCompletionTime }: Committed): string {
  if (estimatedCompletionTime === null) return forecast(queuedCount);
  return `about ${duration((Date.parse(estimatedCompletionTime) - serverNow()) / 1000)}`;
}

const OUTCOMES: { readonly [type: string]: "arrived" | "stuck" } = {
  SYNC_SUCCESS: "arrived",
  SYNC_CONFLICT: "stuck",
  SYNC_FAILED: "stuck",
};

/**
 * Hears of the modifications until each has come to its end; then one toast tells how it went.
 * To be called before they are committed: the first may arrive before the commit's answer.
 * @returns the way to stop
 */
export function followCommit(live: Live, modificationIds: ReadonlyArray<string>): () => void {
  const open = new Set(modificationIds);
  let stuck = 0;
  const stop = live.listen((message: LiveMessage) => {
    const outcome = OUTCOMES[message.type];
    if (outcome === undefined || !("modificationId" in message)) return;
    if (!open.delete(message.modificationId)) return;
    if (outcome === "stuck") stuck++;
    if (open.size > 0) return;
    stop();
    if (stuck === 0) toast("good", `${plural(modificationIds.length, "change")} now in PEMS`);
    else toast("bad", `${modificationIds.length - stuck} in PEMS, ${stuck} need you`);
  });
  return stop;
}
