/** The lane protocol of one record as a model to explore: the product's decisions among everything that may happen. */
import { explore, Interned, type Model, type Report } from "./checker.ts";
import { PRODUCT, type Product } from "./decisions.ts";
import { brokenByState } from "./invariants.ts";
import { commits, foreignChanges, resolutions } from "./people.ts";
import { asks, hears, sends, settles } from "./answers.ts";
import { begins, claims, resends } from "./turn.ts";
import type { Seat } from "./seat.ts";
import type { Scenario, State } from "./state.ts";
import { circuitMoves, lateWindow, losses, readSync } from "./surroundings.ts";
import { landable, lateCopies } from "./wire.ts";
import { type Change, initialOf, type Moves, type World } from "./world.ts";

const MOST_STATES = 4_000_000;

/** Who may move, in this order. */
const MOVERS = [
  commits,
  workerMoves,
  lateCopies,
  foreignChanges,
  readSync,
  lateWindow,
  losses,
  circuitMoves,
  resolutions,
];

/** Every step of any worker. Workers are alike: which of the idle ones claims makes no difference. */
function workerMoves(world: World, state: State): Moves {
  const idle = state.workers.findIndex(({ at }) => at === "idle");
  return state.workers.flatMap((worker, nth): Moves => {
    const seat: Seat = { ...world, state, nth };
    switch (worker.at) {
      case "idle":
        return nth === idle ? claims(seat) : [];
      case "claimed":
        return begins(seat, worker);
      case "resending":
        return resends(seat, worker);
      case "frozen":
        return sends(seat, worker);
      case "waiting":
        return hears(seat, worker);
      case "asking":
        return asks(seat, worker);
      case "settling":
        return settles(seat, worker);
    }
  });
}

/** Explores the scenario with the product's decisions, or with a mutant's. */
export const check = (scenario: Scenario, product: Product = PRODUCT): Report =>
  explore(modelOf({ ...product, scenario }), MOST_STATES);

function modelOf(world: World): Model<State> {
  const interned = new Interned();
  const sorted = <T extends object>(list: ReadonlyArray<T>): ReadonlyArray<T> =>
    interned.list(
      list.map(interned.one)
        .sort((a, b) => interned.numberOf(a) - interned.numberOf(b)),
    );
  const whole = (before: State, changed: Partial<State>): State => {
    const state: { -readonly [part in keyof State]: State[part] } = { ...before, ...changed };
    for (const part of PARTS) {
      if (changed[part] === undefined) continue;
      // Workers are alike, and so are copies: in which order they are told makes no state.
      if (part === "workers") state.workers = sorted(state.workers);
      else if (part === "history") state.history = interned.list(state.history);
      else if (part === "modifications") state.modifications = interned.list(state.modifications);
      else if (part !== "net") Object.assign(state, { [part]: interned.one(state[part]) });
    }
    if (changed.net !== undefined || changed.history !== undefined) {
      const there = new Set(state.net.filter((copy) => landable(state, copy)).map(interned.one));
      state.net = sorted([...there]);
    }
    return state;
  };
  return {
    initial: whole(initialOf(world.scenario), initialOf(world.scenario)),
    moves: (state) =>
      MOVERS.flatMap((mover): ReadonlyArray<Change> => mover(world, state)).map((change) => ({
        told: change.told,
        to: whole(state, change.changed),
        broken: change.broken,
      })),
    broken: brokenByState,
    ended: ({ modifications }) =>
      modifications.every(({ status }) => status !== "uncommitted" && status !== "queued"),
    keyOf: (state) => {
      let key = "";
      for (const part of PARTS) key += interned.numberOf(state[part]) + ",";
      return key;
    },
  };
}

const PARTS: ReadonlyArray<keyof State> = [
  "history",
  "net",
  "lane",
  "mirror",
  "page",
  "modifications",
  "workers",
  "circuit",
];
