/** What may be wrong with the sandbox PEMS: the switches, and how they decide on each request. */
import { Schema } from "effect";

const Percent = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 100 }));
const Milliseconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 600_000 }));
const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }));

/** All switches; rates are percentages of the requests, each rolled on its own. */
export const Faults = Schema.Struct({
  latencyMs: Milliseconds,
  /** Up to so much more latency, evenly spread. */
  jitterMs: Milliseconds,
  /** Answered 500. */
  errorRate: Percent,
  /** Answered 504, as a gateway would. */
  gatewayRate: Percent,
  /** Of the requests answered 500 or 504: how many were executed first all the same. */
  appliedRate: Percent,
  /** Answered 503, never executed. */
  unavailableRate: Percent,
  /** Sent as Retry-After with every 503 and with a 429 of a burst; null: without. */
  retryAfterSeconds: Schema.NullOr(Count),
  /** Executed, then the connection is dropped. */
  loseResponses: Percent,
  /** The connection is dropped, never executed. */
  dropRequests: Percent,
  /** The connection is dropped at once, and the request executed `lateMs` later: the late copy. */
  lateRate: Percent,
  lateMs: Milliseconds,
  /** Never answered, never executed; the connection stays open. */
  hangRate: Percent,
  /** Executed, answered 200 with half a body. */
  brokenBodies: Percent,
  /** Requests per second; 0: no limit. */
  rateLimit: Count,
  limiter: Schema.Literals(["bucket", "window"]),
  /** Answered 429 although within the limit, and `tooManyBurst` requests after it as well. */
  tooManyRate: Percent,
  tooManyBurst: Count,
  outage: Schema.Literals(["none", "unavailable", "dropped"]),
  /** Every key is refused with 401. */
  unauthorized: Schema.Boolean,
  /** The key that is taken since the own one was replaced; null: the own one still is. */
  replacedKey: Schema.NullOr(Schema.NonEmptyString),
  /** Every write is refused with 422, never executed. */
  refusing: Schema.Boolean,
  ignoreIdempotencyKeys: Schema.Boolean,
  /** Which requests the rates apply to. */
  scope: Schema.Literals(["all", "reads", "writes"]),
  seed: Schema.Int,
});
export type Faults = typeof Faults.Type;

/** A PEMS that does everything right, as fast as it can. */
export const NO_FAULTS: Faults = {
  latencyMs: 0,
  jitterMs: 0,
  errorRate: 0,
  gatewayRate: 0,
  appliedRate: 0,
  unavailableRate: 0,
  retryAfterSeconds: null,
  loseResponses: 0,
  dropRequests: 0,
  lateRate: 0,
  lateMs: 1000,
  hangRate: 0,
  brokenBodies: 0,
  rateLimit: 0,
  limiter: "bucket",
  tooManyRate: 0,
  tooManyBurst: 0,
  outage: "none",
  unauthorized: false,
  replacedKey: null,
  refusing: false,
  ignoreIdempotencyKeys: false,
  scope: "all",
  seed: 1,
};

/** What happens to one request. */
export type Fate =
  | "served"
  | "hung"
  | "dropped"
  | "late"
  | "unavailable"
  | "too_many"
  | "error"
  | "error_applied"
  | "gateway"
  | "gateway_applied"
  | "lost"
  | "broken";

/**
 * Rolls for one request. Every switch takes its roll whether it is set or not, so that turning one on leaves
 * the rolls of the others as they were.
 */
export function rollFate(faults: Faults, isWrite: boolean, random: () => number): Fate {
  const applies = faults.scope === "all" || (faults.scope === "writes") === isWrite;
  const roll = (rate: number) => random() * 100 < rate && applies;
  const applied = roll(faults.appliedRate);
  const rolled: ReadonlyArray<readonly [Fate, boolean]> = [
    ["too_many", roll(faults.tooManyRate)],
    ["hung", roll(faults.hangRate)],
    ["dropped", roll(faults.dropRequests)],
    ["late", roll(faults.lateRate)],
    ["unavailable", roll(faults.unavailableRate)],
    [applied ? "error_applied" : "error", roll(faults.errorRate)],
    [applied ? "gateway_applied" : "gateway", roll(faults.gatewayRate)],
    ["lost", roll(faults.loseResponses)],
    ["broken", roll(faults.brokenBodies)],
  ];
  return rolled.find(([, hit]) => hit)?.[0] ?? "served";
}
