/** One call to PEMS: waits for its place in the budget, leaves when the last second has room, and is timed. */
import { Effect, Result } from "effect";
import { depart, holdBack, type Purpose, reserveCall } from "../db/budget.ts";
import type { Call } from "../db/claim.ts";
import type { Exchange } from "../db/settle.ts";
import { NotSent, type PemsError, statusOf } from "../pems/errors.ts";
import { type Connection, Desk } from "./desk.ts";
import { monotonicMs } from "./monotonic.ts";

export interface Answered<A> {
  readonly result: Result.Result<A, PemsError>;
  readonly exchange: Exchange;
}

/** A planned call with the moment (monotonic ms) it was granted at. */
export interface Place {
  readonly call: Call;
  readonly grantedAt: number;
}

/** A call that may leave now. */
export interface Departure {
  readonly number: string;
  /** Monotonic ms it counts as left at, at the earliest. */
  readonly at: number;
}

/** Left later than this, a departure is told anew. */
const LATE_MS = 5;
/** How long a 429 without Retry-After holds the connection back. */
export const HOLD_BACK_MS = 1_000;

/** The next free place in the connection's budget; none while its circuit is open. */
export const reserve = Effect.fnUntraced(function* (connection: Connection) {
  const { db } = yield* Desk;
  const call = yield* Effect.promise(() => reserveCall(db.worker, connection.id));
  return call && { call, grantedAt: yield* monotonicMs } satisfies Place;
});

/** What a call is told that found no place. */
export const held = new NotSent({
  message: "PEMS is down: nothing is sent until it answers again",
});

/**
 * Waits for the place, and for room behind calls that left late.
 * @returns undefined when the circuit opened meanwhile: the call must not be made
 */
export const awaitDeparture = Effect.fnUntraced(
  function* (
    connectionId: string,
    { call, grantedAt }: Place,
    purpose: Purpose = {},
  ): Effect.fn.Return<Departure | undefined, never, Desk> {
    const { db } = yield* Desk;
    yield* Effect.sleep(Math.max(grantedAt + call.inMs - (yield* monotonicMs), 0));
    if (call.departure !== null) return { number: call.departure, at: grantedAt };
    while (true) {
      const at = yield* monotonicMs;
      const leave = yield* Effect.promise(() => depart(db.worker, connectionId, purpose));
      if ("departure" in leave) return { number: leave.departure, at };
      if ("held" in leave) return undefined;
      yield* Effect.sleep(leave.waitMs);
    }
  },
);

/**
 * Makes the call now; its failure is part of the answer. A 429 holds the whole connection back at once, whatever
 * the call was for.
 */
export const make = Effect.fnUntraced(function* <A>(
  connectionId: string,
  departure: Departure,
  request: Effect.Effect<A, PemsError>,
): Effect.fn.Return<Answered<A>, never, Desk> {
  const { db, noteLate } = yield* Desk;
  const started = yield* monotonicMs;
  if (started > departure.at + LATE_MS) {
    // Not awaited: the note concerns later calls only.
    yield* Effect.promise(() => noteLate({ connectionId, departure: departure.number })).pipe(
      Effect.ignoreCause,
      Effect.forkDetach,
    );
  }
  const result = yield* Effect.result(request);
  const failure = Result.isFailure(result) ? result.failure : undefined;
  if (failure?._tag === "RateLimited") {
    const pauseMs = failure.retryAfterMs ?? HOLD_BACK_MS;
    yield* Effect.promise(() => holdBack(db.worker, connectionId, pauseMs));
  }
  return {
    result,
    exchange: {
      latencyMs: (yield* monotonicMs) - started,
      status: failure === undefined ? 200 : statusOf(failure) ?? null,
      error: failure?.message ?? null,
    },
  };
});

/** A call with a place of its own, waited for. */
export const makeSoon = Effect.fnUntraced(function* <A>(
  connection: Connection,
  request: Effect.Effect<A, PemsError>,
): Effect.fn.Return<Answered<A>, never, Desk> {
  const place = yield* reserve(connection);
  const departure = place && (yield* awaitDeparture(connection.id, place));
  if (departure === undefined) {
    const exchange = { latencyMs: 0, status: null, error: held.message };
    return { result: Result.fail(held), exchange };
  }
  return yield* make(connection.id, departure, request);
});
