/** The news that records are to be read again, in notices small enough for one notification each. */
import type { MirrorEvent } from "../domain/event.ts";
import { portions } from "./draft_news.ts";

export function mirrorNotices(
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): MirrorEvent[] {
  const at = new Date().toISOString();
  return portions(pfaIds).map((some) => ({
    type: "MIRROR_UPDATED",
    organizationId,
    at,
    pfaIds: some,
  }));
}
