/** Meters: what transitions have counted is folded into totals, so that reading them stays cheap. */
import { Effect, Layer, Schedule } from "effect";
import { foldMetrics } from "../db/metrics.ts";
import { Desk } from "./desk.ts";

const ROUNDS = Schedule.spaced("5 seconds");

/** Any worker folds what no other is folding. */
export const Meters = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker } } = yield* Desk;
    const round = Effect.promise(() => foldMetrics(worker)).pipe(
      Effect.repeat({ while: (folded) => folded > 0 }),
      Effect.sandbox,
      Effect.catch((cause) => Effect.logWarning("Cannot fold metrics", cause)),
    );
    yield* Effect.forkScoped(Effect.repeat(round, ROUNDS));
  }),
);
