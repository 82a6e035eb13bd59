/** A backlog of 10,000: large commits by each planner, and people who read and edit meanwhile. Run by k6. */
import { check, sleep } from "k6";
import {
  commit,
  forSeconds,
  list,
  optionsOf,
  plannerOf,
  planners,
  save,
  seat,
  size,
  status,
} from "./common.ts";
export { handleSummary } from "./common.ts";

/** One large commit takes the records of every planner: later ones stand behind it in the same lanes. */
const everybodys = planners.flatMap(({ pfaIds }) => pfaIds);
const each = Math.ceil(size.modifications / size.planners);

export const options = optionsOf({
  large: {
    executor: "per-vu-iterations",
    exec: "large",
    vus: size.planners,
    iterations: 1,
    maxDuration: "300s",
  },
  small: {
    executor: "per-vu-iterations",
    exec: "small",
    vus: 2,
    startTime: `${size.seconds / 2}s`,
    maxDuration: `${size.seconds + 60}s`,
  },
});

export function large(): void {
  const nth = seat();
  const planner = plannerOf(nth);
  // One after the other, as ten people would rather than a machine.
  sleep((nth / size.planners) * size.seconds * 0.4);
  const from = (nth * each) % Math.max(everybodys.length - each, 1);
  commit(planner, save(planner, everybodys.slice(from, from + each), { model: `backlog ${nth}` }));
}

export function small(): void {
  const planner = plannerOf(seat());
  forSeconds(size.seconds, (nth) => {
    list(planner, "limit=100&sort=forecastEnd");
    list(planner, "limit=100&search=crane");
    check(status(planner), { "what waits is told": (told) => told.totalQueued >= 0 });
    const pfaId = planner.pfaIds[nth % planner.pfaIds.length]!;
    commit(planner, save(planner, [pfaId], { equipment: `B-${nth}` }));
    sleep(2);
  });
}
