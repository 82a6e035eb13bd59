/** A worker's turn up to the wire: claim, plan, ask where the fate is unknown, freeze. */
import { claimOf, keyOf, nthsOf, numberOf, patienceOf, readingOf, sendingOf } from "./bridge.ts";
import { brokenByFreezing } from "./invariants.ts";
import { frozenOn } from "./lane.ts";
import { decided, IDLE, reads, type Seat, step } from "./seat.ts";
import type { Claimed, Turn, Worker, Write } from "./state.ts";
import type { Moves } from "./world.ts";

export function claims(seat: Seat): Moves {
  const { protocol, state: { lane, modifications, mirror, circuit } } = seat;
  const free = lane.state === "ready" || (lane.state === "leased" && !protocol.oneLease);
  if (!free || circuit.open) return [];
  const { write, unknown, old, attempts } = lane;
  const items = write?.items ??
    modifications.flatMap(({ status }, nth) => status === "queued" ? [nth] : []);
  if (items.length === 0) return [];
  const frozen = write === null ? null : { write, unknown, old };
  const known = write === null ? "" : `, frozen under key ${write.key}`;
  return [
    step(seat, { at: "claimed", holds: true, claim: { items, mirror, attempts, frozen } }, {
      told: `claims ${items.map((nth) => `m${nth + 1}`).join(" ")}${known}${
        unknown ? ", unknown" : ""
      }, the mirror at v${mirror.version}`,
      changed: { lane: { ...lane, state: "leased", frozenNow: false } },
    }),
  ];
}

/** Plans the turn, and takes its first step. */
export function begins(seat: Seat, worker: Worker & { readonly at: "claimed" }): Moves {
  const { scenario, decide, state } = seat;
  const plan = decide.plan(claimOf(scenario, state, worker.claim));
  switch (plan._tag) {
    case "Settle": {
      const { items, outcome } = plan.turn;
      return [step(seat, decided(seat, worker, { items: nthsOf(items), outcome }), {
        told: `decides without a request: ${outcome._tag}`,
      })];
    }
    case "Deliver": {
      const { claim, write: { operation, version, delta, modifiedBy, body } } = plan.sending;
      return freezes(seat, worker, {
        key: keyOf(plan.sending.write, state.lane.bodies.length),
        version,
        operation,
        delta,
        items: nthsOf(claim.items),
        modifiedBy,
        body: numberOf(body),
      });
    }
    case "Inquire":
      return inquires(seat, { ...worker, write: worker.claim.frozen!.write });
  }
}

function inquires(seat: Seat, { holds, claim, write }: Turn): Moves {
  const { scenario, decide, state } = seat;
  const sending = sendingOf(scenario, state, { claim, write });
  return reads(seat).map(([read, told]) => {
    const judgement = decide.afterInquiry(sending, readingOf(read), patienceOf(scenario));
    return step(
      seat,
      judgement._tag === "NotLanded"
        ? { at: "resending", holds, claim, write }
        : decided(seat, { holds, claim }, { items: write.items, outcome: judgement }),
      { told: `asks first, ${told}: ${judgement._tag}` },
    );
  });
}

/** An unknown write that has not landed goes again, if there is a place for it. */
export function resends(seat: Seat, worker: Turn): Moves {
  if (!seat.state.circuit.open) return freezes(seat, worker, worker.write);
  const outcome = { _tag: "Postponed", error: "", delayMs: 0 } as const;
  return [
    step(seat, decided(seat, worker, { items: worker.write.items, outcome }), {
      told: "finds the circuit open",
    }),
  ];
}

function freezes(
  seat: Seat,
  { holds, claim }: { readonly holds: boolean; readonly claim: Claimed },
  write: Write,
): Moves {
  const { scenario, protocol, state } = seat;
  if (!holds && protocol.fencing) {
    return [step(seat, IDLE, { told: "cannot freeze without the lease" })];
  }
  return [
    step(seat, { at: "frozen", holds, claim, write }, {
      told: `freezes ${JSON.stringify(write.delta)} on v${write.version} under key ${write.key}`,
      changed: { lane: frozenOn(state.lane, write, protocol) },
      broken: brokenByFreezing(scenario, state, write),
    }),
  ];
}
