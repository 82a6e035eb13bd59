/** One write on the wire: sent at its place, its answer turned into one outcome. */
import { Effect, Result } from "effect";
import type { Sending } from "../db/freeze.ts";
import type { Exchange } from "../db/settle.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { PemsError } from "../pems/errors.ts";
import { awaitDeparture, held, make, makeSoon, type Place } from "./call.ts";
import { troubleOf } from "./circuit.ts";
import type { Connection, Desk } from "./desk.ts";
import { ask, patience } from "./inquire.ts";
import { Lease } from "./lease.ts";
import { accepted, afterFailure, afterReading } from "./verdict.ts";

export interface Delivered {
  readonly outcome: Outcome;
  /** Undefined when no call was made. */
  readonly exchange: Exchange | undefined;
}

/** The circuit opened before the call was made: nothing was sent, and nothing is spent. */
export const waits: Outcome = { _tag: "Postponed", error: held.message, delayMs: 0 };

/**
 * Sends the frozen write when its place has come.
 * @returns undefined when the lease may have run out while waiting: nothing was sent, its new holder settles
 */
export const deliver = Effect.fn("worker.deliver")(
  function* (connection: Connection, sending: Sending, place: Place) {
    const lease = yield* Lease;
    const departure = yield* awaitDeparture(connection.id, place);
    if (departure === undefined) return { outcome: waits, exchange: undefined };
    if (!(yield* lease.holds(sending.claim.lease.fencingToken))) return undefined;
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

/** What the failure comes to, with PEMS's record read where that decides. */
const outcomeOf = Effect.fnUntraced(
  function* (
    connection: Connection,
    sending: Sending,
    error: PemsError,
  ): Effect.fn.Return<Outcome, never, Desk> {
    const told = afterFailure(sending, error, yield* patience);
    if (told._tag !== "Ask") return yield* blame(connection, sending, told);
    const { result: reading } = yield* makeSoon(connection, ask(connection, sending));
    return yield* blame(
      connection,
      sending,
      afterReading(sending, { error, reading }, yield* patience),
    );
  },
);

/** Before an item is blamed for good because its attempts are used up, PEMS is asked: an outage buries nothing. */
const blame = Effect.fnUntraced(
  function* (
    connection: Connection,
    { claim: { organizationCode, lease: { pfaId } } }: Sending,
    outcome: Outcome,
  ): Effect.fn.Return<Outcome, never, Desk> {
    if (outcome._tag !== "Buried" || outcome.exhausted !== true) return outcome;
    const trouble = yield* troubleOf(connection, { organizationCode, pfaId });
    return trouble === undefined ? outcome : { _tag: "Outage", error: trouble };
  },
);
