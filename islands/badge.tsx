/** The sync badge: the state of a record's newest change as text, shape and colour, with when and what next. */
import type { SyncState, ViewStatus } from "../domain/status.ts";
import { Icon } from "./icons.tsx";
import { localTime } from "./format.ts";

export const STATUS_WORDS: { readonly [status in ViewStatus]: string } = {
  clean: "Unchanged",
  draft: "Draft",
  queued: "Queued",
  syncing: "Syncing",
  retrying: "Retrying",
  waiting: "Waiting",
  unknown: "Checking",
  synced: "Synced",
  conflict: "Conflict",
  failed: "Failed",
};

const WAITING_FOR: { readonly [cause: string]: string } = {
  conflict: "an open conflict of this record",
  dead_letter: "a failed change of this record",
  paused: "the connection to PEMS, which is paused",
};

const next = (sync: SyncState) =>
  sync.nextAttemptAt === undefined ? "" : ` Next try ${localTime(sync.nextAttemptAt)}.`;
const why = (sync: SyncState) => sync.error === undefined ? "" : ` ${sync.error}`;

/** What the state means, since when, and what happens next, in sentences. */
const SENTENCES: { readonly [status in ViewStatus]: (sync: SyncState) => string } = {
  clean: () => "No change of yours or your colleagues' is under way.",
  draft: () => "Saved as your draft. Only you see it until you Save & Sync.",
  queued: ({ queuedAt }) =>
    `Committed${queuedAt ? ` ${localTime(queuedAt)}` : ""}; goes to PEMS when its turn comes.`,
  syncing: () => "On its way to PEMS right now.",
  retrying: (sync) =>
    `Attempt ${sync.attempt ?? 1} did not get through; it is tried again.${next(sync)}${why(sync)}`,
  waiting: ({ waitingFor = "" }) =>
    `Waits for ${WAITING_FOR[waitingFor] ?? "what stands before it"}.`,
  unknown: (sync) =>
    `PEMS did not answer; we are finding out whether the change arrived.${next(sync)}${why(sync)}`,
  synced: ({ syncedAt }) => `In PEMS${syncedAt ? ` since ${localTime(syncedAt)}` : ""}.`,
  conflict: (sync) => `PEMS has another value than the one you saw. A person decides.${why(sync)}`,
  failed: (sync) => `PEMS did not take the change.${why(sync)}`,
};

export const explanation = (sync: SyncState): string =>
  SENTENCES[sync.status](sync) +
  (sync.stale ? " PEMS changed this record since you took it up." : "");

export const words = (sync: SyncState): string =>
  STATUS_WORDS[sync.status] +
  (sync.status === "retrying" && sync.attempt ? ` ${sync.attempt}` : "");

export function Badge({ sync }: { readonly sync: SyncState }) {
  const { status } = sync;
  return (
    <span class={`badge badge-${status}`} title={explanation(sync)}>
      <Icon name={status} spin={status === "syncing"} />
      <span>{words(sync)}</span>
      {sync.stale && <Icon name="stale" />}
      {sync.stale && <span class="visually-hidden">, PEMS changed</span>}
    </span>
  );
}
