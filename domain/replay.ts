/** Replay plans: many dead letters that go again, or are given up, step by step. Pure. */

export const REPLAY_ACTIONS = ["retry", "discard"] as const;
export type ReplayAction = typeof REPLAY_ACTIONS[number];

/** `stopped`: a letter failed again; `aborted`: a person ended it. */
export const REPLAY_STATES = ["running", "paused", "stopped", "aborted", "finished"] as const;
export type ReplayState = typeof REPLAY_STATES[number];

/** One as a canary, then ten; all others in the last stage. */
export const FIRST_STAGES: ReadonlyArray<number> = [1, 10];

/** Of the last stage so many are on the way at once: what a pause, an abort or a failure cannot call back any more. */
export const ON_THE_WAY = 100;
/** Nothing is waited for when letters are given up: so many in one transaction. */
const GIVEN_UP_AT_ONCE = 500;

export interface ReplayPlan {
  readonly action: ReplayAction;
  readonly state: ReplayState;
  /** Sizes of the first stages. */
  readonly stages: ReadonlyArray<number>;
  /** The one that was begun last, from 1; 0: none yet. */
  readonly stage: number;
}

/** The letters of a plan by what became of them. */
export interface ReplayTally {
  /** Their turn has not come. */
  readonly waiting: number;
  /** Released, and not yet answered. */
  readonly open: number;
  readonly synced: number;
  /** Dead again. */
  readonly failed: number;
  /** Released, and now a person's: in conflict, or behind another decision. */
  readonly aside: number;
  readonly discarded: number;
  /** Somebody decided about them before their turn. */
  readonly overtaken: number;
  /** The plan ended before their turn: dead letters as before. */
  readonly left: number;
  /** Of the stage begun last: in PEMS. */
  readonly settled: number;
}

export type ReplayStep =
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Release"; readonly stage: number; readonly count: number }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Finish" };

const WAIT: ReplayStep = { _tag: "Wait" };

/**
 * What comes next. A stage begins when all of the one before are answered; one of which nothing reached PEMS has proved
 * nothing, and is made again with the next letters. The last stage is filled up as its letters are answered. The first
 * that fails again stops the plan.
 */
export function nextStep(plan: ReplayPlan, tally: ReplayTally): ReplayStep {
  const { waiting, open } = tally;
  if (plan.state !== "running") return WAIT;
  if (plan.action === "discard") {
    return waiting === 0
      ? { _tag: "Finish" }
      : { _tag: "Release", stage: 1, count: Math.min(waiting, GIVEN_UP_AT_ONCE) };
  }
  if (tally.failed > 0) return { _tag: "Stop" };
  if (waiting === 0) return open === 0 ? { _tag: "Finish" } : WAIT;
  if (plan.stage > plan.stages.length) return fillUp(plan, tally);
  if (open > 0) return WAIT;
  const isProved = plan.stage === 0 || tally.settled > 0;
  const stage = isProved ? plan.stage + 1 : plan.stage;
  const count = Math.min(plan.stages[stage - 1] ?? ON_THE_WAY, waiting);
  return { _tag: "Release", stage, count };
}

/** In few large steps: half of what may be on the way at a time. */
function fillUp({ stage }: ReplayPlan, { waiting, open }: ReplayTally): ReplayStep {
  if (open > ON_THE_WAY / 2) return WAIT;
  return { _tag: "Release", stage, count: Math.min(ON_THE_WAY - open, waiting) };
}

/** How so many letters go, as far as can be known before: the size of each stage. */
export function stagesOf(
  count: number,
  action: ReplayAction,
  first: ReadonlyArray<number> = FIRST_STAGES,
): ReadonlyArray<number> {
  if (action === "discard") return count === 0 ? [] : [count];
  const sizes: number[] = [];
  let rest = count;
  for (const size of [...first, Infinity]) {
    if (rest === 0) break;
    sizes.push(Math.min(size, rest));
    rest -= sizes.at(-1)!;
  }
  return sizes;
}
