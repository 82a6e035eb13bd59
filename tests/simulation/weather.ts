/** What becomes of each request on its way to PEMS and back: rolled anew for each, from the seed. */
import type { Sandbox } from "../../pems/sandbox.ts";
import type { World } from "./world.ts";

/** No copy starts later than this after its first byte: less than the late window of the workers. */
export const LATEST_MS = 8_000;

/** How often each thing happens, from 0 to 1. */
export interface Climate {
  /** The answer takes up to so long, in ms. */
  readonly slowMs: number;
  readonly fates: { readonly [fate in Fate]?: number };
}

export type Fate = keyof typeof FATES;

interface Trip {
  readonly serve: () => Promise<Response>;
  readonly world: World;
  readonly random: () => number;
}

const says = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ error: "SAID", message: `said ${status}` }, { status, headers });
const lose = (): never => {
  throw new Error("the connection was lost");
};
const never = new Promise<never>(() => {});

const FATES = {
  failed: () => says(500),
  failedApplied: async ({ serve }: Trip) => {
    await serve();
    return says(500);
  },
  gateway: () => says(504),
  gatewayApplied: async ({ serve }: Trip) => {
    await serve();
    return says(502);
  },
  unavailable: () => says(503),
  unavailableUntil: ({ random }: Trip) =>
    says(503, { "retry-after": String(1 + Math.floor(random() * 5)) }),
  tooMany: () => says(429),
  tooManyUntil: ({ random }: Trip) =>
    says(429, { "retry-after": String(1 + Math.floor(random() * 4)) }),
  dropped: lose,
  lost: async ({ serve }: Trip) => {
    await serve();
    return lose();
  },
  /** The connection is lost, and the request arrives later all the same. */
  late: ({ serve, world, random }: Trip) => {
    void world.sleep(random() * LATEST_MS).then(serve);
    return lose();
  },
  /** A second copy arrives later, unseen. */
  doubled: ({ serve, world, random }: Trip) => {
    void world.sleep(random() * LATEST_MS).then(serve);
    return serve();
  },
  hung: () => never,
  hungApplied: async ({ serve }: Trip) => {
    await serve();
    return await never;
  },
  broken: async ({ serve }: Trip) => {
    const text = await (await serve()).text();
    return new Response(text.slice(0, text.length / 2));
  },
  /** What is told was true some seconds ago. */
  stale: async ({ serve, world, random }: Trip) => {
    const answer = await serve();
    await world.sleep(random() * 4_000);
    return answer;
  },
};

export interface Weather {
  readonly fetch: (request: Request) => Promise<Response>;
  climate: Climate;
  /** PEMS is away. */
  outage: "none" | "unavailable" | "dropped";
}

/** @param tell called with each request and what became of it */
export function makeWeather(
  sandbox: Sandbox,
  world: World,
  tell: (line: string) => void,
): Weather {
  const random = world.chance(2);
  const weather: Weather = {
    climate: { slowMs: 0, fates: {} },
    outage: "none",
    fetch: async (request) => {
      const { method, headers, url } = request;
      const text = await request.text();
      const { pathname, search } = new URL(url);
      const serve = () => {
        world.stir();
        return sandbox.fetch(
          new Request(url, { method, headers, ...(text === "" ? {} : { body: text }) }),
        );
      };
      world.stir();
      const fate = weather.outage === "none" ? rolled(weather.climate, random()) : weather.outage;
      tell(
        `${method} ${pathname}${search} ${headers.get("idempotency-key") ?? ""} ${
          fate ?? ""
        } ${text}`,
      );
      const slow = weather.climate.slowMs * random() ** 3;
      // Some of the way lies before PEMS, some after it.
      await world.sleep(slow / 2);
      const answer = await (fate === undefined ? serve() : FATES[fate]({ serve, world, random }));
      await world.sleep(slow / 2);
      world.stir();
      return answer;
    },
  };
  return weather;
}

function rolled({ fates }: Climate, roll: number): Fate | undefined {
  let left = roll;
  for (const [fate, share] of Object.entries(fates)) {
    left -= share;
    if (left < 0) return fate as Fate;
  }
  return undefined;
}

/** A climate of the seed: a few fates are frequent, the others do not happen. */
export function anyClimate(random: () => number): Climate {
  const fates: { [fate in Fate]?: number } = {};
  // Now and then so rough that attempts are used up.
  const most = random() < 0.3 ? 0.4 : 0.12;
  for (const fate of Object.keys(FATES) as Fate[]) {
    if (random() < 0.35) fates[fate] = random() * most;
  }
  return { slowMs: random() < 0.5 ? 200 : 3_000, fates };
}
