/** graphile-worker as its documentation tunes it for throughput. */
import { run } from "npm:graphile-worker@0.18.0";
import { type Job, surroundings, worker } from "./work.ts";

const here = surroundings();
const work = worker(here);
await run({
  connectionString: here.databaseUrl,
  noHandleSignals: true,
  maxPoolSize: 10,
  concurrency: 24,
  taskList: { push: (job) => work(job as Job) },
  // Without a limit in batches; with one, no more is locked than can be sent.
  preset: here.rate === undefined
    ? { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
    : { worker: {} },
});
console.log("ready");
