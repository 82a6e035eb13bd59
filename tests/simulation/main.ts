/** `deno task simulate [from] [count]`: plays seeds, and tells of those that fail. */
import { openGround } from "./lines.ts";
import { simulate } from "./simulate.ts";

const [from = 1, count = 100] = Deno.args.map(Number);
const began = performance.now();
const ground = await openGround();
const ready = performance.now();
let failed = 0;
for (let seed = from; seed < from + count; seed += 1) {
  const { failure, trace, hash, lasted } = await simulate(ground, seed);
  if (count === 1) console.log(trace.join("\n"));
  if (count <= 10) console.log(`seed ${seed}: ${lasted / 1000} s of the world, ${hash}`);
  if (failure === undefined) continue;
  failed += 1;
  console.log(`seed ${seed} fails: ${count === 1 ? failure.stack : failure.message}`);
}
const seconds = (performance.now() - ready) / 1000;
console.log(
  `${count} seeds, ${failed} failed; ${(seconds / count).toFixed(3)} s per seed after ${
    ((ready - began) / 1000).toFixed(1)
  } s`,
);
await ground.close();
Deno.exit(failed === 0 ? 0 : 1);
