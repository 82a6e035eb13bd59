/** The states of a modification, and what a person is shown of them. */

/** Life of a modification: `draft -> queued -> syncing -> synced | conflict | failed`, or `discarded`. */
export const MODIFICATION_STATUSES = [
  "draft",
  "committed",
  "queued",
  "syncing",
  "unknown",
  "synced",
  "conflict",
  "failed",
  "discarded",
] as const;
export type ModificationStatus = typeof MODIFICATION_STATUSES[number];

/** What a badge may say. */
export const VIEW_STATUSES = [
  "clean",
  "draft",
  "queued",
  "syncing",
  "retrying",
  "waiting",
  "unknown",
  "synced",
  "conflict",
  "failed",
] as const;
export type ViewStatus = typeof VIEW_STATUSES[number];

export const PRIORITIES = ["high", "normal", "low"] as const;
export type Priority = typeof PRIORITIES[number];

export type Health = "healthy" | "degraded" | "paused" | "down";

/** The newest own or committed change of a record, as a badge tells it. */
export interface SyncState {
  readonly status: ViewStatus;
  readonly modificationId?: string;
  readonly jobId?: string;
  readonly queuedAt?: string;
  readonly syncedAt?: string;
  /** Attempts spent so far. */
  readonly attempt?: number;
  readonly nextAttemptAt?: string;
  readonly error?: string;
  readonly conflictId?: string;
  /** Its place among all that the connection sends, 1 being the next; told of a single record only. */
  readonly position?: number;
  /** When it should leave at the pace of now; as long as nothing more urgent comes. */
  readonly expectedAt?: string;
  /**
   * What stands before it: `conflict` or `dead_letter` of the same record, or `paused`. Of a single record that is
   * queued also why its place is not known: `outage`, `no_worker`, `no_connection`, `switched_off`, `earlier_change`.
   */
  readonly waitingFor?: string;
  /** PEMS changed underneath since the base was taken. */
  readonly stale?: boolean;
}

/** What the sync of one organization is judged by. */
export interface HealthFacts {
  /** Whether this installation sends at all (`ENABLE_WRITE_SYNC`). */
  readonly writeSync: boolean;
  readonly connected: boolean;
  readonly pause: "administrator" | "credentials" | "rewind" | null;
  readonly pauseReason: string | null;
  readonly circuit: "closed" | "open" | "probing" | null;
  /** Whether PEMS made us go slower than its limit. */
  readonly slowed: boolean;
  /** Since any worker was last seen; null: never. */
  readonly workerUnseenSeconds: number | null;
  readonly pending: number;
  /** Retrying or of unknown outcome. */
  readonly troubled: number;
  readonly deadLetters: number;
}

const WORKER_LATE_SECONDS = 60;
const WORKER_GONE_SECONDS = 300;

const PAUSES = {
  administrator: "An administrator paused writes",
  credentials: "PEMS refuses our credentials",
  rewind: "PEMS went back to an earlier state",
};

/** The worst that holds, and every reason for it to be less than healthy. */
export function judgeHealth(
  facts: HealthFacts,
): { readonly health: Health; readonly reasons: ReadonlyArray<string> } {
  const found: Array<readonly [Health, string]> = [];
  const unseen = facts.workerUnseenSeconds;
  if (facts.circuit !== null && facts.circuit !== "closed") {
    found.push(["down", "PEMS does not answer: everything waits until it does"]);
  }
  if (unseen === null) found.push(["degraded", "No worker has been seen yet"]);
  else if (facts.pending > 0 && unseen > WORKER_GONE_SECONDS) {
    found.push(["down", "No worker has been seen for 5 minutes, and changes wait"]);
  } else if (unseen > WORKER_LATE_SECONDS) {
    found.push(["degraded", "No worker has been seen for a minute"]);
  }
  if (facts.pause !== null) {
    const why = facts.pauseReason === null ? "" : `: ${facts.pauseReason}`;
    found.push(["paused", PAUSES[facts.pause] + why]);
  }
  if (!facts.writeSync) found.push(["paused", "Writing to PEMS is switched off"]);
  if (!facts.connected) found.push(["paused", "No PEMS is set up for this organization"]);
  if (facts.slowed) found.push(["degraded", "PEMS asked us to slow down"]);
  if (facts.troubled > 0) {
    const are = changes(facts.troubled, "are", "is");
    found.push(["degraded", `${are} tried again or of unknown outcome`]);
  }
  if (facts.deadLetters > 0) {
    const wait = changes(facts.deadLetters, "failed and wait", "failed and waits");
    found.push(["degraded", `${wait} for a decision`]);
  }
  const worst = (["down", "paused", "degraded"] as const)
    .find((health) => found.some(([one]) => one === health));
  return { health: worst ?? "healthy", reasons: found.map(([, reason]) => reason) };
}

/** `1 change is`, `12 changes are`. */
const changes = (count: number, several: string, one: string): string =>
  count === 1 ? `1 change ${one}` : `${count} changes ${several}`;
