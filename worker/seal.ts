/** Sealing: the audit trail is chained within a second of what it tells of. */
import { Effect, Layer, Schedule } from "effect";
import { sealEntries } from "../db/chain.ts";
import { Desk } from "./desk.ts";

/** Entries of one round: some 100 ms of work, so that a backlog holds nobody up for long. */
const MOST = 2_000;
/** An entry that just missed a round is sealed well within a second all the same. */
const ROUNDS = Schedule.spaced("500 millis");

/** Every worker tries, one at a time seals; while nothing happens a round is one look at an index. */
export const Seal = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker } } = yield* Desk;
    const round = Effect.promise(() => sealEntries(worker, MOST)).pipe(
      Effect.repeat({ while: (sealed) => sealed === MOST }),
      Effect.sandbox,
      Effect.catch((cause) => Effect.logWarning("Cannot seal the audit trail", cause)),
    );
    yield* Effect.forkScoped(Effect.repeat(round, ROUNDS));
  }),
);
