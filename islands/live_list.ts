/** When a list of what waits for a person is out of date. */
import type { LiveMessage, SyncCounts } from "../domain/event.ts";
import { liveOf } from "./live.ts";

interface Kind {
  /** What adds to the list. */
  readonly type: LiveMessage["type"];
  /** What tells that something left it. */
  readonly count: keyof Pick<SyncCounts, "conflicts" | "deadLetters">;
}

/**
 * Calls whenever the list may have changed: also at every snapshot, since between the server's reading for the page and
 * the socket's beginning anything may have happened. Returns the way to stop.
 */
export function followOpen(organizationId: string, kind: Kind, refresh: () => void): () => void {
  let known: number | undefined;
  return liveOf(organizationId).listen((message) => {
    if (message.type === kind.type || message.type === "SNAPSHOT") refresh();
    if (message.type !== "HEALTH" && message.type !== "SNAPSHOT") return;
    const count = message.status[kind.count];
    if (known !== undefined && known !== count) refresh();
    known = count;
  });
}

/** Calls of one turn as one: a snapshot may be news for several lists. */
export function together(act: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      act();
    });
  };
}
