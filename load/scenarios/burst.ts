/** 1,000 modifications drafted over a while, then all committed at the same moment. Run by k6. */
import { sleep } from "k6";
import { commit, optionsOf, plannerOf, save, seat, size } from "./common.ts";
export { handleSummary } from "./common.ts";

const each = Math.ceil(size.modifications / size.planners);

export const options = optionsOf({
  planners: {
    executor: "per-vu-iterations",
    vus: size.planners,
    iterations: 1,
    maxDuration: `${size.seconds + 120}s`,
  },
});

/** When all of them press the button, ms since 1970. */
export const setup = (): number => Date.now() + size.seconds * 1000;

export default function burst(at: number): void {
  const planner = plannerOf(seat());
  // Drafts take their time, as people do; what matters is the moment after.
  sleep(Math.random() * size.seconds * 0.7);
  const ids = save(planner, planner.pfaIds.slice(0, each), { model: `burst ${seat()}` });
  sleep(Math.max((at - Date.now()) / 1000, 0));
  commit(planner, ids);
}
