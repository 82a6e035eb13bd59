/** What travels over the live socket. Events carry states, never field values: money cannot leak through them. */
import type { Series } from "./series.ts";
import type { Health, SyncState } from "./status.ts";

export const EVENT_TYPES = [
  "SNAPSHOT",
  "DRAFT_SAVED",
  "SYNC_QUEUED",
  "SYNC_PROCESSING",
  "SYNC_RETRYING",
  "SYNC_SUCCESS",
  "SYNC_CONFLICT",
  "SYNC_FAILED",
  "MIRROR_UPDATED",
  "HEALTH",
  "METRICS",
] as const;
export type EventType = typeof EVENT_TYPES[number];

/** One record's news; `sync` is its whole badge. */
export interface RecordEvent {
  readonly type:
    | "SYNC_PROCESSING"
    | "SYNC_RETRYING"
    | "SYNC_SUCCESS"
    | "SYNC_CONFLICT"
    | "SYNC_FAILED";
  readonly organizationId: string;
  readonly at: string;
  readonly pfaId: string;
  readonly modificationId: string;
  readonly sync: SyncState;
  /** PEMS's version after it, once synced. */
  readonly version?: number;
}

/** A commit: its records are told by id, or left out when they are too many for one notification. */
export interface QueuedEvent {
  readonly type: "SYNC_QUEUED";
  readonly organizationId: string;
  readonly at: string;
  readonly jobId: string;
  readonly queuedCount: number;
}

/** Drafts are their owner's alone: delivered to that user's sockets only. */
export interface DraftEvent {
  readonly type: "DRAFT_SAVED";
  readonly organizationId: string;
  readonly at: string;
  readonly userId: string;
  readonly pfaIds: ReadonlyArray<string>;
}

/** The mirror moved: fetch the records again. */
export interface MirrorEvent {
  readonly type: "MIRROR_UPDATED";
  readonly organizationId: string;
  readonly at: string;
  readonly pfaIds: ReadonlyArray<string>;
}

/** Counts and health, as `GET /api/pems/sync-status` tells them. */
export interface SyncCounts {
  readonly totalQueued: number;
  readonly processing: number;
  readonly completed: number;
  readonly failed: number;
  readonly conflicts: number;
  readonly deadLetters: number;
  readonly waiting: number;
  /** Seconds from commit to confirmed, mean of the last hour; null while there is none. */
  readonly avgSyncTime: number | null;
  readonly lastSyncAt: string | null;
  readonly nextSyncAt: string | null;
  readonly health: Health;
  readonly reasons: ReadonlyArray<string>;
}

/** Something that health is judged by has changed: each app process counts anew. */
export interface HealthNotice {
  readonly type: "HEALTH";
  readonly organizationId: string;
  readonly at: string;
}

export interface HealthEvent extends HealthNotice {
  readonly status: SyncCounts;
}

/** A point of the metrics was taken. */
export interface MetricsNotice {
  readonly type: "METRICS";
  readonly organizationId: string;
  readonly at: string;
}

/** The newest point, and the one before it, which is complete. */
export interface MetricsEvent extends MetricsNotice {
  readonly series: Series;
}

/** What Postgres carries between processes, on channel `pfa_event`, as a JSON array. */
export type Notice =
  | RecordEvent
  | QueuedEvent
  | DraftEvent
  | MirrorEvent
  | HealthNotice
  | MetricsNotice;

/** The first message of a socket, and the one after a gap: everything that is not at rest. */
export interface Snapshot {
  readonly type: "SNAPSHOT";
  readonly organizationId: string;
  readonly at: string;
  readonly status: SyncCounts;
  readonly records: ReadonlyArray<{ readonly pfaId: string; readonly sync: SyncState }>;
}

/** As it reaches the browser; `seq` is `<epoch>.<n>` of the serving process. */
export type LiveMessage =
  & (
    | Exclude<Notice, HealthNotice | MetricsNotice>
    | HealthEvent
    | MetricsEvent
    | Snapshot
  )
  & {
    readonly seq: string;
  };
