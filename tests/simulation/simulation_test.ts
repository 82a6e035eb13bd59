/** The real worker program in simulated worlds: whatever the seed brings, both sides agree in the end. */
import { deepEqual, equal } from "node:assert/strict";
import { type Ground, openGround } from "./lines.ts";
import type { Played, Share } from "./player.ts";
import { REMEMBERED } from "./seeds.ts";
import { simulate, type Told } from "./simulate.ts";

/** Seeds of a run, played by so many threads. */
const SEEDS = 1_000;
const PLAYERS = 2;
/** A machine that is too slow for all of them plays as many as it can in this time, and says how many. */
const BUDGET_MS = 20 * 60_000;

let shared: Promise<Ground> | undefined;
const ground = () => shared ??= openGround();

Deno.test.afterAll(async () => {
  await (await shared)?.close();
});

const faultOf = ({ seed, failure }: Told): string | undefined =>
  failure && `seed ${seed} (deno task simulate ${seed} 1): ${failure.message}`;

Deno.test("whatever happens on the way, PEMS and our tables tell one story in the end", async () => {
  const count = SEEDS / PLAYERS;
  const shares = Array.from({ length: PLAYERS }, (_, nth) => ({
    from: 1 + nth * count,
    count,
    budgetMs: BUDGET_MS,
  }));
  const began = performance.now();
  const told = await Promise.all(shares.map(played));
  const all = told.reduce((sum, { count }) => sum + count, 0);
  console.log(`${all} seeds of ${SEEDS} in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  deepEqual(
    told.flatMap(({ failures }) => failures)
      .map(({ seed, message }) => `seed ${seed} (deno task simulate ${seed} 1): ${message}`),
    [],
  );
});

async function played(share: Share): Promise<Played> {
  const player = new Worker(import.meta.resolve("./player.ts"), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      player.onmessage = ({ data }) => resolve(data);
      player.onerror = ({ message }) => reject(new Error(message));
      player.postMessage(share);
    });
  } finally {
    player.terminate();
  }
}

Deno.test("the same seed gives the same requests at the same moments, and the same tables", async () => {
  const seeds = [3, 1, 2];
  const once = new Map<number, string>();
  for (const seed of seeds) once.set(seed, (await simulate(await ground(), seed)).hash);
  // In another database, after other seeds.
  const other = await openGround();
  try {
    for (const seed of seeds.toSorted()) {
      equal((await simulate(other, seed)).hash, once.get(seed), `seed ${seed}`);
    }
  } finally {
    await other.close();
  }
  equal(new Set(once.values()).size, seeds.length);
});

for (const { seed, story } of REMEMBERED) {
  Deno.test(`seed ${seed} stays good: ${story}`, async () => {
    equal(faultOf(await simulate(await ground(), seed)), undefined);
  });
}
