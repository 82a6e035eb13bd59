/** The loops: one per PEMS connection claims the lanes whose turn has come and has them carried out. */
import { Cron, Effect, Exit, FiberMap, FiberSet, Layer, Result, Schedule, Stream } from "effect";
import { type Claim, claim, nextTurn, wakeDelayed } from "../db/claim.ts";
import { freeze } from "../db/freeze.ts";
import { Bell } from "./bell.ts";
import { type Connection, connections, Desk } from "./desk.ts";
import { Lease } from "./lease.ts";
import { monotonicMs } from "./monotonic.ts";
import { following } from "./trace.ts";
import { carryOut, plan } from "./turn.ts";

/** Calls are reserved this far ahead: long enough to hide the claim's round trip, short enough that an urgent edit
 * does not wait behind what is reserved. */
const HORIZON_MS = 1_000;
/** Lanes of one claim: while these are put on the wire, the next are claimed. */
const MOST_CLAIMED = 100;
/** Writes on the wire get this long to be answered when the worker stops. */
const LAST_ANSWERS = "30 seconds";

type Turns = FiberSet.FiberSet<void>;

/** A lane that another worker is just claiming looks claimable: not asked for more often than this. */
const PAUSE_MS = 20;

/** Runs while the layer lives; closing it stops the claims at once and waits for what is on the wire. */
export const Lanes = Layer.effectDiscard(
  Effect.gen(function* () {
    const { writeSync } = yield* Desk;
    if (!writeSync) return yield* Effect.logWarning("ENABLE_WRITE_SYNC is off: nothing is sent");
    const turns: Turns = yield* FiberSet.make<void>();
    yield* Effect.addFinalizer(() =>
      FiberSet.awaitEmpty(turns).pipe(Effect.timeoutOption(LAST_ANSWERS))
    );
    yield* Effect.forkScoped(everyConnection(turns));
  }),
);

/** One loop for each connection in use; a changed key gets a new loop. */
const everyConnection = Effect.fnUntraced(function* (turns: Turns) {
  const bell = yield* Bell;
  const { writeSchedule } = yield* Desk;
  const loops = yield* FiberMap.make<string>();
  const refresh = Effect.gen(function* () {
    for (const connection of yield* connections) {
      yield* FiberMap.run(loops, connection.id, loop(connection, turns), { onlyIfMissing: true });
    }
  }).pipe(
    Effect.sandbox,
    Effect.catch((cause) => Effect.logWarning("Cannot read connections", cause)),
  );
  const schedule = Result.getOrThrow(Cron.parse(writeSchedule, "UTC"));
  yield* refresh;
  yield* Effect.all([
    Stream.runForEach(bell.connections, () => refresh),
    // The net: whatever notification was lost, each tick looks everywhere.
    Effect.repeat(Effect.sync(() => bell.ring("")), Schedule.cron(schedule)),
  ], { concurrency: "unbounded", discard: true });
}, Effect.scoped);

/** Claims until nothing is left to claim, then waits; a round that fails is logged and made again. */
const loop = (connection: Connection, turns: Turns) =>
  round(connection, turns).pipe(
    Effect.forever,
    Effect.sandbox,
    Effect.tapError((cause) => Effect.logWarning("A round failed", cause)),
    Effect.retry(Schedule.spaced("1 second")),
  );

/** Only the wait can be interrupted: lanes that are claimed are always dispatched. */
const round = (connection: Connection, turns: Turns) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const { db, workerId, leaseMs } = yield* Desk;
      const lease = yield* Lease;
      const bell = yield* Bell;
      const limit = lease.room();
      const since = yield* monotonicMs;
      const claims = limit < 1 ? [] : yield* Effect.promise(() =>
        claim(db.claims, {
          workerId,
          connectionId: connection.id,
          limit: Math.min(limit, MOST_CLAIMED),
          busy: lease.count(),
          horizonMs: HORIZON_MS,
          leaseMs,
        })
      );
      for (const claim of claims) lease.take(claim, since);
      if (claims.length > 0) return yield* dispatch(connection, claims, turns);
      const waitMs = limit < 1
        ? undefined
        : yield* Effect.promise(() => nextTurn(db.claims, connection.id, HORIZON_MS / 2));
      yield* restore(Effect.raceFirst(
        bell.rung(connection.id),
        waitMs === undefined ? Effect.never : Effect.andThen(
          Effect.sleep(Math.max(waitMs, PAUSE_MS)),
          Effect.promise(() => wakeDelayed(db.claims, connection.id)),
        ),
      ));
    })
  );

/** Freezes what goes on the wire in one statement, then lets each turn run on its own. */
const dispatch = Effect.fnUntraced(
  function* (connection: Connection, claims: ReadonlyArray<Claim>, turns: Turns) {
    const { db } = yield* Desk;
    const lease = yield* Lease;
    const bell = yield* Bell;
    const grantedAt = yield* monotonicMs;
    const plans = claims.map(plan);
    const sendings = plans.flatMap((plan) => plan._tag === "Deliver" ? [plan.sending] : []);
    const held = yield* Effect.promise(() => freeze(db.claims, sendings));
    for (const plan of plans) {
      const { lease: { fencingToken }, call } = plan._tag === "Settle"
        ? plan.claim
        : plan.sending.claim;
      if (plan._tag === "Deliver" && !held.has(plan.sending.write.id)) {
        lease.drop(fencingToken);
        continue;
      }
      yield* carryOut(connection, plan, { call, grantedAt }).pipe(
        following(plan._tag === "Settle" ? plan.turn.items : plan.sending.claim.items),
        Effect.sandbox,
        Effect.catch((cause) => Effect.as(Effect.logError("A turn failed", cause), true)),
        Effect.onExit((exit) =>
          Effect.sync(() => {
            // Whoever waited for room, on whatever connection, looks again.
            if (lease.drop(fencingToken)) bell.ring("");
            else if (Exit.isSuccess(exit) && exit.value) bell.ring(connection.id);
          })
        ),
        Effect.interruptible,
        FiberSet.run(turns),
      );
    }
  },
  // What could not be frozen is not kept: its lease runs out, and its turn comes again.
  (effect, _, claims) =>
    Effect.onError(
      effect,
      () =>
        Effect.map(Lease, ({ drop }) => claims.forEach(({ lease }) => drop(lease.fencingToken))),
    ),
);
