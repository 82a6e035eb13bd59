/** 1,000 concurrent modifications at 16 a second: each is saved and committed by itself. Run by k6. */
import { commit, optionsOf, plannerOf, planners, save, seat, size } from "./common.ts";
import { watch } from "./watching.ts";
export { handleSummary } from "./common.ts";

const PER_SECOND = 16;
const seconds = Math.ceil(size.modifications / PER_SECOND);

export const options = optionsOf({
  edits: {
    executor: "constant-arrival-rate",
    exec: "edit",
    rate: PER_SECOND,
    timeUnit: "1s",
    duration: `${seconds}s`,
    preAllocatedVUs: size.planners,
  },
  dashboards: {
    executor: "per-vu-iterations",
    exec: "dashboard",
    vus: size.dashboards,
    maxDuration: `${seconds + 60}s`,
  },
});

export function edit(): void {
  const nth = seat();
  const planner = plannerOf(nth);
  const pfaId = planner.pfaIds[Math.floor(nth / planners.length) % planner.pfaIds.length]!;
  commit(planner, save(planner, [pfaId], { model: `steady ${nth}` }));
}

export const dashboard = (): void => watch(plannerOf(seat()), seconds);
