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
/** One for each planner, for who changes what somebody else has just committed asks for a conflict. */
const FIELDS = [
  ...["model", "manufacturer", "contract", "equipment", "description"],
  ...["forecastCategory", "category", "class", "areaSilo"],
];
const changing = (nth: number, value: string) => ({ [FIELDS[nth % FIELDS.length]!]: value });

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
  const pfaIds = everybodys.slice(from, from + each);
  commit(planner, save(planner, pfaIds, changing(nth, `backlog ${nth}`)));
}

export function small(): void {
  // Not the first one's field: with ten planners the last has it too, of other records.
  const seated = 1 + seat();
  const planner = plannerOf(seated);
  forSeconds(size.seconds, (nth) => {
    list(planner, "limit=100&sort=forecastEnd");
    list(planner, "limit=100&search=crane");
    check(status(planner), { "what waits is told": (told) => told.totalQueued >= 0 });
    const pfaId = planner.pfaIds[nth % planner.pfaIds.length]!;
    commit(planner, save(planner, [pfaId], changing(seated, `B-${nth}`)));
    sleep(2);
  });
}
