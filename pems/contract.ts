/** The wire shapes of the PEMS contract: what is sent, what comes back. The client and the sandbox read them alike. */
import { Schema } from "effect";

export const Version = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0));

/** An ISO 8601 instant with its zone; anything else would fail later, in the database. */
export const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/),
  Schema.makeFilter((text) => !Number.isNaN(Date.parse(text)) || "an instant that exists"),
);

export const WireValue = Schema.Union([
  Schema.String,
  Schema.Finite,
  Schema.Boolean,
  Schema.Null,
]);

const OptionalText = Schema.optional(Schema.NullOr(Schema.String));

const write = {
  pfaId: Schema.NonEmptyString,
  organizationCode: Schema.NonEmptyString,
  version: Version,
  modifiedBy: Schema.NonEmptyString,
  changeReason: OptionalText,
};

/** Body of `PUT {base}/pems/pfa/:pfaId`. */
export const UpdateRequest = Schema.Struct({
  ...write,
  changes: Schema.Record(Schema.String, WireValue),
});
export type UpdateRequest = typeof UpdateRequest.Type;

/** Body of `DELETE {base}/pems/pfa/:pfaId`. */
export const DeleteRequest = Schema.Struct(write);
export type DeleteRequest = typeof DeleteRequest.Type;

/** The 200 answer to both. */
export const WriteAnswer = Schema.Struct({
  success: Schema.Literal(true),
  pfaId: Schema.NonEmptyString,
  newVersion: Version,
  updatedAt: Instant,
  message: OptionalText,
});
export type WriteAnswer = typeof WriteAnswer.Type;

/** The 409 answer; every field may be missing, the status alone says that nothing was executed. */
export const ConflictAnswer = Schema.Struct({
  currentVersion: Schema.optional(Version),
  expectedVersion: Schema.optional(Version),
  conflictingFields: Schema.optional(Schema.Array(Schema.String)),
});
export type ConflictAnswer = typeof ConflictAnswer.Type;

/** A record as PEMS tells it; the content of `data` is read by the domain, field by field. */
export const WireRecord = Schema.Struct({
  pfaId: Schema.NonEmptyString,
  organizationCode: Schema.NonEmptyString,
  version: Version,
  updatedAt: Instant,
  modifiedBy: OptionalText,
  changeReason: OptionalText,
  data: Schema.Record(Schema.String, Schema.Unknown),
});
export type WireRecord = typeof WireRecord.Type;

/** The answer of `GET {base}/pems/pfa`. */
export const WirePage = Schema.Struct({
  records: Schema.Array(WireRecord),
  nextCursor: Schema.NullOr(Schema.NonEmptyString),
});
export type WirePage = typeof WirePage.Type;

/** The most records a page may hold. */
export const PAGE_LIMIT = 1000;
