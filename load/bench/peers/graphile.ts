/** graphile-worker as its documentation tunes it for throughput. */
import { GRAPHILE_WORKER } from "./packages.ts";
import { type Job, surroundings, worker } from "./work.ts";

const here = surroundings();
const work = worker(here);
const { run } = await import(GRAPHILE_WORKER);
await run({
  connectionString: here.databaseUrl,
  noHandleSignals: true,
  maxPoolSize: 10,
  concurrency: 24,
  taskList: { push: (job: Job) => work(job) },
  // Without a limit in batches; with one, no more is locked than can be sent.
  preset: here.rate === undefined
    ? { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
    : { worker: {} },
});
console.log("ready");
