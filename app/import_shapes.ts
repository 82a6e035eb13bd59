/** Shapes of a CSV import's report. */
import { Schema } from "effect";
import { SavedDrafts } from "./record_shapes.ts";

const Value = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]));

export const ImportReport = Schema.Struct({
  /** False: the changed rows are drafts now. */
  preview: Schema.Boolean,
  /** What each column was taken for; null: it was left out. */
  columns: Schema.Array(Schema.Struct({
    header: Schema.String,
    field: Schema.NullOr(Schema.String),
  })),
  /** Rows by what they are. */
  counts: Schema.Struct({
    changed: Schema.Int,
    unchanged: Schema.Int,
    /** Of no record that is there: PEMS makes records, not a file. */
    new: Schema.Int,
    invalid: Schema.Int,
  }),
  /** The first rows that are not unchanged; the header is row 1. */
  rows: Schema.Array(Schema.Struct({
    row: Schema.Int,
    pfaId: Schema.String,
    status: Schema.Literals(["changed", "unchanged", "new", "invalid"]),
    /** Why the row as a whole cannot be used. */
    message: Schema.optionalKey(Schema.String),
    cells: Schema.Array(Schema.Struct({
      field: Schema.String,
      status: Schema.Literals(["changed", "invalid"]),
      from: Value,
      to: Value,
      message: Schema.optionalKey(Schema.String),
    })),
  })),
  drafts: SavedDrafts.fields.drafts,
}).annotate({ identifier: "ImportReport" });
export type ImportReport = typeof ImportReport.Type;
export type ImportRow = ImportReport["rows"][number];
