/** Shapes of dead letters by the hundred: their groups, replays in steps, corrections. */
import { Schema } from "effect";
import { REPLAY_ACTIONS, REPLAY_STATES } from "../domain/replay.ts";
import { Id, Instant, text } from "./shape.ts";

const maybe = Schema.optionalKey;
const Text = Schema.String;
const orNull = Schema.NullOr;
const Count = Schema.Int;

/** Of modifications. */
export const ids = Schema.Array(Id).check(Schema.isMaxLength(10_000, {
  message: "Expected at most 10000 ids",
}));
/** How far a replay in steps is. */
export const replay = {
  action: Schema.Literals(REPLAY_ACTIONS),
  state: Schema.Literals(REPLAY_STATES),
  /** How many go in each of the first stages; all others in the last one. */
  stages: Schema.Array(Count),
  /** The stage that was begun last, from 1; 0: none yet. */
  stage: Count,
  /** Its dead letters by what became of them. */
  waiting: Count,
  open: Count,
  synced: Count,
  failed: Count,
  aside: Count,
  discarded: Count,
  overtaken: Count,
  left: Count,
  /** Of the stage begun last: in PEMS. */
  settled: Count,
  error: orNull(Text),
  changedAt: Text,
  endedAt: orNull(Text),
};

export const LetterGroups = Schema.Struct({
  groups: Schema.Array(Schema.Struct({
    /** The same for all that died of the same. */
    fingerprint: Text,
    message: Text,
    count: Count,
    firstAt: Instant,
    lastAt: Instant,
  })),
  /** What goes on, or has just ended. */
  replays: Schema.Array(Schema.Struct({
    ...replay,
    jobId: Id,
    total: Count,
    userName: orNull(Text),
    reason: orNull(Text),
    createdAt: Instant,
  })),
  nextCursor: orNull(Text),
  /** All dead letters. */
  total: Count,
}).annotate({ identifier: "LetterGroups" });

/** Either a group or ids. */
export const PlanReplay = Schema.Struct({
  organizationId: Id,
  action: Schema.Literals(REPLAY_ACTIONS),
  group: maybe(orNull(text(64, 1))),
  ids: maybe(orNull(ids)),
  /** As many as were shown: another number is refused. */
  count: maybe(orNull(Count)),
  reason: maybe(orNull(text(1000))),
  preview: maybe(Schema.Boolean),
}).annotate({ identifier: "PlanReplay" });
export const ReplayPreview = Schema.Struct({
  preview: Schema.Literal(true),
  count: Count,
  /** How many go in each stage. */
  stages: Schema.Array(Count),
  /** So many of the last stage are on the way at once. */
  atOnce: Count,
  /** The records that go first. */
  first: Schema.Array(Text),
  /** Already in a plan: then none can be made. */
  planned: Count,
  /** Null: nothing is sent for now. */
  estimatedSeconds: orNull(Schema.Finite),
}).annotate({ identifier: "ReplayPreview" });
export const PlannedReplay = Schema.Struct({
  success: Schema.Literal(true),
  jobId: Id,
  count: Count,
}).annotate({ identifier: "PlannedReplay" });
export const TurnedReplay = Schema.Struct({
  success: Schema.Literal(true),
  jobId: Id,
  state: Schema.Literals(REPLAY_STATES),
}).annotate({ identifier: "TurnedReplay" });

export const EditLetter = Schema.Struct({
  organizationId: Id,
  /** New values; fields of the letter that are not named go as they are. */
  changes: Schema.Record(Text, Schema.Unknown),
  reason: maybe(orNull(text(1000))),
}).annotate({ identifier: "EditLetter" });
export const EditedLetter = Schema.Struct({
  success: Schema.Literal(true),
  jobId: Id,
  modificationId: Id,
}).annotate({ identifier: "EditedLetter" });
