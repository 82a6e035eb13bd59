/** One write on the wire: sent at its place, its answer turned into one outcome. */
import { Effect, Result } from "effect";
import type { Sending } from "../db/freeze.ts";
import type { Exchange } from "../db/settle.ts";
import { applied } from "../domain/delta.ts";
import type { Outcome } from "../domain/outcome.ts";
import { backoff, delayAfter } from "../domain/retry.ts";
import { reasonOf } from "../domain/turn.ts";
import type { Written } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";
import { awaitDeparture, HOLD_BACK_MS, make, makeSoon, type Place } from "./call.ts";
import { type Connection, Desk } from "./desk.ts";
import { ask } from "./circuit.ts";
import { readBack } from "./inquire.ts";
import { Lease } from "./lease.ts";

export interface Delivered {
  readonly outcome: Outcome;
  readonly exchange: Exchange;
}

/**
 * Sends the frozen write when its place has come.
 * @returns undefined when the lease may have run out while waiting: nothing was sent, its new holder settles
 */
export const deliver = Effect.fn("worker.deliver")(
  function* (connection: Connection, sending: Sending, place: Place) {
    const lease = yield* Lease;
    const departure = yield* awaitDeparture(connection.id, place);
    if (!lease.holds(sending.claim.lease.fencingToken)) return undefined;
    const { pfaId } = sending.claim.lease;
    const { id, body, operation } = sending.write;
    const { client } = connection;
    const frozen = { pfaId, body, idempotencyKey: id };
    const { result, exchange } = yield* make(
      connection.id,
      departure,
      operation === "DELETE" ? client.delete(frozen) : client.put(frozen),
    );
    const outcome = Result.isSuccess(result)
      ? accepted(sending, result.success)
      : yield* outcomeOf(connection, sending, result.failure);
    return { outcome, exchange } satisfies Delivered;
  },
);

/** PEMS took it: its record is the one we sent against, with our values in it. */
function accepted({ claim, write }: Sending, { newVersion, updatedAt }: Written): Outcome {
  return {
    _tag: "Synced",
    version: newVersion,
    evidence: "answer",
    remote: {
      version: newVersion,
      record: applied(claim.mirror.record, write.delta),
      updatedAt,
      modifiedBy: write.modifiedBy,
      changeReason: reasonOf(claim.items),
    },
  };
}

const outcomeOf = (
  connection: Connection,
  sending: Sending,
  error: PemsError,
): Effect.Effect<Outcome, never, Desk> =>
  Effect.fail(error).pipe(Effect.catchTags({
    // This copy was not executed; an earlier one whose answer never came may be what changed the record.
    VersionConflict: () => readBack(connection, sending, sending.write.unknown),
    Doubtful: ({ message }) =>
      readBack(connection, sending, true).pipe(
        Effect.flatMap((outcome) =>
          outcome._tag === "NotLanded"
            ? retryOrBury(connection, sending, message)
            : Effect.succeed(outcome)
        ),
      ),
    Unanswered: ({ message }) => unanswered(sending, message),
    Rejected: ({ message }) => Effect.succeed<Outcome>({ _tag: "Buried", error: message }),
    Unauthorized: ({ message, status }) => unauthorized(connection, sending, message, status),
    RateLimited: ({ message, retryAfterMs = HOLD_BACK_MS }) => postponed(message, retryAfterMs),
    Unavailable: ({ message, retryAfterMs }) =>
      retryAfterMs === undefined
        ? retryOrBury(connection, sending, message)
        : postponed(message, retryAfterMs),
    NotSent: ({ message }) =>
      Effect.map(Desk, ({ retry }): Outcome => ({
        _tag: "Postponed",
        error: message,
        delayMs: backoff(1, retry, Math.random()),
      })),
  })).pipe(
    Effect.flatMap((outcome) =>
      // A 409 at the very version we sent: PEMS contradicts itself, which passes or fails like anything else.
      outcome._tag === "NotLanded"
        ? retryOrBury(connection, sending, error.message)
        : Effect.succeed(outcome)
    ),
    Effect.flatMap((outcome) =>
      // Whatever this copy came to, an earlier one may still land: only a read settles it.
      sending.write.unknown && (outcome._tag === "Retried" || outcome._tag === "Buried")
        ? unanswered(sending, outcome.error)
        : Effect.succeed(outcome)
    ),
  );

const postponed = (error: string, delayMs: number) =>
  Effect.succeed<Outcome>({ _tag: "Postponed", error, delayMs });

/** Before the item is blamed for good, PEMS is asked: an outage buries nothing. */
const retryOrBury = Effect.fnUntraced(
  function* (
    connection: Connection,
    { claim }: Sending,
    error: string,
  ): Effect.fn.Return<Outcome, never, Desk> {
    const { retry } = yield* Desk;
    const delayMs = delayAfter(claim.attempts + 1, retry, Math.random());
    if (delayMs !== undefined) return { _tag: "Retried", error, delayMs };
    const { organizationCode, lease: { pfaId } } = claim;
    const trouble = yield* ask(connection, { organizationCode, pfaId });
    return trouble === undefined
      ? { _tag: "Buried", error: `Gave up after ${claim.attempts + 1} attempts: ${error}` }
      : { _tag: "Outage", error: trouble };
  },
);

const unanswered = ({ claim }: Sending, error: string) =>
  Effect.map(Desk, ({ retry }): Outcome => ({
    _tag: "Unknown",
    error,
    delayMs: backoff(claim.attempts + 1, retry, Math.random()),
    sent: true,
  }));

/** A 403 on a record that we may read concerns that record alone; otherwise the credentials are refused. */
const unauthorized = (
  connection: Connection,
  { claim }: Sending,
  error: string,
  status: number,
): Effect.Effect<Outcome, never, Desk> =>
  status === 401
    ? Effect.succeed({ _tag: "Refused", error })
    : makeSoon(connection, connection.client.get(claim.lease.pfaId, claim.organizationCode)).pipe(
      Effect.map(({ result }): Outcome =>
        Result.isSuccess(result) ? { _tag: "Buried", error } : { _tag: "Refused", error }
      ),
    );
