/** Where a worker takes its next step from: the world, the state, and how the step is told. */
import type { Outcome } from "../../domain/outcome.ts";
import { claimOf, settlingOf } from "./bridge.ts";
import type { Claimed, Failure, State, Told, Worker } from "./state.ts";
import { toldBy } from "./state.ts";
import { type Change, replaced, type World } from "./world.ts";

export interface Seat extends World {
  readonly state: State;
  readonly nth: number;
}

export const IDLE: Worker = { at: "idle" };

/** The worker does something and is somewhere else. */
export function step(
  { state, nth }: Seat,
  worker: Worker,
  { told, changed, broken }: Partial<Change> & { readonly told: string },
): Change {
  const known = state.workers[nth]!;
  const who = known.at === "idle" || known.holds ? "a worker" : "a zombie";
  return {
    told: `${who} ${told}`,
    changed: { ...changed, workers: replaced(state.workers, nth, worker) },
    broken,
  };
}

/** The ways in which a read of the record may go now. */
export function reads({ scenario, state }: Seat): Array<readonly [Told | Failure, string]> {
  const now = toldBy(state);
  return [
    [now, `PEMS is at v${now.version}`],
    ...scenario.readFailures.map((failure) => [failure, `the read fails (${failure})`] as const),
  ];
}

export interface Came {
  readonly items: ReadonlyArray<number>;
  readonly outcome: Outcome;
  /** Whether the turn put a copy on the wire. */
  readonly sent?: boolean;
  readonly failure?: Failure;
}

/** The turn has come to an outcome, which is still to be settled. */
export function decided(
  { scenario, decide, state }: Seat,
  { holds, claim }: { readonly holds: boolean; readonly claim: Claimed },
  { items, outcome, sent = false, failure }: Came,
): Worker {
  const inDoubt = decide.inDoubt({ claim: claimOf(scenario, state, claim), outcome });
  const settling = settlingOf(scenario, outcome, { items, inDoubt });
  return { at: "settling", holds, claim, settling, sent, failure: failure ?? null };
}
