/** Inquiring: PEMS's record is read to learn what became of a write. */
import { Effect, Result } from "effect";
import type { Sending } from "../db/freeze.ts";
import type { Outcome } from "../domain/outcome.ts";
import { backoff } from "../domain/retry.ts";
import { judge, type Judgement } from "../domain/settlement.ts";
import type { PemsError } from "../pems/errors.ts";
import { awaitDeparture, make, makeSoon, type Place } from "./call.ts";
import { type Connection, Desk } from "./desk.ts";

/** How often a write whose attempts are spent is looked for, while a late copy may still land. */
const LOOK_EVERY_MS = 60_000;

/**
 * Reads the record with a call of its own and judges. A read that fails leaves the write unknown, or, when it cannot
 * have landed, waiting to be sent again.
 */
export const readBack = Effect.fnUntraced(
  function* (
    connection: Connection,
    sending: Sending,
    mayHaveLanded: boolean,
  ): Effect.fn.Return<Judgement, never, Desk> {
    const { result } = yield* makeSoon(connection, ask(connection, sending));
    if (Result.isSuccess(result)) {
      return judge({ ...sending.write, mayHaveLanded }, result.success, sending.claim.policies);
    }
    const outcome = yield* unreadable(sending, result.failure, true);
    return mayHaveLanded || outcome._tag !== "Unknown"
      ? outcome
      : { _tag: "Postponed", error: outcome.error, delayMs: outcome.delayMs };
  },
);

/**
 * The turn of a write whose fate is unknown: read first, with the place the claim came with.
 * @returns NotLanded when it may be sent again
 */
export const inquire = Effect.fn("worker.inquire")(
  function* (
    connection: Connection,
    sending: Sending,
    place: Place,
  ): Effect.fn.Return<Judgement, never, Desk> {
    const { retry, lateWindowMs } = yield* Desk;
    const departure = yield* awaitDeparture(connection.id, place);
    const { result } = yield* make(connection.id, departure, ask(connection, sending));
    if (Result.isFailure(result)) return yield* unreadable(sending, result.failure, false);
    const { claim: { attempts, policies }, write } = sending;
    const judgement = judge({ ...write, mayHaveLanded: true }, result.success, policies);
    if (judgement._tag !== "NotLanded" || attempts <= retry.maxRetries) return judgement;
    return write.sentAgoMs > lateWindowMs
      ? {
        _tag: "Buried",
        error: `PEMS did not answer ${attempts} attempts, and has nothing of them ${
          Math.round(write.sentAgoMs / 1000)
        } s after the last`,
      }
      : {
        _tag: "Unknown",
        error: "PEMS did not answer; waiting until no late copy can land",
        delayMs: LOOK_EVERY_MS,
        sent: false,
      };
  },
);

const ask = ({ client }: Connection, { claim }: Sending) =>
  client.get(claim.lease.pfaId, claim.organizationCode);

/** The read itself failed. A record that is gone for good ends it; refused credentials pause; all else waits. */
const unreadable = (sending: Sending, error: PemsError, sent: boolean) =>
  Effect.map(Desk, ({ retry }): Outcome => {
    if (error._tag === "Rejected" && error.status === 404) {
      return { _tag: "Buried", error: error.message };
    }
    if (error._tag === "Unauthorized") return { _tag: "Refused", error: error.message };
    return {
      _tag: "Unknown",
      error: `Cannot learn whether the write arrived: ${error.message}`,
      delayMs: backoff(sending.claim.attempts + 1, retry, Math.random()),
      sent,
    };
  });
