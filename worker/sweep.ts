/** Sweeping: what must be done now and then, by any worker. */
import { Effect, Layer, Schedule } from "effect";
import { forgetMetrics } from "../db/metrics.ts";
import { warnOfOldKeys } from "../db/old_keys.ts";
import { advanceReplays } from "../db/replay_steps.ts";
import { dropOldMonths, endJobs, ensurePartitions } from "../db/sweep.ts";
import { forgetDead } from "../db/workers.ts";
import { Desk } from "./desk.ts";

export const Sweep = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker }, keptMonths } = yield* Desk;
    const every = (period: Schedule.Schedule<unknown>, work: () => Promise<unknown>) =>
      Effect.promise(() => work()).pipe(
        Effect.sandbox,
        Effect.catch((cause) => Effect.logWarning("Sweeping failed", cause)),
        Effect.repeat(period),
      );
    yield* Effect.forkScoped(Effect.all([
      every(Schedule.spaced("1 second"), () => endJobs(worker)),
      every(Schedule.spaced("1 second"), () => advanceReplays(worker)),
      every(Schedule.spaced("6 hours"), () => ensurePartitions(worker)),
      keptMonths === undefined
        ? Effect.void
        : every(Schedule.spaced("6 hours"), () => dropOldMonths(worker, keptMonths)),
      every(Schedule.spaced("1 hour"), () => forgetDead(worker)),
      every(Schedule.spaced("1 hour"), () => forgetMetrics(worker)),
      every(Schedule.spaced("1 hour"), () => warnOfOldKeys(worker)),
    ], { concurrency: "unbounded", discard: true }));
  }),
);
