/** People's moves: planners commit and decide, and somebody works in PEMS itself. */
import { capture, type Delta, entries, isEmpty, sameValue } from "../../domain/delta.ts";
import type { FieldName } from "../../domain/pfa.ts";
import { brokenRules } from "../../domain/rules.ts";
import { addressOf, recordOf } from "./bridge.ts";
import { NO_WRITE } from "./lane.ts";
import type { Modification, State, Values, Version } from "./state.ts";
import { type Change, inShort, type Moves, replaced, valuesWith, type World } from "./world.ts";

const isPending = ({ status }: Modification) =>
  status === "queued" || status === "conflict" || status === "dead";

/** What a planner sees: the mirror with everything pending on it, whose own bases are older. */
function seenBy({ mirror, modifications }: State): { seen: Values; base: number } {
  const pending = modifications.filter(isPending);
  return {
    seen: pending.reduce((values, { changes }) => valuesWith(values, changes), mirror.values),
    base: Math.min(mirror.version, ...pending.map(({ base }) => base)),
  };
}

/** The next commit in the order of commits. */
export function commits({ scenario }: World, state: State): Moves {
  const nth = state.modifications.findIndex(({ status }) => status === "uncommitted");
  if (nth < 0) return [];
  const { user, edits } = scenario.commits[nth]!;
  const { seen, base } = seenBy(state);
  const changes: Delta = edits === "DELETE"
    ? Object.fromEntries(
      Object.entries(seen).map(([name, value]) => [name, {
        from: value!,
        to: name === "isDiscontinued" ? true : value!,
      }]),
    )
    : capture(seen, edits);
  const allowed = !seen.isDiscontinued && !isEmpty(changes) &&
    brokenRules(recordOf(valuesWith(seen, changes))).length === 0;
  const blank = state.modifications[nth]!;
  const modification: Modification = allowed
    ? { ...blank, status: "queued", changes, base }
    : { ...blank, status: "unneeded" };
  const { lane } = state;
  const laned = allowed && lane.state === "none"
    ? { ...lane, state: "ready" as const, attempts: 0, ...NO_WRITE }
    : lane;
  return [{
    told: `${user} commits ${inShort(changes)}${allowed ? "" : ": nothing to do"}`,
    changed: {
      modifications: replaced(state.modifications, nth, modification),
      lane: laned,
    },
  }];
}

/** A person decides on what blocks the lane. */
export function resolutions({ scenario }: World, state: State): Moves {
  if (state.lane.state !== "blocked") return [];
  const { modifications, lane, mirror } = state;
  const blocking = ({ status }: Modification) => status === "conflict" || status === "dead";
  const behind = modifications.some(({ status }) => status === "queued");
  const freed = { ...lane, attempts: 0, ...NO_WRITE };
  const discarded: Change = {
    told: "a person discards what blocks the lane",
    changed: {
      modifications: modifications.map((one) =>
        blocking(one) ? { ...one, status: "discarded" as const } : one
      ),
      lane: { ...freed, state: behind ? "ready" : "none" },
    },
  };
  const again = scenario.resolves &&
    modifications.every((one) => !blocking(one) || (one.status === "conflict" && !one.decided));
  if (!again) return [discarded];
  const rebased = ({ changes }: Modification): Delta =>
    Object.fromEntries(
      entries(changes).map(([name, { to }]) => [name, { from: mirror.values[name]!, to }]),
    );
  return [discarded, {
    told: `a person sends ours over what PEMS shows at v${mirror.version}`,
    changed: {
      modifications: modifications.map((one) =>
        blocking(one)
          ? {
            ...one,
            status: "queued" as const,
            changes: rebased(one),
            base: mirror.version,
            kind: null,
            decided: true,
          }
          : one
      ),
      lane: { ...freed, state: "ready" },
    },
  }];
}

/** Somebody changes the record in PEMS. */
export function foreignChanges({ scenario }: World, { history }: State): Moves {
  const changes = history.filter(({ key, version }) => key === null && version > 1).length;
  if (changes === scenario.foreignMost) return [];
  const current = history.at(-1)!;
  return scenario.foreign.flatMap(({ by, edits }) => {
    const values: Values = { ...current.values, ...edits };
    const same = Object.keys(edits).every((name) =>
      sameValue(name as FieldName, current.values[name as FieldName], values[name as FieldName])
    );
    if (same || brokenRules(recordOf(values)).length > 0) return [];
    const version: Version = {
      version: current.version + 1,
      values,
      by: addressOf(by),
      key: null,
      items: [],
    };
    return [{
      told: `${by} changes ${JSON.stringify(edits)} in PEMS: v${version.version}`,
      changed: { history: [...history, version] },
    }];
  });
}
