/** A replay in words: what it is at, and what came of it. */
import type { Job } from "../details/job.ts";
import { count, plural } from "../format.ts";

export type Replay = NonNullable<Job["replay"]>;

/** A stage as it stands; `reached` are its letters that have been released. */
export interface Stage {
  readonly name: string;
  readonly size: number;
  readonly reached: number;
  /** `ended`: the replay ended in it; `left`: it ended before. */
  readonly state: "done" | "now" | "ahead" | "ended" | "left";
}

const TOLD = ["The canary", "The next"];

/** Letters whose turn has come. */
const releasedOf = ({ open, synced, failed, aside, discarded }: Replay): number =>
  open + synced + failed + aside + discarded;

/** Letters that are done with, whatever came of them. */
export const doneOf = (replay: Replay): number =>
  releasedOf(replay) - replay.open + replay.overtaken;

/** The stages with what was released of each; what somebody else decided about counts for nobody. */
export function stagesOf(replay: Replay, total: number): ReadonlyArray<Stage> {
  const { action, stages, stage, state, open, waiting } = replay;
  const isOpen = state === "running" || state === "paused";
  const all = total - replay.overtaken;
  const sizes = action === "discard" ? [all] : split(all, stages);
  let before = 0;
  return sizes.map((size, at) => {
    const reached = Math.max(0, Math.min(size, releasedOf(replay) - before));
    before += size;
    const isLast = at === sizes.length - 1;
    const isDone = stage > at + 1 || stage === at + 1 && open === 0 && (!isLast || waiting === 0);
    return {
      name: action === "discard" ? "All" : TOLD[at] ?? "The rest",
      size,
      reached,
      state: isOpen
        ? isDone ? "done" : stage === at + 1 ? "now" : "ahead"
        : state === "finished" || stage > at + 1
        ? "done"
        : stage === at + 1
        ? "ended"
        : "left",
    };
  });
}

function split(all: number, stages: ReadonlyArray<number>): ReadonlyArray<number> {
  const sizes: number[] = [];
  let rest = all;
  for (const size of [...stages, Infinity]) {
    if (rest <= 0) break;
    sizes.push(Math.min(size, rest));
    rest -= sizes.at(-1)!;
  }
  return sizes;
}

/** Where it stands, or how it ended, in a sentence or two that promise nothing. */
export function replayWords(replay: Replay, total: number): string {
  const { action, state, open, left, error, discarded } = replay;
  if (action === "discard") return discardWords(replay, total);
  const arrived = arrivedWords(replay, total);
  const kept = left === 0 ? "" : ` ${count(left)} were not sent and stay dead letters.`;
  const going = open === 0 ? "" : ` ${count(open)} are still on the way.`;
  switch (state) {
    case "running":
      return nowWords(replay, total);
    case "paused":
      return `Paused. ${arrived}${going} ${count(replay.waiting)} wait until it goes on.`;
    case "stopped":
      return `Stopped: ${error}. ${arrived}${going}${kept}`;
    case "aborted":
      return `Aborted. ${arrived}${going}${kept}`;
    case "finished":
      return `Done. ${arrived}${discarded === 0 ? "" : ` ${count(discarded)} were given up.`}`;
  }
}

/** What reached PEMS, and what needs somebody. */
function arrivedWords({ synced, failed, aside, overtaken }: Replay, total: number): string {
  const rest = [
    failed > 0 && `${count(failed)} failed again`,
    aside > 0 && `${count(aside)} need a decision`,
    overtaken > 0 && `${count(overtaken)} had been decided by somebody before their turn`,
  ].filter(Boolean);
  const arrived = synced === total && total > 1
    ? `All ${count(total)} are in PEMS.`
    : `${count(synced)} of ${count(total)} ${synced === 1 ? "is" : "are"} in PEMS.`;
  return rest.length === 0 ? arrived : `${arrived} ${rest.join(", ")}.`;
}

function nowWords({ stage, stages, open, synced, waiting }: Replay, total: number): string {
  if (stage === 0) return "About to send the first.";
  if (stage === 1) {
    return `The canary is on its way; ${count(waiting)} wait for it to be in PEMS.`;
  }
  const done = `${count(synced)} of ${count(total)} are in PEMS, ${count(open)} on the way`;
  return stage <= stages.length
    ? `${done}; ${count(waiting)} wait for these.`
    : `${done}, ${count(waiting)} to come.`;
}

function discardWords({ state, discarded, waiting, left, overtaken }: Replay, total: number) {
  const gone = `${count(discarded)} of ${plural(total, "change")} given up`;
  const others = overtaken === 0 ? "" : ` ${count(overtaken)} had been decided before.`;
  if (state === "aborted") return `Aborted. ${gone}; ${count(left)} stay dead letters.${others}`;
  if (state === "finished") return `Done. ${gone}.${others}`;
  return `${gone}, ${count(waiting)} to come.`;
}
