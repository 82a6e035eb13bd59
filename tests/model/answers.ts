/** A worker's turn from the wire on: send, hear, ask where the answer is doubtful, settle. */
import type { Outcome } from "../../domain/outcome.ts";
import { errorOf, patienceOf, readingOf, sendingOf } from "./bridge.ts";
import { brokenBySending } from "./invariants.ts";
import { settled } from "./lane.ts";
import { decided, IDLE, reads, type Seat, step } from "./seat.ts";
import type { Failure, State, Turn, Worker } from "./state.ts";
import { landable, serve } from "./wire.ts";
import type { Change, Moves } from "./world.ts";

export function sends(seat: Seat, worker: Turn): Moves {
  const { scenario, protocol, decide, state } = seat;
  const { holds, claim, write } = worker;
  if (!holds && protocol.leaseCheck) {
    return [step(seat, IDLE, { told: "does not send without the lease" })];
  }
  const sent = step(seat, { at: "waiting", holds, claim, write }, {
    told: `sends key ${write.key}`,
    broken: brokenBySending(state, write),
  });
  if (!scenario.failures.includes("refused")) return [sent];
  const failure = "refused";
  const sending = sendingOf(scenario, state, worker);
  const outcome = decide.afterFailure(sending, errorOf(failure), patienceOf(scenario)) as Outcome;
  return [
    sent,
    step(seat, decided(seat, worker, { items: write.items, outcome, failure }), {
      told: `cannot connect: ${outcome._tag}`,
    }),
  ];
}

/** PEMS answers what it should, or something else, or nothing. */
export function hears(seat: Seat, worker: Turn): Moves {
  const { scenario, decide, state } = seat;
  const { write } = worker;
  const served = serve(seat, state, write);
  const answered = served.map((one): Change => {
    if (one.status !== 200) return fails(seat, worker, { failure: `${one.status}` });
    const outcome = decide.accepted(sendingOf(scenario, state, worker), {
      newVersion: one.version,
      updatedAt: "2026-03-01T08:00:00.000Z",
    });
    return step(seat, decided(seat, worker, { items: write.items, outcome, sent: true }), {
      told: `hears 200, v${one.version}`,
      changed: one.change,
      broken: one.broken,
    });
  });
  const failed = scenario.failures
    .filter((failure) => failure !== "refused")
    .map((failure) => fails(seat, worker, { failure }));
  const executed = served.flatMap((one) =>
    one.status === 200 && scenario.failures.includes("500")
      ? [fails(seat, worker, { failure: "500", changed: one.change, broken: one.broken })]
      : []
  );
  const late = scenario.failures.includes("timeout") && landable(state, write)
    ? [fails(seat, worker, { failure: "timeout", changed: { net: [...state.net, write] } })]
    : [];
  return [...answered, ...failed, ...executed, ...late];
}

interface Failing {
  readonly failure: Failure;
  readonly changed?: Partial<State>;
  readonly broken?: string | undefined;
}

function fails(seat: Seat, worker: Turn, { failure, changed = {}, broken }: Failing): Change {
  const { scenario, decide, state } = seat;
  const { holds, claim, write } = worker;
  const sending = sendingOf(scenario, state, worker);
  const outcome = decide.afterFailure(sending, errorOf(failure), patienceOf(scenario));
  const what = changed.history !== undefined
    ? ", executed"
    : changed.net !== undefined
    ? ", under way"
    : "";
  return step(
    seat,
    outcome._tag === "Ask"
      ? { at: "asking", holds, claim, write, failure }
      : decided(seat, worker, { items: write.items, outcome, sent: true, failure }),
    { told: `hears ${failure}${what}: ${outcome._tag}`, changed, broken },
  );
}

export function asks(seat: Seat, worker: Worker & { readonly at: "asking" }): Moves {
  const { scenario, decide, state } = seat;
  const { failure, write } = worker;
  const sending = sendingOf(scenario, state, worker);
  const ways = state.circuit.open ? [["refused", "the circuit is open"] as const] : reads(seat);
  return ways.map(([read, told]) => {
    const answer = { error: errorOf(failure), reading: readingOf(read) };
    const outcome = decide.afterReading(sending, answer, patienceOf(scenario));
    return step(
      seat,
      decided(seat, worker, { items: write.items, outcome, sent: true, failure }),
      { told: `asks after the ${failure}, ${told}: ${outcome._tag}` },
    );
  });
}

export function settles(seat: Seat, worker: Worker & { readonly at: "settling" }): Moves {
  const { scenario, protocol, state } = seat;
  const told = `${worker.settling.tag} ${worker.settling.kind ?? ""}`.trim();
  if (!worker.holds && protocol.fencing) {
    return [step(seat, IDLE, { told: `cannot settle ${told} without the lease` })];
  }
  const { changed, broken } = settled(scenario, state, { worker, protocol });
  return [step(seat, IDLE, { told: `settles ${told}`, changed, broken })];
}
