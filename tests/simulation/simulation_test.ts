/** The real worker program in simulated worlds: whatever the seed brings, both sides agree in the end. */
import { deepEqual, equal } from "node:assert/strict";
import { type Ground, openGround } from "./lines.ts";
import { REMEMBERED } from "./seeds.ts";
import { simulate, type Told } from "./simulate.ts";

/** As many seeds as one core plays in this time, of so many at most and at least. */
const BUDGET_MS = 150_000;
const MOST = 1_000;
const FEWEST = 30;

let shared: Promise<Ground> | undefined;
const ground = () => shared ??= openGround();

Deno.test.afterAll(async () => {
  await (await shared)?.close();
});

const faultOf = ({ seed, failure }: Told): string | undefined =>
  failure && `seed ${seed} (deno task simulate ${seed} 1): ${failure.message}`;

Deno.test("whatever happens on the way, PEMS and our tables tell one story in the end", async () => {
  const began = performance.now();
  const faults: string[] = [];
  let seed = 0;
  while (seed < MOST && (seed < FEWEST || performance.now() - began < BUDGET_MS)) {
    const fault = faultOf(await simulate(await ground(), ++seed));
    if (fault !== undefined) console.log(fault);
    if (fault !== undefined) faults.push(fault);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`${seed} seeds of ${MOST} in ${seconds.toFixed(0)} s`);
  deepEqual(faults, []);
});

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
