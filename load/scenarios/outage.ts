/** PEMS is away while planners go on; then it is back, and everything arrives. Run by k6. */
import { check, sleep } from "k6";
import { commit, optionsOf, plannerOf, save, seat, setFaults, size, status } from "./common.ts";
export { handleSummary } from "./common.ts";

const each = Math.ceil(size.modifications / size.planners);

export const options = optionsOf({
  planners: {
    executor: "per-vu-iterations",
    exec: "work",
    vus: size.planners,
    iterations: 1,
    maxDuration: `${size.seconds + 120}s`,
  },
  pems: {
    executor: "per-vu-iterations",
    exec: "pems",
    vus: 1,
    maxDuration: `${size.seconds + 120}s`,
  },
});

/** Half before it breaks off, half while it is away. */
export function work(): void {
  const planner = plannerOf(seat());
  for (let nth = 0; nth < each; nth++) {
    const pfaId = planner.pfaIds[nth % planner.pfaIds.length]!;
    commit(planner, save(planner, [pfaId], { model: `outage ${nth}` }));
    sleep(size.seconds / each);
  }
}

export function pems(): void {
  sleep(size.seconds * 0.2);
  setFaults({ outage: "dropped" });
  const planner = plannerOf(0);
  const worst = new Set<string>();
  for (let seconds = 0; seconds < size.seconds * 0.6; seconds++) {
    worst.add(status(planner).health);
    sleep(1);
  }
  setFaults({ outage: "none" });
  check(worst, { "its outage is told": (seen) => seen.has("down") || seen.has("degraded") });
}
