/** Every way a call to PEMS can fail, one class for each answer the caller must give. */
import { Schema } from "effect";

const message = Schema.String;
const retryAfterMs = Schema.optional(Schema.Finite);

/** Certainly not sent: refused connection, DNS, TLS, a request that cannot be made. */
export class NotSent extends Schema.TaggedError<NotSent>()("NotSent", { message }) {}

/** No answer from PEMS itself (time-out, reset, 502, 504): unknown, and it may still land later. */
export class Unanswered extends Schema.TaggedError<Unanswered>()("Unanswered", {
  message,
  status: Schema.optional(Schema.Int),
}) {}

/** Answered in full, but the answer says nothing sure (500, other 5xx, an unreadable 2xx): read the record. */
export class Doubtful extends Schema.TaggedError<Doubtful>()("Doubtful", {
  message,
  status: Schema.Int,
}) {}

/** 409: somebody changed the record. `currentVersion` is undefined when PEMS did not tell. */
export class VersionConflict extends Schema.TaggedError<VersionConflict>()("VersionConflict", {
  message,
  status: Schema.Literal(409),
  currentVersion: Schema.optional(Schema.Int),
  expectedVersion: Schema.optional(Schema.Int),
  conflictingFields: Schema.optional(Schema.Array(Schema.String)),
}) {}

/** 400, 404, 422, any other 4xx, a redirect: permanent for this record; carries PEMS's own message. */
export class Rejected extends Schema.TaggedError<Rejected>()("Rejected", {
  message,
  status: Schema.Int,
}) {}

/** 401, 403: our credentials are refused. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  message,
  status: Schema.Literals([401, 403]),
}) {}

/** 429: too fast, not executed. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  message,
  status: Schema.Literal(429),
  retryAfterMs,
}) {}

/** 503: not executed, transient. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  message,
  status: Schema.Literal(503),
  retryAfterMs,
}) {}

export type PemsError =
  | NotSent
  | Unanswered
  | Doubtful
  | VersionConflict
  | Rejected
  | Unauthorized
  | RateLimited
  | Unavailable;

/** The HTTP status behind the error; undefined when there was none. */
export const statusOf = (error: PemsError): number | undefined =>
  error._tag === "NotSent" ? undefined : error.status;
