/** Shapes of the review of own drafts, and of costs by month. */
import { Schema } from "effect";
import { Id, Instant } from "./shape.ts";

const Value = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]));

export const Review = Schema.Struct({
  total: Schema.Int,
  /** Until all of them, and what waits before them, are in PEMS; null: nothing is sent for now. */
  seconds: Schema.NullOr(Schema.Finite),
  /** What was saved together stands together, the newest first; what was saved one by one is one group, the last. */
  groups: Schema.Array(Schema.Struct({
    /** Null: saved one by one. */
    savedAt: Schema.NullOr(Instant),
    reason: Schema.NullOr(Schema.String),
    /** The fields that any of them changes. */
    fields: Schema.Array(Schema.String),
    modificationIds: Schema.Array(Id),
    /** The first of them. */
    drafts: Schema.Array(Schema.Struct({
      modificationId: Id,
      pfaId: Schema.String,
      reason: Schema.NullOr(Schema.String),
      changes: Schema.Array(
        Schema.Struct({ field: Schema.String, from: Value, to: Value }),
      ),
    })),
  })),
}).annotate({ identifier: "Review" });
export type Review = typeof Review.Type;

export const CostMonths = Schema.Struct({
  /** Null without ViewFinancials. */
  months: Schema.NullOr(Schema.Array(Schema.Struct({
    /** `YYYY-MM`. */
    month: Schema.String,
    plan: Schema.Finite,
    forecast: Schema.Finite,
    actual: Schema.Finite,
    /** Actual (forecast while there is none) minus plan. */
    variance: Schema.Finite,
  }))),
}).annotate({ identifier: "CostMonths" });
export type CostMonths = typeof CostMonths.Type;
