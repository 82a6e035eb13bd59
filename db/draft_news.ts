/** The news of a user's drafts, in notices small enough for one notification each. */
import { announce } from "./notices.ts";
import type { Tenant, Tx } from "./sql.ts";

/** A notification holds 7,900 bytes; an id may be long, and is JSON with its quotes. */
const MOST_BYTES = 6_000;
const bytes = new TextEncoder();

export async function announceDrafts(
  tx: Tx,
  { organizationId, userId }: Tenant,
  pfaIds: ReadonlyArray<string>,
): Promise<void> {
  const at = new Date().toISOString();
  await announce(
    tx,
    portions(pfaIds).map((some) => ({
      type: "DRAFT_SAVED" as const,
      organizationId,
      at,
      userId,
      pfaIds: some,
    })),
  );
}

/** The ids in order, cut where the next would make the JSON too long. */
export function portions(pfaIds: ReadonlyArray<string>): string[][] {
  const cut: string[][] = [];
  let size = Infinity;
  for (const pfaId of pfaIds) {
    const length = bytes.encode(JSON.stringify(pfaId)).length + 1;
    if (size + length > MOST_BYTES) {
      cut.push([]);
      size = 0;
    }
    cut.at(-1)!.push(pfaId);
    size += length;
  }
  return cut;
}
