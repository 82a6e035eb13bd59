/** The sync badge: the state of a record's newest change as text, shape and colour, with when and what next. */
import type { SyncState, ViewStatus } from "../domain/status.ts";
import { Icon } from "./icons.tsx";
import { serverNow } from "./api.ts";
import { count, duration, localTime } from "./format.ts";

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
  earlier_change: "the answer to an earlier change of this record",
  outage: "PEMS, which does not answer",
  no_worker: "a worker: none has been seen for a minute",
  no_connection: "a connection to PEMS: none is set up",
  switched_off: "writing to PEMS, which is switched off",
};

/** `1,240th in line, leaves in about 2 min 4 s`; what it waits for where nobody can know; else nothing. */
function line({ position, expectedAt, waitingFor }: SyncState): string {
  if (waitingFor !== undefined) return ` It waits for ${WAITING_FOR[waitingFor] ?? "its turn"}.`;
  if (position === undefined) return "";
  const left = (Date.parse(expectedAt!) - serverNow()) / 1000;
  const place = position === 1 ? "next in line" : `number ${count(position)} in line`;
  return left > 1
    ? ` It is ${place} and leaves in about ${duration(left)}, ${localTime(expectedAt!)}.`
    : ` It is ${place}.`;
}

const next = (sync: SyncState) =>
  sync.nextAttemptAt === undefined ? "" : ` Next try ${localTime(sync.nextAttemptAt)}.`;
const why = (sync: SyncState) => sync.error === undefined ? "" : ` ${sync.error}`;

/** What the state means, since when, and what happens next, in sentences. */
const SENTENCES: { readonly [status in ViewStatus]: (sync: SyncState) => string } = {
  clean: () => "No change of yours or your colleagues' is under way.",
  draft: () => "Saved as your draft. Only you see it until you Save & Sync.",
  queued: (sync) =>
    `Committed${
      sync.queuedAt ? ` ${localTime(sync.queuedAt)}` : ""
    }; goes to PEMS when its turn comes.` +
    line(sync),
  syncing: () => "On its way to PEMS right now.",
  retrying: (sync) =>
    `Attempt ${sync.attempt ?? 1} did not get through; it is tried again.${next(sync)}${
      line(sync)
    }${why(sync)}`,
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
