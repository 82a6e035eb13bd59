/** Commits drafts from the desk: what waits is saved first, and badges turn before the socket tells. */
import { batch } from "@preact/signals";
import { followCommit, saveAndSync } from "../commit.ts";
import { liveOf } from "../live.ts";
import type { Desk } from "./desk.ts";

/** Commits the drafts named, or all. */
export async function commit(desk: Desk, modificationIds?: ReadonlyArray<string>): Promise<void> {
  await desk.saves.settled();
  const { organizationId } = desk.props.workplace;
  const { records } = desk;
  const chosen = records.rowsWith("draft").filter((row) =>
    modificationIds?.includes(records.sync(row).modificationId ?? "") ?? true
  );
  if (chosen.length === 0) return;
  const ids = chosen.map((row) => records.sync(row).modificationId).filter((id) =>
    id !== undefined
  );
  const forget = followCommit(liveOf(organizationId), ids);
  desk.following.committing = true;
  const committed = await saveAndSync(organizationId, modificationIds);
  desk.following.committing = false;
  if (committed === undefined) return forget();
  batch(() => {
    for (const row of chosen) {
      const { status, modificationId } = records.sync(row);
      // The socket may have been faster than the answer.
      if (status !== "draft") continue;
      records.setSync(row, {
        status: "queued",
        ...(committed.jobId && { jobId: committed.jobId }),
        ...(modificationId && { modificationId }),
      });
    }
  });
}
