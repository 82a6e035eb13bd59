/** Time that never goes back, from the clock that the program runs on: a test may move it. */
import { Clock, Effect } from "effect";

/** Milliseconds, with fractions, since some moment before the program began. */
export const monotonicMs = Effect.map(
  Clock.monotonicTimeNanos,
  (nanos) => Number(nanos) / 1_000_000,
);
