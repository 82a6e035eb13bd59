/** The circuit's worker side: whether PEMS is there is asked before an item is blamed, and while it is down. */
import { Effect, FiberSet, Layer, Result, Schedule } from "effect";
import { closeCircuit, electProbes, endOutages, type Probe, probeFailed } from "../db/circuit.ts";
import { reserveCall } from "../db/budget.ts";
import { vitalSign } from "../domain/circuit.ts";
import { type PemsError, statusOf, Unanswered } from "../pems/errors.ts";
import { awaitDeparture, held, make } from "./call.ts";
import { type Connection, connections, Desk } from "./desk.ts";
import { monotonicMs } from "./monotonic.ts";

/** A probe that hangs must not make the next one late. */
const PATIENCE_MS = 5_000;
/** Longer than both calls of a probe take; then another worker is elected. */
const ELECTED_MS = 15_000;

/** Looks now and then for a connection that this worker is elected to probe; one statement when there is none. */
export const Circuit = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker }, probeMs } = yield* Desk;
    const probes = yield* FiberSet.make<void>();
    const look = Effect.gen(function* () {
      for (const probe of yield* Effect.promise(() => electProbes(worker, ELECTED_MS))) {
        yield* FiberSet.run(probes, quiet(carryOut(probe)));
      }
      yield* Effect.promise(() => endOutages(worker));
    });
    yield* Effect.forkScoped(Effect.repeat(quiet(look), Schedule.spaced(probeMs)));
  }),
);

/** A database that is away is logged; the next look tries again. */
const quiet = <R>(work: Effect.Effect<unknown, never, R>): Effect.Effect<void, never, R> =>
  work.pipe(
    Effect.sandbox,
    Effect.catch((cause) => Effect.logWarning("Cannot look after the circuit", cause)),
    Effect.asVoid,
  );

const carryOut = Effect.fn("worker.probe")(function* (probe: Probe) {
  const { db: { worker }, workerId, probeMs } = yield* Desk;
  const connection = (yield* connections).find(({ id }) => id === probe.connectionId);
  if (connection === undefined) return;
  const began = yield* monotonicMs;
  const trouble = yield* troubleOf(connection, probe);
  const tookMs = (yield* monotonicMs) - began;
  yield* Effect.promise(() =>
    trouble === undefined
      ? closeCircuit(worker, connection.id, workerId)
      : probeFailed(worker, connection.id, { tookMs, probeMs })
  );
});

/**
 * Asks PEMS for its health and for a record.
 * @returns what went wrong; undefined when PEMS is there
 */
export const troubleOf = Effect.fnUntraced(
  function* (
    { id, client }: Connection,
    { organizationCode, pfaId }: Pick<Probe, "organizationCode" | "pfaId">,
  ): Effect.fn.Return<string | undefined, never, Desk> {
    const questions: Array<Effect.Effect<unknown, PemsError>> = [client.health()];
    if (organizationCode !== null && pfaId !== null) {
      questions.push(client.get(pfaId, organizationCode));
    }
    for (const question of questions) {
      const error = yield* failureOf(id, question);
      if (error !== undefined) return error;
    }
  },
);

/** A refusal is an answer too. */
const failureOf = Effect.fnUntraced(
  function* (connectionId: string, question: Effect.Effect<unknown, PemsError>) {
    const { db: { worker } } = yield* Desk;
    const probing = { probing: true };
    const call = yield* Effect.promise(() => reserveCall(worker, connectionId, probing));
    const departure = call &&
      (yield* awaitDeparture(connectionId, { call, grantedAt: yield* monotonicMs }, probing));
    if (departure === undefined) return held.message;
    const { result } = yield* make(
      connectionId,
      departure,
      question.pipe(Effect.timeoutOrElse({
        duration: PATIENCE_MS,
        orElse: () => Effect.fail(new Unanswered({ message: "PEMS did not answer a probe" })),
      })),
    );
    if (Result.isSuccess(result)) return undefined;
    const sign = vitalSign(statusOf(result.failure) ?? null);
    return sign === "failed" ? result.failure.message : undefined;
  },
);
