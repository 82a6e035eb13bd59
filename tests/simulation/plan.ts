/** What happens in a simulation besides the weather: drawn from the seed before anything begins. */
import type { Edits } from "../../domain/delta.ts";
import type { Priority } from "../../domain/status.ts";
import { idOf, type Person } from "../engine.ts";
import { anyClimate, type Climate, type Weather } from "./weather.ts";

export const RECORDS = 4;
/** Workers, each with a successor when it dies. */
export const SEATS = 2;
/** After this nothing new happens, and the weather is fine. */
export const CALM_MS = 12_000;

export type Act =
  | {
    readonly what: "commit";
    readonly by: Person;
    readonly edits: { readonly [pfaId: string]: Edits };
    readonly priority: Priority;
  }
  | { readonly what: "discontinue"; readonly by: Person; readonly pfaId: string }
  | { readonly what: "foreign"; readonly pfaId: string; readonly changes: Edits }
  | { readonly what: "climate"; readonly climate: Climate }
  | { readonly what: "outage"; readonly outage: Weather["outage"] }
  /** The worker dies at one of its next messages to the database. */
  | {
    readonly what: "die";
    readonly worker: number;
    readonly after: number;
    readonly heard: boolean;
    readonly restMs: number;
  }
  /** The database is out of the worker's reach. */
  | { readonly what: "hold"; readonly worker: number; readonly ms: number };

export interface Event {
  readonly at: number;
  readonly act: Act;
}

const PLANNERS = ["ada", "ben", "cid"] as const;

/** @param random from 0 to 1, always the same for a seed */
export function drawPlan(random: () => number): ReadonlyArray<Event> {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <A>(among: ReadonlyArray<A>): A => among[below(among.length)]!;
  const record = () => idOf(1 + below(RECORDS));
  const events: Event[] = [{ at: 0, act: { what: "climate", climate: anyClimate(random) } }];
  const add = (count: number, draw: () => Act) => {
    for (let nth = 0; nth < count; nth += 1) {
      events.push({ at: below(CALM_MS - 3_000), act: draw() });
    }
  };
  const edits = (nth: string): Edits => {
    const field = pick(["description", "manufacturer", "model", "contract"] as const);
    return { [field]: `${nth} ${below(1e9)}` };
  };
  add(4 + below(8), () => ({
    what: "commit",
    by: pick(PLANNERS),
    edits: Object.fromEntries(
      Array.from({ length: 1 + below(3) }, () => [record(), edits("ours")]),
    ),
    priority: pick(["high", "normal", "normal", "low"]),
  }));
  add(below(3), () => ({ what: "foreign", pfaId: record(), changes: edits("theirs") }));
  if (random() < 0.3) {
    add(1, () => ({ what: "discontinue", by: pick(PLANNERS), pfaId: record() }));
  }
  add(below(2), () => ({ what: "climate", climate: anyClimate(random) }));
  if (random() < 0.3) {
    const at = below(CALM_MS / 2);
    const outage = pick(["unavailable", "dropped"] as const);
    events.push({ at, act: { what: "outage", outage } });
    events.push({
      at: at + 2_000 + below(CALM_MS / 2),
      act: { what: "outage", outage: "none" },
    });
  }
  add(random() < 0.6 ? 1 + below(2) : 0, () => ({
    what: "die",
    worker: below(SEATS),
    after: below(60),
    heard: random() < 0.5,
    restMs: below(8_000),
  }));
  add(random() < 0.6 ? 1 + below(3) : 0, () => ({
    what: "hold",
    worker: below(SEATS),
    ms: 500 + below(10_000),
  }));
  return events.sort((a, b) => a.at - b.at);
}
