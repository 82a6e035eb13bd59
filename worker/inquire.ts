/** Inquiring: PEMS's record is read to learn what became of a write. */
import { Effect, Result } from "effect";
import type { Sending } from "../db/freeze.ts";
import type { Judgement } from "../domain/settlement.ts";
import { awaitDeparture, held, make, type Place } from "./call.ts";
import { type Connection, Desk } from "./desk.ts";
import { afterInquiry, type Patience } from "./verdict.ts";

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
    const departure = yield* awaitDeparture(connection.id, place);
    const { result: reading } = departure === undefined
      ? { result: Result.fail(held) }
      : yield* make(connection.id, departure, ask(connection, sending));
    return afterInquiry(sending, reading, yield* patience);
  },
);

/** The read of the write's record. */
export const ask = ({ client }: Connection, { claim }: Sending) =>
  client.get(claim.lease.pfaId, claim.organizationCode);

/** The worker's patience, with chance thrown anew. */
export const patience = Effect.map(
  Desk,
  ({ retry, lateWindowMs }): Patience => ({ retry, lateWindowMs, random: Math.random() }),
);
