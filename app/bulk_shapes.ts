/** Shapes of bulk operations: which records, what is done to them, and what comes of it. */
import { Schema } from "effect";
import { ENDS } from "../domain/bulk.ts";
import { DORS, SOURCES } from "../domain/pfa.ts";
import { VIEW_STATUSES } from "../domain/status.ts";
import { MOST_DRAFTS, SavedDrafts } from "./record_shapes.ts";
import { Id, text } from "./shape.ts";

const maybe = Schema.optionalKey;
const oneOf = <const Choices extends ReadonlyArray<string>>(choices: Choices) =>
  maybe(Schema.Array(Schema.Literals(choices)));
const texts = maybe(Schema.Array(text(500)));

export const STATES = ["active", "actualized", "discontinued"] as const;

/** As the filters of the record list; at least one of them, so that nobody changes everything by accident. */
export const BulkRecords = Schema.Struct({
  pfaIds: maybe(
    Schema.Array(text(200, 1)).check(Schema.isMaxLength(MOST_DRAFTS, {
      message: `Expected at most ${MOST_DRAFTS} records`,
    })),
  ),
  search: maybe(text(500)),
  category: texts,
  class: texts,
  area: texts,
  source: oneOf(SOURCES),
  dor: oneOf(DORS),
  status: oneOf(STATES),
  syncStatus: oneOf(VIEW_STATUSES),
  startFrom: maybe(text(40)),
  startTo: maybe(text(40)),
}).annotate({ identifier: "BulkRecords" });

/** Ten years: more is a typing error. */
export const MOST_DAYS = 3660;
const MOST_PERCENT = 1000;
const rate = Schema.Literals(["monthlyRate", "purchasePrice"]);

export const BulkOperation = Schema.Union([
  Schema.Struct({
    kind: Schema.Literal("shift"),
    pair: Schema.Literals(["forecast", "actual"]),
    ends: maybe(Schema.Literals(ENDS)),
    days: Schema.Int.check(
      Schema.makeFilter((days) =>
        Math.abs(days) <= MOST_DAYS || `Expected at most ${MOST_DAYS} days either way`
      ),
    ),
  }),
  Schema.Struct({ kind: Schema.Literal("set_rate"), field: rate, amount: Schema.Finite }),
  Schema.Struct({
    kind: Schema.Literal("scale_rate"),
    field: rate,
    percent: Schema.Finite.check(
      Schema.makeFilter((percent) =>
        percent >= -100 && percent <= MOST_PERCENT || `Expected -100 to ${MOST_PERCENT} percent`
      ),
    ),
  }),
  Schema.Struct({
    kind: Schema.Literal("set"),
    /** Null clears; the fields are judged one by one, as in save-draft. */
    changes: Schema.Record(Schema.String, Schema.Unknown),
  }),
  Schema.Struct({ kind: Schema.Literal("discontinue") }),
]).annotate({ identifier: "BulkOperation" });

export const BulkRequest = Schema.Struct({
  organizationId: Id,
  records: BulkRecords,
  operation: BulkOperation,
  /** Tells what would come of it, and saves nothing. */
  preview: maybe(Schema.Boolean),
  /** Whether records with an own draft are changed too; they are left alone unless said. */
  withDrafts: maybe(Schema.Boolean),
  changeReason: maybe(Schema.NullOr(text(1000))),
  /** How many the preview said would change: if it is another number by now, nothing is saved (409). */
  expected: maybe(Schema.Int),
}).annotate({ identifier: "BulkRequest" });
export type BulkRequest = typeof BulkRequest.Type;

const Span = Schema.Struct({ before: Schema.Finite, after: Schema.Finite });
const Effect = Schema.NullOr(
  Schema.Struct({ plan: Span, forecast: Span, actual: Span, variance: Span }),
);
const Value = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]));

export const REASONS = [
  "rule",
  "unreadable",
  "conflict",
  "own_draft",
  "discontinued",
  "not_applicable",
  "unchanged",
  "unknown",
] as const;

export const BulkReport = Schema.Struct({
  preview: Schema.Boolean,
  matched: Schema.Int,
  changed: Schema.Int,
  /** Of the records that change; null without ViewFinancials. */
  effect: Effect,
  /** By the category that each record has before or after. */
  byCategory: Schema.Array(
    Schema.Struct({ category: Schema.String, records: Schema.Int, effect: Effect }),
  ),
  /** Grouped by why; the first records of each are named. */
  leftAlone: Schema.Array(Schema.Struct({
    reason: Schema.Literals(REASONS),
    message: Schema.String,
    records: Schema.Int,
    examples: Schema.Array(
      Schema.Struct({ pfaId: Schema.String, message: Schema.String, conflictId: maybe(Id) }),
    ),
  })),
  /** The first of the records that change. */
  changes: Schema.Array(Schema.Struct({
    pfaId: Schema.String,
    description: Schema.NullOr(Schema.String),
    fields: Schema.Array(Schema.Struct({ field: Schema.String, from: Value, to: Value })),
  })),
  drafts: Schema.Array(Schema.Struct({
    ...SavedDrafts.fields.drafts.value.fields,
    /** An own draft was there before: what it held stays in it. */
    merged: Schema.Boolean,
  })),
}).annotate({ identifier: "BulkReport" });
export type BulkReport = typeof BulkReport.Type;
