/** The leases of this worker: one heartbeat keeps those it is busy with; what it could not keep in time is not sent. */
import { Context, Effect, Layer, Schedule } from "effect";
import type { Claim } from "../db/claim.ts";
import * as workers from "../db/workers.ts";
import { ALONE_AFTER } from "../domain/turn.ts";
import { VERSION } from "../domain/version.ts";
import { Desk } from "./desk.ts";
import { monotonicMs } from "./monotonic.ts";

export class Lease extends Context.Service<Lease, {
  /** The worker is busy with this lane, leased no earlier than `since` (monotonic ms): heartbeats keep it. */
  readonly take: (claim: Claim, since: number) => void;
  /**
   * It no longer is; a lane that was not settled runs out, and is anybody's again.
   * @returns whether there was no room before
   */
  readonly drop: (token: string) => boolean;
  /** Lanes the worker is busy with. */
  readonly count: () => number;
  /** Lanes it may take on: none while it carries one that must be carried alone. */
  readonly room: () => number;
  /**
   * Whether the lease still holds for sure, by this machine's own clock. Asked immediately before the first byte, so
   * that no copy starts after another worker may have taken over.
   */
  readonly holds: (token: string) => Effect.Effect<boolean>;
}>()("vanguard/worker/Lease") {
  static readonly layer = Layer.effect(
    Lease,
    Effect.gen(function* () {
      const { db: { worker, embedded }, workerId, leaseMs, batchSize } = yield* Desk;
      /** By fencing token, the monotonic ms from which the lease runs at least. */
      const taken = new Map<string, number>();
      let alone: string | undefined;
      const room = () => alone === undefined ? batchSize - taken.size : 0;
      const beat = Effect.gen(function* () {
        // Counted from before it was sent: the database cannot have kept the leases earlier.
        const before = yield* monotonicMs;
        const tokens = [...taken.keys()];
        const kept = yield* Effect.promise(() =>
          workers.beat(worker, { workerId, leaseMs, version: VERSION, tokens })
        );
        for (const token of kept) if (taken.has(token)) taken.set(token, before);
      });
      const takeBack = Effect.promise(() => workers.takeBack(worker));
      // An embedded database serves one process: whoever held a lease before it started is dead.
      if (embedded) yield* Effect.promise(() => workers.takeBack(worker, true));
      yield* beat;
      yield* Effect.addFinalizer(() => Effect.promise(() => workers.leave(worker, workerId)));
      yield* Effect.all([
        steady(beat, leaseMs / 3),
        // Others' lanes: taken back within a sixth of a lease after it ran out.
        steady(takeBack, leaseMs / 6),
      ], { concurrency: "unbounded", discard: true }).pipe(Effect.forkScoped);
      return {
        take: ({ lease: { fencingToken }, losses }, since) => {
          taken.set(fencingToken, since);
          if (losses >= ALONE_AFTER) alone = fencingToken;
        },
        drop: (token) => {
          const full = room() < 1;
          taken.delete(token);
          if (alone === token) alone = undefined;
          return full;
        },
        count: () => taken.size,
        room,
        holds: (token) =>
          Effect.map(monotonicMs, (now) => now < (taken.get(token) ?? -Infinity) + leaseMs * SAFE),
      };
    }),
  );
}

/** The last part of a lease counts as lost, 2 s of 30: the send itself takes time too. */
const SAFE = 14 / 15;

/** Repeats for good; a database that is away for a while is logged and tried again at the next beat. */
const steady = (work: Effect.Effect<unknown>, everyMs: number) =>
  work.pipe(
    Effect.sandbox,
    Effect.catch((cause) => Effect.logWarning("The database did not answer", cause)),
    Effect.repeat(Schedule.spaced(everyMs)),
  );
