/** PEMS's moves with the copies that reach it, and those that nobody waits for any more. */
import { brokenRules } from "../../domain/rules.ts";
import { recordOf } from "./bridge.ts";
import { brokenByExecution } from "./invariants.ts";
import { type State, type Version, versionOf, type Write } from "./state.ts";
import { type Moves, valuesWith, type World } from "./world.ts";

/** What PEMS does with a copy of a write that reaches it now. */
export type Served =
  | { readonly status: 200; readonly version: number; readonly change: Partial<State> }
  | { readonly status: 409 | 422 };

/** PEMS executes, repeats its answer, or refuses; with keys that expire both may happen. */
export function serve(
  { scenario }: World,
  state: State,
  write: Write,
): ReadonlyArray<Served & { readonly broken?: string | undefined }> {
  const { history } = state;
  const current = history.at(-1)!;
  if (current.version === write.version) {
    const values = valuesWith(current.values, write.delta);
    if (brokenRules(recordOf(values)).length > 0) return [{ status: 422 }];
    const version: Version = {
      version: current.version + 1,
      values,
      by: write.modifiedBy,
      key: write.key,
      items: write.items,
    };
    return [{
      status: 200,
      version: version.version,
      change: { history: [...history, version] },
      broken: brokenByExecution(scenario, state, write),
    }];
  }
  const earlier = history.find(({ key }) => key === write.key);
  const replay = earlier === undefined || scenario.keys === "ignored"
    ? []
    : [{ status: 200 as const, version: earlier.version, change: {} }];
  return replay.length === 0 || scenario.keys === "expired" ? [...replay, { status: 409 }] : replay;
}

/** Copies that nobody waits for land late, or are lost. */
export function lateCopies(world: World, state: State): Moves {
  return state.net.flatMap((write, nth) => {
    const net = state.net.filter((_, other) => other !== nth);
    const landed = serve(world, state, write).flatMap((served) =>
      served.status === 200
        ? [{
          told: `a late copy of key ${write.key} lands in PEMS: v${served.version}`,
          changed: { net, ...served.change },
          broken: served.broken,
        }]
        : []
    );
    return [...landed, { told: `a copy of key ${write.key} is lost`, changed: { net } }];
  });
}

/** A copy that can never be executed any more is as good as gone. */
export const landable = (state: State, write: Write): boolean => write.version === versionOf(state);
