/** When what is shown of jobs is out of date. */
import type { LiveMessage } from "../../domain/event.ts";
import { liveOf } from "../live.ts";

const NEWS: ReadonlySet<LiveMessage["type"]> = new Set([
  "SNAPSHOT",
  "SYNC_QUEUED",
  "SYNC_PROCESSING",
  "SYNC_RETRYING",
  "SYNC_SUCCESS",
  "SYNC_CONFLICT",
  "SYNC_FAILED",
  "HEALTH",
]);

/**
 * Calls at every news of a job, and at every snapshot: between the server's reading for the page and the socket's
 * beginning anything may have happened. Returns the way to stop.
 */
export function followJobs(organizationId: string, refresh: () => void): () => void {
  return liveOf(organizationId).listen(({ type }) => {
    if (NEWS.has(type)) refresh();
  });
}
