/** What live messages do to the records in the tab. */
import type { LiveMessage, RecordEvent, Snapshot } from "../../domain/event.ts";
import type { Loading } from "./loading.ts";
import type { Records } from "./records.ts";

export class Following {
  readonly #records: Records;
  readonly #loading: Loading;
  #first = true;
  /** While this tab commits: the answer tells more than the news of it. */
  committing = false;

  constructor(records: Records, loading: Loading) {
    this.#records = records;
    this.#loading = loading;
  }

  readonly hear = (message: LiveMessage): void => {
    switch (message.type) {
      case "SNAPSHOT":
        return this.#restart(message);
      case "SYNC_PROCESSING":
      case "SYNC_RETRYING":
      case "SYNC_SUCCESS":
      case "SYNC_CONFLICT":
      case "SYNC_FAILED":
        return this.#move(message);
      case "SYNC_QUEUED":
        if (this.committing) return;
        // Perhaps these drafts were committed in another tab of this user.
        return this.#loading.again(this.#records.rowsWith("draft").map(this.#idOf));
      case "DRAFT_SAVED":
      case "MIRROR_UPDATED":
        return this.#loading.again(message.pfaIds);
    }
  };

  /** Every badge that is not at rest. After a gap values may have moved too, so all records come again. */
  #restart({ records }: Snapshot) {
    const told = new Map(records.map(({ pfaId, sync }) => [pfaId, sync]));
    for (const [pfaId, sync] of told) {
      const row = this.#records.rowOf(pfaId);
      if (row === undefined) this.#records.touch(pfaId);
      else if (this.#records.sync(row).status !== "draft") this.#records.setSync(row, sync);
    }
    if (!this.#first) void this.#loading.all();
    else this.#loading.heard();
    this.#first = false;
  }

  #move({ pfaId, modificationId, sync, type }: RecordEvent) {
    const row = this.#records.rowOf(pfaId);
    if (row === undefined) {
      this.#records.touch(pfaId);
      return this.#loading.again([pfaId]);
    }
    const shown = this.#records.sync(row);
    const known = shown.modificationId === modificationId;
    // Somebody else's change brings values this tab has not seen; an own newer draft outranks the badge.
    if (!known) this.#loading.again([pfaId]);
    if (!known && shown.status === "draft") return;
    this.#records.setSync(row, { modificationId, ...sync });
    if (known && type === "SYNC_SUCCESS" && sync.status === "synced") this.#records.settle(row);
  }

  readonly #idOf = (row: number): string => this.#records.ids[row]!;
}
