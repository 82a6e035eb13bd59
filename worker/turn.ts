/** One claimed lane's turn, from plan to settlement. */
import { Effect, Schedule } from "effect";
import type { Claim } from "../db/claim.ts";
import { freeze, freezeLoad, type Sending } from "../db/freeze.ts";
import type { Settlement } from "../db/settle.ts";
import type { Outcome } from "../domain/outcome.ts";
import {
  ALONE_AFTER,
  leadingRun,
  type Load,
  planTurn,
  POISON_AFTER,
  type Turn,
  wantedOf,
} from "../domain/turn.ts";
import { wireRecord } from "../domain/pfa.ts";
import type { Edits } from "../domain/delta.ts";
import { type Place, reserve } from "./call.ts";
import { deliver, waits } from "./deliver.ts";
import { type Connection, Desk } from "./desk.ts";
import { inquire } from "./inquire.ts";
import { Settling } from "./settling.ts";

/** What a claim comes to: put on the wire, asked after, or settled without PEMS. */
export type Plan =
  | { readonly _tag: "Deliver"; readonly sending: Sending }
  | { readonly _tag: "Inquire"; readonly sending: Sending }
  | {
    readonly _tag: "Settle";
    readonly claim: Claim;
    readonly turn: Omit<Turn & { _tag: "Settle" }, "_tag">;
    /** A frozen write that is given up with it. */
    readonly writeId?: string;
  };

/** A frozen write goes as it is; a fresh turn is planned against the newest mirror. Pure. */
export function plan(claim: Claim): Plan {
  const { frozen } = claim;
  if (claim.losses >= POISON_AFTER && frozen?.unknown !== true) return poisonous(claim);
  if (frozen !== undefined) {
    return { _tag: frozen.unknown ? "Inquire" : "Deliver", sending: { claim, write: frozen } };
  }
  const turn = planTurn(claim.items, claim.mirror, claim.policies);
  if (turn._tag === "Settle") return { _tag: "Settle", claim, turn };
  const write = freezeLoad(turn.load, bodyOf(claim, turn.load), claim.mirror);
  return { _tag: "Deliver", sending: { claim: { ...claim, items: turn.load.items }, write } };
}

/** Nothing of it is under way, and each worker that had it died. */
const poisonous = (claim: Claim): Plan => ({
  _tag: "Settle",
  claim,
  turn: {
    items: claim.frozen === undefined ? leadingRun(claim.items) : claim.items,
    delta: claim.frozen?.delta ?? {},
    outcome: {
      _tag: "Buried",
      error: `${claim.losses} workers stopped while they had it, ${
        claim.losses - ALONE_AFTER
      } of them with nothing else`,
    },
  },
  ...(claim.frozen === undefined ? {} : { writeId: claim.frozen.id }),
});

/** The exact text of the request (pems-contract.md, Update and Soft delete). */
function bodyOf({ lease, organizationCode }: Claim, load: Load): string {
  const values = Object.fromEntries(
    Object.entries(load.delta).map(([name, { to }]) => [name, to]),
  ) as Edits;
  return JSON.stringify({
    pfaId: lease.pfaId,
    organizationCode,
    ...(load.operation === "DELETE" ? {} : { changes: wireRecord(values) }),
    version: load.version,
    modifiedBy: load.modifiedBy,
    changeReason: load.reason ?? "",
  });
}

/**
 * Carries the plan out and settles it.
 * @returns whether the lane may be claimable again, so that its loop must look
 */
export const carryOut = Effect.fn("worker.turn")(
  function* (connection: Connection, plan: Plan, place: Place) {
    if (plan._tag === "Settle") {
      const { items, delta, outcome } = plan.turn;
      const settlement = { claim: plan.claim, items, delta, writeId: plan.writeId };
      return yield* settled({ ...settlement, exchange: undefined, outcome });
    }
    const { sending } = plan;
    const delivered = plan._tag === "Deliver"
      ? yield* deliver(connection, sending, place)
      : yield* askThenSend(connection, sending, place);
    if (delivered === undefined) return false;
    return yield* settled({
      claim: sending.claim,
      items: sending.claim.items,
      delta: wantedOf(sending.claim.items),
      writeId: sending.write.id,
      exchange: delivered.exchange,
      outcome: delivered.outcome,
    });
  },
  (effect, _, plan) => {
    const { workerId, fencingToken, ...lane } = plan._tag === "Settle"
      ? plan.claim.lease
      : plan.sending.claim.lease;
    return Effect.annotateLogs(effect, { ...lane, workerId, fencingToken });
  },
);

/** An unknown write is sent again only once PEMS's record shows that it has not landed. */
const askThenSend = Effect.fnUntraced(
  function* (connection: Connection, sending: Sending, place: Place) {
    const { db } = yield* Desk;
    const judgement = yield* inquire(connection, sending, place);
    if (judgement._tag !== "NotLanded") {
      return { outcome: judgement as Outcome, exchange: undefined };
    }
    const next = yield* reserve(connection);
    if (next === undefined) return { outcome: waits, exchange: undefined };
    const again: Sending = { ...sending, claim: { ...sending.claim, call: next.call } };
    const frozen = yield* Effect.promise(() => freeze(db.worker, [again]));
    return frozen.has(sending.write.id) ? yield* deliver(connection, again, next) : undefined;
  },
);

/** Tried again while the database is away; what cannot be settled within the lease is settled by its next holder. */
const settled = Effect.fnUntraced(function* (
  settlement: Settlement,
) {
  const { leaseMs } = yield* Desk;
  const settling = yield* Settling;
  const left = yield* settling.settle(settlement).pipe(
    Effect.tapError((error) => Effect.logWarning("Cannot settle yet", error)),
    Effect.retry(Schedule.exponential(100).pipe(Schedule.upTo({ duration: leaseMs }))),
    Effect.catch((error) => Effect.as(Effect.logError("Cannot settle", error), false)),
  );
  if (left === false) yield* Effect.logWarning("The lease was lost: another worker settles");
  else yield* told(settlement);
  // What was committed while this was on the wire rang when the lane was not free: nobody rings for it again.
  return settlement.outcome._tag !== "Synced" || left !== 0;
});

/** One line for each turn that was settled: what PEMS made of which write, for whom. */
const told = ({ items, writeId, exchange, outcome, claim }: Settlement) =>
  Effect.logInfo("settled").pipe(Effect.annotateLogs({
    outcome: outcome._tag,
    writeId,
    jobIds: [...new Set(items.map(({ jobId }) => jobId))],
    modificationIds: items.map(({ modificationId }) => modificationId),
    attempt: claim.attempts + 1,
    status: exchange?.status,
    ms: exchange && Math.round(exchange.latencyMs),
  }));
