/** A storm of conflicts: PEMS changed what is committed; people decide one by one and together. Run by k6. */
import { check, sleep } from "k6";
import {
  ask,
  commit,
  editInPems,
  optionsOf,
  type Planner,
  plannerOf,
  planners,
  save,
  seat,
  size,
} from "./common.ts";
export { handleSummary } from "./common.ts";

const each = Math.ceil(size.modifications / size.planners);
/** The API takes ten decisions a second of one user. */
const BETWEEN_SECONDS = 0.15;
const WAIT_SECONDS = 120;

export const options = optionsOf({
  planners: {
    executor: "per-vu-iterations",
    vus: size.planners,
    iterations: 1,
    maxDuration: "600s",
  },
});

interface Conflict {
  readonly id: string;
  readonly pfaId: string;
  readonly conflictFields: string[];
}

const path = ({ organizationId }: Planner, rest: string) =>
  `/api/pems/conflicts?organizationId=${organizationId}&status=unresolved&limit=1000${rest}`;

export default function storm(): void {
  const planner = plannerOf(seat());
  const mine = planner.pfaIds.slice(0, each);
  const ids = save(planner, mine, { model: `ours ${seat()}` });
  for (const pfaId of mine) editInPems(pfaId, { model: "theirs" });
  commit(planner, ids);
  const conflicts = until(planner, new Set(mine));
  check(conflicts, { "each is a conflict": (found) => found.length === mine.length });
  const [single, together] = [
    conflicts.filter((_, at) => at % 2 === 0),
    conflicts.filter((_, at) => at % 2),
  ];
  single.forEach(({ id, conflictFields }, at) => {
    const decision = [
      { resolution: "use_local" },
      { resolution: "use_pems" },
      {
        resolution: "merge",
        mergedData: Object.fromEntries(conflictFields.map((name) => [name, "merged"])),
      },
    ][at % 3];
    const { json } = ask(planner, "decide", `/api/pems/conflicts/${id}/resolve`, decision);
    check(json as { success?: boolean }, { "it is decided": ({ success }) => success === true });
    sleep(BETWEEN_SECONDS);
  });
  if (together.length === 0) return;
  ask(planner, "decide", "/api/pems/conflicts/resolve", {
    organizationId: planner.organizationId,
    conflictIds: together.map(({ id }) => id),
    resolution: "use_local",
  });
}

/** One's own conflicts, once all are there or patience ends. */
function until(planner: Planner, mine: Set<string>): Conflict[] {
  for (let seconds = 0;; seconds++) {
    const { conflicts = [] } = ask(planner, "read", path(planner, "")).json as {
      conflicts?: Conflict[];
    };
    const found = conflicts.filter(({ pfaId }) => mine.has(pfaId));
    if (found.length === mine.size || seconds > WAIT_SECONDS) return found;
    sleep(1 + planners.length / 50);
  }
}
