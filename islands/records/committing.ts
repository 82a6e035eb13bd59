/** Commits drafts from the desk: what waits is saved first, and badges turn before the socket tells. */
import { batch } from "@preact/signals";
import type { SyncState } from "../../domain/status.ts";
import { followCommit, saveAndSync } from "../commit.ts";
import { liveOf } from "../live.ts";
import type { Desk } from "./desk.ts";

/** Commits the drafts named, or all; badges turn at once, and back where the server refuses. */
export async function commit(desk: Desk, modificationIds?: ReadonlyArray<string>): Promise<void> {
  await desk.saves.settled();
  const { organizationId } = desk.props.workplace;
  const { records } = desk;
  const chosen = records.rowsWith("draft").filter((row) =>
    modificationIds?.includes(records.sync(row).modificationId ?? "") ?? true
  );
  if (chosen.length === 0) return;
  const before = chosen.map((row) => records.sync(row));
  const ids = before.map(({ modificationId }) => modificationId).filter((id) => id !== undefined);
  const forget = followCommit(liveOf(organizationId), ids);
  desk.following.committing = true;
  // Not at the answer: the worker may have been to PEMS and back by then.
  const queued = before.map(({ modificationId }): SyncState => ({
    status: "queued",
    ...(modificationId && { modificationId }),
  }));
  const release = records.hold(chosen);
  batch(() => chosen.forEach((row, nth) => records.setSync(row, queued[nth]!)));
  const committed = await saveAndSync(organizationId, modificationIds);
  desk.following.committing = false;
  release();
  if (committed === undefined) forget();
  batch(() =>
    chosen.forEach((row, nth) => {
      const now = records.sync(row);
      const untold = now === queued[nth] ||
        now.status === "draft" && now.modificationId === before[nth]!.modificationId;
      if (!untold) return;
      if (committed === undefined) records.setSync(row, before[nth]!);
      else if (committed.jobId) records.setSync(row, { ...queued[nth]!, jobId: committed.jobId });
    })
  );
}
