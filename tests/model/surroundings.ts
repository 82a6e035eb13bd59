/** What happens around the workers: read sync, time, outages, death. */
import { brokenByPage, FELL } from "./invariants.ts";
import { takenBack } from "./lane.ts";
import { type State, toldBy } from "./state.ts";
import { landable } from "./wire.ts";
import { type Change, type Moves, replaced, type World } from "./world.ts";

/** Read sync: a page is taken, and applied whenever it arrives. */
export function readSync({ scenario, protocol }: World, state: State): Moves {
  if (!scenario.readSync) return [];
  const { page: { told }, mirror } = state;
  if (told === null) {
    const now = toldBy(state);
    return now.version > mirror.version
      ? [{ told: `read sync gets v${now.version}`, changed: { page: { told: now } } }]
      : [];
  }
  const after = told.version > mirror.version || !protocol.forwardOnly ? told : mirror;
  return [{
    told: `read sync applies v${told.version}`,
    changed: { page: { told: null }, mirror: after },
    broken: after.version < mirror.version ? FELL : brokenByPage(told, mirror, after),
  }];
}

/** Time passes until no copy of the lane's write can be under way any more. */
export function lateWindow(_: World, { lane, net, workers }: State): Moves {
  const { write, old } = lane;
  if (write === null || old) return [];
  const isOpen = net.some(({ key }) => key === write.key) ||
    workers.some((worker) => worker.at === "waiting" && worker.write.key === write.key);
  const matters = lane.unknown || workers.some(({ at }) => at === "frozen");
  return isOpen || !matters
    ? []
    : [{ told: "the late window passes", changed: { lane: { ...lane, old: true } } }];
}

/** PEMS goes down for all to see, and comes back. */
export const circuitMoves = ({ scenario }: World, { circuit: { open } }: State): Moves =>
  scenario.circuit
    ? [{ told: `the circuit ${open ? "closes" : "opens"}`, changed: { circuit: { open: !open } } }]
    : [];

/** A worker dies, or goes on without its lease. */
export function losses({ protocol, scenario }: World, state: State): Moves {
  return state.workers.flatMap((worker, nth): Change[] => {
    if (worker.at === "idle") return [];
    const lane = worker.holds ? { lane: takenBack(state.lane, protocol) } : {};
    const dead = replaced(state.workers, nth, { at: "idle" as const });
    const crashed: Change[] = [{
      told: `a worker dies (${worker.at})`,
      changed: { workers: dead, ...lane },
    }];
    if (worker.at === "waiting" && landable(state, worker.write)) {
      crashed.push({
        told: "a worker dies, its copy still under way",
        changed: { workers: dead, ...lane, net: [...state.net, worker.write] },
      });
    }
    return worker.holds && scenario.zombies
      ? [...crashed, {
        told: `a lease runs out (${worker.at})`,
        changed: { workers: replaced(state.workers, nth, { ...worker, holds: false }), ...lane },
      }]
      : crashed;
  });
}
