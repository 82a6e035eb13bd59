/** More than PEMS takes: the limit is used to the full and never broken; a user who asks too often is told so. Run by k6. */
import { check, sleep } from "k6";
import http from "k6/http";
import { commit, list, optionsOf, plannerOf, play, save, seat, size } from "./common.ts";
export { handleSummary } from "./common.ts";

const each = Math.ceil(size.modifications / size.planners);
/** What a user may POST under /api/pems at once, and as many again. */
const TOO_MANY = 100;

export const options = optionsOf({
  committers: {
    executor: "per-vu-iterations",
    exec: "committer",
    vus: size.planners,
    iterations: 1,
  },
  hasty: { executor: "per-vu-iterations", exec: "hasty", vus: 1, iterations: 1 },
  patient: { executor: "constant-vus", exec: "patient", vus: 2, duration: `${size.seconds}s` },
});

export function committer(): void {
  const planner = plannerOf(seat());
  commit(
    planner,
    save(planner, planner.pfaIds.slice(0, each), { model: `full ${seat()}` }),
  );
}

/** Within its burst and its ten a second everything is answered; the rest is refused with the time to wait. */
export function hasty(): void {
  const { headers, organizationId } = plannerOf(0);
  const from = Date.now();
  const answers = http.batch(
    Array.from({ length: TOO_MANY }, () => ({
      method: "POST",
      url: `${play.url}/api/pems/write-sync`,
      body: JSON.stringify({ organizationId, modificationIds: [] }),
      params: {
        headers: { ...headers, "content-type": "application/json" },
        tags: { call: "hasty" },
      },
    })),
  );
  const allowed = 50 + (Date.now() - from) / 100 + 1;
  const taken = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(({ status }) => status === 429);
  check(null, {
    "a burst of 50 is taken": () => taken >= 50,
    "no more than the limit is taken": () => taken <= allowed,
    "every other request is refused by 429": () => taken + refused.length === TOO_MANY,
    "with the time to wait": () =>
      refused.every(({ headers }) => Number(headers["Retry-After"]) >= 1),
  });
}

/** Nobody else notices. */
export function patient(): void {
  list(plannerOf(1 + seat()));
  sleep(1);
}
