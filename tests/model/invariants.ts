/** What must hold: of every state, and of every move at which a promise can be broken. */
import { type Delta, entries, mergeDeltas, sameValue } from "../../domain/delta.ts";
import type { FieldName } from "../../domain/pfa.ts";
import { GROUPS } from "../../domain/threeway.ts";
import type { Scenario, Settling, State, Told, Worker, Write } from "./state.ts";
import { versionOf } from "./state.ts";

export const UNSEEN = "no value that the planner had not seen is overwritten";
export const ONCE = "what is synced is in PEMS once";
export const NEVER = "what is synced is in PEMS";
export const AFTERWARDS = "what is settled does not land afterwards";
export const FAILED = "what is called failed is not in PEMS";
export const DENIED = "a conflict is not in PEMS, unless it is about just that";
export const FALSE_CONFLICT = "a conflict is about what somebody changed";
export const HALF_GROUP = "a conflict takes its whole group along";
export const MIXED = "a write carries one person's changes, under that name";
export const THAWED = "a key always goes with the same request";
export const TWO_WRITES = "one write of a lane is on the wire";
export const TWO_HOLDERS = "one worker holds a lane";
export const OVERTAKEN = "a lane keeps the order of commits";
export const SPENT = "an attempt is spent only on what was sent and may have been executed";
export const MIRROR = "the mirror tells what PEMS had";
export const FELL = "the mirror never goes back";
export const IGNORED = "a newer page is not ignored";
export const LOST = "what is queued has a lane";

const changesOf = ({ modifications }: State, items: ReadonlyArray<number>): Delta =>
  // A delete stands alone, with fields in it that it leaves as they are.
  items.map((nth) => modifications[nth]!.changes).reduce(mergeDeltas);

/** Whether PEMS has executed a write that carried it. */
const isExecuted = ({ history }: State, nth: number): boolean =>
  history.some(({ items }) => items.includes(nth));

/** PEMS executes the write on its newest version. */
export function brokenByExecution(
  scenario: Scenario,
  state: State,
  write: Write,
): string | undefined {
  const { modifications, history } = state;
  const undecided = write.items.filter((nth) => !modifications[nth]!.decided);
  if (undecided.some((nth) => isExecuted(state, nth))) return ONCE;
  if (undecided.some((nth) => modifications[nth]!.status !== "queued")) return AFTERWARDS;
  const current = history.at(-1)!.values;
  const wanted = changesOf(state, write.items);
  const names = (write.operation === "DELETE" ? entries(wanted) : entries(write.delta))
    .map(([name]) => name);
  const unseen = names.filter((name) => {
    const seen = wanted[name];
    return scenario.policies[name] !== "use_local" && (seen === undefined ||
      (!sameValue(name, current[name], seen.from) && !sameValue(name, current[name], seen.to)));
  });
  return unseen.length > 0 ? UNSEEN : undefined;
}

/** A write is frozen, new or again. */
export function brokenByFreezing(
  scenario: Scenario,
  { modifications, lane }: State,
  write: Write,
): string | undefined {
  const authors = new Set(write.items.map((nth) => scenario.commits[nth]!.user));
  if (authors.size !== 1 || !write.modifiedBy.startsWith(`${[...authors]}@`)) return MIXED;
  if ((lane.bodies[write.key] ?? write.body) !== write.body) return THAWED;
  const first = Math.min(...write.items);
  return modifications.slice(0, first).some(({ status }) => status === "queued")
    ? OVERTAKEN
    : undefined;
}

/** A copy of the write leaves. */
export function brokenBySending(state: State, write: Write): string | undefined {
  if (state.lane.bodies[write.key] !== write.body) return THAWED;
  const underWay = [
    ...state.net,
    ...state.workers.flatMap((worker) => worker.at === "waiting" ? [worker.write] : []),
  ];
  const landable = underWay.some(({ key, version }) =>
    key !== write.key && version >= versionOf(state)
  );
  return landable ? TWO_WRITES : undefined;
}

/** The worker settles, holding the lease (or nobody asks for it). */
export function brokenBySettling(
  scenario: Scenario,
  state: State,
  { settling, sent, failure }: Worker & { readonly at: "settling" },
): string | undefined {
  const { items } = settling;
  const notExecuted = failure === "refused" || failure === "429" ||
    failure === "503 with Retry-After";
  if (settling.spent > 0 && (!sent || notExecuted)) return SPENT;
  const undecided = items.filter((nth) => !state.modifications[nth]!.decided);
  const landed = undecided.some((nth) => isExecuted(state, nth));
  switch (settling.tag) {
    case "Synced":
      return isThere(scenario, state, items) ? undefined : NEVER;
    case "Buried":
      return landed ? FAILED : undefined;
    case "Conflicted":
      if (settling.kind !== "outcome_unknown" && landed) return DENIED;
      return brokenByConflict(state, settling);
    default:
      return undefined;
  }
}

/** Whether some version since it was captured has all its values. */
function isThere({ policies }: Scenario, state: State, items: ReadonlyArray<number>): boolean {
  const wanted = entries(changesOf(state, items)).filter(([name]) =>
    policies[name] !== "use_pems" && (name === "isDiscontinued" || !isDelete(state, items))
  );
  const base = Math.min(...items.map((nth) => state.modifications[nth]!.base));
  return wanted.length === 0 ||
    state.history.slice(base - 1).some(({ values }) =>
      wanted.every(([name, { to }]) => sameValue(name, values[name], to))
    );
}

const isDelete = ({ modifications }: State, items: ReadonlyArray<number>) =>
  items.some((nth) => modifications[nth]!.changes.isDiscontinued?.to === true);

function brokenByConflict(state: State, { items, kind, fields }: Settling): string | undefined {
  const { modifications, history } = state;
  const wanted = changesOf(state, items);
  const base = Math.min(...items.map((nth) => modifications[nth]!.base));
  const foreign = history.filter(({ version, key }) => version > base && key === null);
  const moved = (name: FieldName) =>
    foreign.some(({ version, values }) =>
      !sameValue(name, values[name], history[version - 2]!.values[name])
    ) ||
    // Its base was another's change that never came to be.
    modifications.slice(0, items[0]).some(({ status, changes }) =>
      name in changes && (status === "conflict" || status === "dead" || status === "discarded")
    );
  if (kind === "outcome_unknown") return foreign.length > 0 ? undefined : FALSE_CONFLICT;
  if (kind === "delete") {
    return [...fields, "isDiscontinued" as const].some(moved) ? undefined : FALSE_CONFLICT;
  }
  const groups = GROUPS.filter((group) => group.some((name) => fields.includes(name))).flat();
  const whole = groups.every((name) => !(name in wanted) || fields.includes(name));
  if (kind === "fields" && !whole) return HALF_GROUP;
  return [...fields, ...groups].some(moved) ? undefined : FALSE_CONFLICT;
}

/** What any state must keep. */
export function brokenByState({ lane, modifications, mirror, history, workers }: State) {
  const { values } = history[mirror.version - 1] ?? {};
  if (JSON.stringify(values) !== JSON.stringify(mirror.values)) return MIRROR;
  const holders = workers.filter((worker) => worker.at !== "idle" && worker.holds);
  if (holders.length > 1) return TWO_HOLDERS;
  const queued = modifications.some(({ status }) => status === "queued");
  const stopped = modifications.some(({ status }) => status === "conflict" || status === "dead");
  if (queued && lane.state === "none" || (lane.state === "blocked") !== stopped) return LOST;
  return undefined;
}

/** A page of a read sync meets the mirror. */
export const brokenByPage = (told: Told, before: Told, after: Told): string | undefined =>
  told.version > before.version && after.version < told.version ? IGNORED : undefined;
