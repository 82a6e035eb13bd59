/** Meters: what transitions have counted is folded into totals and series, and what stands where is sampled. */
import { Effect, Layer, Schedule } from "effect";
import { foldMetrics, sampleMetrics } from "../db/metrics.ts";
import { Desk } from "./desk.ts";

const ROUNDS = Schedule.spaced("5 seconds");

/** Any worker folds what no other is folding, and samples where no other has. */
export const Meters = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker } } = yield* Desk;
    const round = Effect.promise(() => foldMetrics(worker)).pipe(
      Effect.repeat({ while: (folded) => folded > 0 }),
      // After what it closes: the point before is complete when the new one is told of.
      Effect.andThen(Effect.promise(() => sampleMetrics(worker))),
      Effect.sandbox,
      Effect.catch((cause) => Effect.logWarning("Cannot fold or sample metrics", cause)),
    );
    yield* Effect.forkScoped(Effect.repeat(round, ROUNDS));
  }),
);
