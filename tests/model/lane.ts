/** The lane's row: what claiming, freezing, settling and taking back make of it, as the SQL of db/ does. */
import { brokenBySettling } from "./invariants.ts";
import type { Protocol } from "./decisions.ts";
import type { Lane, Modification, Scenario, State, Told, Worker, Write } from "./state.ts";

export const NO_WRITE = { write: null, unknown: false, old: false, frozenNow: false } as const;

/** The lease ran out: what was frozen under it may have been sent. */
export const takenBack = (lane: Lane, protocol: Protocol): Lane => {
  const lost = lane.write !== null && lane.frozenNow && protocol.lostIsUnknown;
  return {
    ...lane,
    state: "ready",
    unknown: lane.unknown || lost,
    old: lost && protocol.sentWhenSent ? false : lane.old,
  };
};

/** The write is stored as being on the wire. */
export const frozenOn = (lane: Lane, write: Write, protocol: Protocol): Lane => ({
  ...lane,
  write: protocol.frozenFirst ? write : lane.write,
  old: false,
  frozenNow: true,
  bodies: write.key < lane.bodies.length ? lane.bodies : [...lane.bodies, write.body],
});

type Settler = Worker & { readonly at: "settling" };

/** The outcome is recorded. */
export function settled(
  scenario: Scenario,
  state: State,
  { worker, protocol }: { readonly worker: Settler; readonly protocol: Protocol },
): { readonly changed: Partial<State>; readonly broken: string | undefined } {
  const { settling, sent } = worker;
  const { lane } = state;
  const become = (status: Modification["status"]) =>
    state.modifications.map((one, nth) =>
      settling.items.includes(nth) ? { ...one, status, kind: settling.kind } : one
    );
  const mirror = newer(state.mirror, settling.remote);
  const broken = brokenBySettling(scenario, state, worker);
  switch (settling.tag) {
    case "Synced": {
      const modifications = become("synced");
      const left = modifications.some(({ status }) => status === "queued");
      return {
        broken,
        changed: {
          modifications,
          mirror,
          lane: { ...lane, state: left ? "ready" : "none", attempts: 0, ...NO_WRITE },
        },
      };
    }
    case "Conflicted":
    case "Buried":
      return {
        broken,
        changed: {
          modifications: become(settling.tag === "Buried" ? "dead" : "conflict"),
          mirror,
          lane: { ...lane, state: "blocked", ...NO_WRITE },
        },
      };
    case "Rebased":
      return { broken, changed: { mirror, lane: { ...lane, state: "ready", ...NO_WRITE } } };
    default:
      return {
        broken,
        changed: {
          lane: {
            ...lane,
            state: "ready",
            attempts: lane.attempts + settling.spent,
            unknown: lane.unknown || settling.inDoubt,
            old: sent && protocol.sentWhenSent ? false : lane.old,
          },
        },
      };
  }
}

const newer = (mirror: Told, remote: Told | null): Told =>
  remote !== null && remote.version > mirror.version ? remote : mirror;
