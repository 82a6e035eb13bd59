/** The real worker program in simulated worlds: whatever the seed brings, both sides agree in the end. */
import { deepEqual, equal } from "node:assert/strict";
import { type Ground, openGround } from "./lines.ts";
import { REMEMBERED } from "./seeds.ts";
import { simulate, type Told } from "./simulate.ts";

/** Seeds of a run, played by so many processes: each plays its own on a core of its own. */
const SEEDS = 1_000;
const PLAYERS = 2;

let shared: Promise<Ground> | undefined;
const ground = () => shared ??= openGround();

Deno.test.afterAll(async () => {
  await (await shared)?.close();
});

const faultOf = ({ seed, failure }: Told): string | undefined =>
  failure && `seed ${seed} (deno task simulate ${seed} 1): ${failure.message}`;

Deno.test("whatever happens on the way, PEMS and our tables tell one story in the end", async () => {
  const share = SEEDS / PLAYERS;
  const told = await Promise.all(
    Array.from({ length: PLAYERS }, (_, nth) => played(1 + nth * share, share)),
  );
  console.log(told.map(({ words }) => words).join(""));
  deepEqual(told.map(({ code }) => code), told.map(() => 0), "each seed that fails is told above");
});

/** `deno task simulate` in a process of its own. */
async function played(from: number, count: number) {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "tests/simulation/main.ts", String(from), String(count)],
    stderr: "inherit",
  }).output();
  return { code, words: new TextDecoder().decode(stdout) };
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
