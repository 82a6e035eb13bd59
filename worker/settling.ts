/** Settlements as turns end: successes that come while the database is busy share the next transaction. */
import { Context, Effect, Layer } from "effect";
import { settle, type Settlement } from "../db/settle.ts";
import { isSuccess, type Left, settleSynced, type Success } from "../db/settle_synced.ts";
import { Desk } from "./desk.ts";
import { together } from "./together.ts";

/** Successes in one transaction. */
const MOST = 200;

export class Settling extends Context.Service<Settling, {
  /** Records the turn's outcome; fails while the database is away. */
  readonly settle: (settlement: Settlement) => Effect.Effect<Left, unknown>;
}>()("vanguard/worker/Settling") {
  static readonly layer = Layer.effect(
    Settling,
    Effect.gen(function* () {
      const { db: { worker }, probeMs } = yield* Desk;
      const alone = (settlement: Settlement) => settle(worker, settlement, probeMs);
      const shared = together(async (successes: ReadonlyArray<Success>) => {
        // One that cannot be recorded must not keep the others from it.
        return await settleSynced(worker, successes).then(
          (lefts) => lefts.map((value) => ({ status: "fulfilled", value }) as const),
          () => Promise.allSettled(successes.map(alone)),
        );
      }, { abreast: 1, most: MOST });
      return Settling.of({
        settle: (settlement) =>
          Effect.tryPromise({
            try: () => isSuccess(settlement) ? shared(settlement) : alone(settlement),
            catch: (error) => error,
          }),
      });
    }),
  );
}
