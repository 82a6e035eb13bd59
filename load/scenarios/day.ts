/** A mixed day: planners read, edit and commit, dashboards watch; PEMS errs a little. Run by k6. */
import { sleep } from "k6";
import {
  ask,
  commit,
  forSeconds,
  list,
  optionsOf,
  plannerOf,
  play,
  save,
  seat,
  setFaults,
  size,
  status,
} from "./common.ts";
import { watch } from "./watching.ts";
export { handleSummary } from "./common.ts";

const SORTS = ["pfaId", "forecastStart", "forecastEnd", "category", "updatedAt", "monthlyRate"];
const WORDS = ["crane", "generator", "pump", "area", "welding"];
/** Edits of all planners together stay below what PEMS takes, as on a day that ends. */
const EDITS_PER_SECOND = size.rateLimit * 0.6;
const thinkSeconds = Math.min(size.planners * 2 / EDITS_PER_SECOND, size.seconds / 3);

export const options = optionsOf({
  planners: {
    executor: "per-vu-iterations",
    exec: "work",
    vus: size.planners,
    maxDuration: `${size.seconds + 120}s`,
  },
  dashboards: {
    executor: "per-vu-iterations",
    exec: "dashboard",
    vus: size.dashboards,
    maxDuration: `${size.seconds + 60}s`,
  },
});

/** As real days are: now and then unavailable, now and then an answer that is lost. */
export function setup(): void {
  if (play.pems !== null) {
    setFaults({ unavailableRate: 1, errorRate: 0.2, loseResponses: 0.2, scope: "writes" });
  }
}

export function teardown(): void {
  if (play.pems !== null) {
    setFaults({ unavailableRate: 0, errorRate: 0, loseResponses: 0, scope: "all" });
  }
}

/** A value that no run before has set: a draft of what a record holds already is none. */
const run = Date.now().toString(36);

const any = <A>(values: ReadonlyArray<A>): A => values[Math.floor(Math.random() * values.length)]!;

export function work(): void {
  const planner = plannerOf(seat());
  sleep(Math.random() * thinkSeconds);
  forSeconds(size.seconds, (nth) => {
    list(planner, `limit=100&sort=${any(SORTS)}&order=${any(["asc", "desc"])}`);
    if (Math.random() < 0.3) list(planner, `limit=100&search=${any(WORDS)}`);
    const pfaIds = [0, 1].map((at) => planner.pfaIds[(nth * 2 + at) % planner.pfaIds.length]!);
    ask(planner, "read", `/api/pfa-data/${pfaIds[0]}?organizationId=${planner.organizationId}`);
    sleep(Math.random() * thinkSeconds);
    const ids = save(planner, pfaIds, { model: `day ${run} ${nth}` });
    sleep(Math.random() * thinkSeconds);
    commit(planner, ids);
    if (Math.random() < 0.2) status(planner);
  });
}

export const dashboard = (): void => watch(plannerOf(seat()), size.seconds);
