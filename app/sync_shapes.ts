/** Shapes of the sync with PEMS: triggers, status, jobs, conflicts, dead letters, notifications. */
import { Schema } from "effect";
import { RESOLUTIONS } from "../domain/resolution.ts";
import { PRIORITIES } from "../domain/status.ts";
import { Fields, SomeFields } from "./record_shapes.ts";
import { ids, replay } from "./replay_shapes.ts";
import { Id, Instant, text } from "./shape.ts";

const maybe = Schema.optionalKey;
const Text = Schema.String;
const orNull = Schema.NullOr;
const Count = Schema.Int;

export const WriteSync = Schema.Struct({
  organizationId: Id,
  modificationIds: maybe(Schema.Array(Id)),
  priority: maybe(Schema.Literals(PRIORITIES)),
}).annotate({ identifier: "WriteSync" });

export const ReadSync = Schema.Struct({ organizationId: Id, full: maybe(Schema.Boolean) })
  .annotate({ identifier: "ReadSync" });
export const ReadSyncQueued = Schema.Struct({ success: Schema.Literal(true), jobId: Id })
  .annotate({ identifier: "ReadSyncQueued" });

export const SyncStatus = Schema.Struct({
  totalQueued: Count,
  processing: Count,
  completed: Count,
  failed: Count,
  conflicts: Count,
  deadLetters: Count,
  waiting: Count,
  avgSyncTime: orNull(Schema.Finite),
  lastSyncAt: orNull(Instant),
  nextSyncAt: orNull(Instant),
  health: Schema.Literals(["healthy", "degraded", "paused", "down"]),
  reasons: Schema.Array(Text),
}).annotate({ identifier: "SyncStatus" });

export const Pause = Schema.Struct({ organizationId: Id, reason: maybe(orNull(text(500))) })
  .annotate({ identifier: "Pause" });
export const Paused = Schema.Struct({
  success: Schema.Literal(true),
  paused: Schema.Boolean,
  status: SyncStatus,
}).annotate({ identifier: "Paused" });

const job = {
  id: Id,
  kind: Schema.Literals(["commit", "write_sync", "read_sync", "rollback", "replay"]),
  status: Schema.Literals(["queued", "running", "completed", "failed"]),
  userId: orNull(Id),
  userName: orNull(Text),
  reason: orNull(Text),
  total: Count,
  done: Count,
  /** Of a sweep of everything: records of ours that PEMS no longer has. */
  missing: orNull(Count),
  /** Its modifications by state. */
  counts: Schema.Record(Text, Count),
  error: orNull(Text),
  createdAt: Instant,
  startedAt: orNull(Instant),
  finishedAt: orNull(Instant),
  durationMs: orNull(Count),
  /** Of dead letters that go again, or are given up, step by step. */
  replay: orNull(Schema.Struct(replay)),
};
export const Jobs = Schema.Struct({
  jobs: Schema.Array(Schema.Struct(job)),
  nextCursor: orNull(Text),
}).annotate({ identifier: "SyncJobs" });

const Attempt = Schema.Struct({
  nth: Count,
  sentAt: Text,
  answeredAt: Text,
  latencyMs: Schema.Finite,
  status: orNull(Count),
  outcome: Text,
  error: orNull(Text),
});
const Changes = Schema.Record(
  Text,
  Schema.Struct({ from: Schema.Unknown, to: Schema.Unknown }),
);
export const Job = Schema.Struct({
  ...job,
  items: Schema.Array(Schema.Struct({
    modificationId: Id,
    pfaId: Text,
    userId: Id,
    userName: Text,
    operation: Schema.Literals(["UPDATE", "DELETE"]),
    status: Text,
    changes: Changes,
    changeReason: orNull(Text),
    baseVersion: Count,
    pemsVersion: orNull(Count),
    error: orNull(Text),
    committedAt: orNull(Instant),
    syncedAt: orNull(Instant),
    /** When the write that carried it last was taken up, and when it was settled. */
    claimedAt: orNull(Instant),
    settledAt: orNull(Instant),
    attempts: Schema.Array(Attempt),
  })),
  nextCursor: orNull(Text),
}).annotate({ identifier: "SyncJob" });

export const CONFLICT_STATUSES = [
  "unresolved",
  "resolved_local",
  "resolved_pems",
  "resolved_merged",
  "resolved_auto",
] as const;
export const CONFLICT_KINDS = ["fields", "merge_invalid", "delete", "outcome_unknown"] as const;
export const Conflict = Schema.Struct({
  id: Id,
  pfaId: Text,
  modificationIds: Schema.Array(Id),
  localVersion: Count,
  pemsVersion: Count,
  /** What the planner saw, by field of the change. */
  baseData: SomeFields,
  localData: SomeFields,
  pemsData: Fields,
  pemsChangedBy: orNull(Text),
  pemsChangedAt: orNull(Instant),
  kind: Schema.Literals(CONFLICT_KINDS),
  conflictFields: Schema.Array(Text),
  reason: Text,
  status: Schema.Literals(CONFLICT_STATUSES),
  resolution: orNull(Text),
  resolvedBy: orNull(Text),
  resolvedAt: orNull(Instant),
  createdAt: Instant,
  /** Whose changes are in it. */
  mine: Schema.Array(Schema.Struct({
    modificationId: Id,
    userName: Text,
    committedAt: Instant,
    changeReason: orNull(Text),
  })),
  /** What was committed on the record since, and is checked anew after the resolution. */
  waiting: Schema.Array(Schema.Struct({ modificationId: Id, userName: Text, changes: Changes })),
}).annotate({ identifier: "Conflict" });
export const Conflicts = Schema.Struct({
  conflicts: Schema.Array(Conflict),
  nextCursor: orNull(Text),
  total: Count,
}).annotate({ identifier: "Conflicts" });

export const Resolve = Schema.Struct({
  resolution: Schema.Literals(RESOLUTIONS),
  /** Of a merge: a value for every conflict field. */
  mergedData: maybe(orNull(Schema.Record(Text, Schema.Unknown))),
  /** Judge it and change nothing. */
  preview: maybe(Schema.Boolean),
}).annotate({ identifier: "Resolve" });
const resolved = {
  conflictId: Id,
  resolvedAt: Instant,
  /** What will be sent for it, by field. */
  appliedChanges: Changes,
};
export const ResolvedConflict = Schema.Struct({ success: Schema.Literal(true), ...resolved })
  .annotate({ identifier: "ResolvedConflict" });

export const ResolutionPreview = Schema.Struct({
  preview: Schema.Literal(true),
  appliedChanges: Changes,
}).annotate({ identifier: "ResolutionPreview" });

export const ResolveConflicts = Schema.Struct({
  organizationId: Id,
  conflictIds: Schema.Array(Id).check(Schema.isMaxLength(1000, {
    message: "Expected at most 1000 conflicts",
  })),
  resolution: Schema.Literals(["use_local", "use_pems"]),
}).annotate({ identifier: "ResolveConflicts" });
export const ResolvedConflicts = Schema.Struct({
  success: Schema.Literal(true),
  resolvedCount: Count,
  conflicts: Schema.Array(Schema.Struct(resolved)),
}).annotate({ identifier: "ResolvedConflicts" });

export const DeadLetters = Schema.Struct({
  deadLetters: Schema.Array(Schema.Struct({
    id: Id,
    pfaId: Text,
    userId: Id,
    userName: Text,
    jobId: orNull(Id),
    operation: Schema.Literals(["UPDATE", "DELETE"]),
    changes: Changes,
    changeReason: orNull(Text),
    baseVersion: Count,
    error: orNull(Text),
    retryCount: Count,
    committedAt: Instant,
    failedAt: Instant,
    attempts: Schema.Array(Attempt),
  })),
  nextCursor: orNull(Text),
  total: Count,
}).annotate({ identifier: "DeadLetters" });

/** The ids are those of modifications, as the list of dead letters tells them. */
export const RetryLetters = Schema.Struct({
  organizationId: Id,
  ids,
  reason: maybe(orNull(text(1000))),
}).annotate({ identifier: "RetryLetters" });
export const DiscardLetters = Schema.Struct({
  organizationId: Id,
  ids,
  reason: maybe(orNull(text(1000))),
}).annotate({ identifier: "DiscardLetters" });
export const DiscardedLetters = Schema.Struct({ success: Schema.Literal(true), discarded: Count })
  .annotate({ identifier: "DiscardedLetters" });

const sides = { field: Text, from: Schema.Unknown, to: Schema.Unknown };
export const RollBackRecord = Schema.Struct({
  organizationId: Id,
  targetVersion: Count,
  /** Required unless it is a preview. */
  reason: maybe(orNull(text(1000))),
  preview: maybe(Schema.Boolean),
  /** Fields that others have changed since, to be written back all the same. */
  fields: maybe(Schema.Array(Text)),
}).annotate({ identifier: "RollBackRecord" });
export const RollbackPreview = Schema.Struct({
  changes: Schema.Array(Schema.Struct({ ...sides, changedSince: Schema.Boolean })),
}).annotate({ identifier: "RollbackPreview" });
export const RolledBackRecord = Schema.Struct({
  jobId: orNull(Id),
  /** Null: what was pending is cancelled, and nothing had to be written back. */
  modificationId: orNull(Id),
}).annotate({ identifier: "RolledBackRecord" });
export const RollBackJob = Schema.Struct({
  reason: maybe(orNull(text(1000))),
  preview: maybe(Schema.Boolean),
}).annotate({ identifier: "RollBackJob" });
export const RolledBackJob = Schema.Struct({
  /** Null: a preview, or nothing of it can be rolled back. */
  jobId: orNull(Id),
  changes: Schema.Array(Schema.Struct({
    ...sides,
    pfaId: Text,
    modificationId: Id,
    outcome: Schema.Literals([
      "restored",
      "changed_since",
      "cancelled",
      "waits",
      "conflict",
      "breaks_rule",
    ]),
  })),
}).annotate({ identifier: "RolledBackJob" });

export const Notifications = Schema.Struct({
  notifications: Schema.Array(Schema.Struct({
    id: Id,
    organizationId: Id,
    kind: Schema.Literals(["conflict", "failure", "outage", "paused", "resumed", "credential"]),
    title: Text,
    body: Text,
    pfaId: orNull(Text),
    createdAt: Instant,
    readAt: orNull(Instant),
  })),
  unread: Count,
  nextCursor: orNull(Text),
}).annotate({ identifier: "Notifications" });
export const MarkRead = Schema.Struct({ ids: Schema.Array(Id) }).annotate({
  identifier: "MarkRead",
});
export const MarkedRead = Schema.Struct({ read: Count }).annotate({ identifier: "MarkedRead" });
