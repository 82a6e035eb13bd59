/** A thread that plays seeds: the world's time and chance are its own globals, and it goes with its process. */
import { openGround } from "./lines.ts";
import { simulate } from "./simulate.ts";

export interface Share {
  readonly from: number;
  readonly count: number;
  /** Begins no seed after so many ms. */
  readonly budgetMs: number;
}

export interface Played {
  readonly count: number;
  /** What went wrong in each seed that failed. */
  readonly failures: ReadonlyArray<{ readonly seed: number; readonly message: string }>;
}

const thread = self as unknown as Worker;

thread.onmessage = async ({ data }: MessageEvent<Share>) => {
  const ground = await openGround();
  const failures: Array<Played["failures"][number]> = [];
  const began = performance.now();
  let count = 0;
  for (; count < data.count && performance.now() - began < data.budgetMs; count += 1) {
    const seed = data.from + count;
    const { failure } = await simulate(ground, seed);
    if (failure !== undefined) failures.push({ seed, message: failure.message });
  }
  await ground.close();
  thread.postMessage({ count, failures } satisfies Played);
};
