/** pg-boss, woken by NOTIFY, fetching in batches while there is more. */
import { PG_BOSS } from "./packages.ts";
import { type Job, surroundings, worker } from "./work.ts";

const here = surroundings();
const work = worker(here);
const { PgBoss } = await import(PG_BOSS);
const boss = new PgBoss({ connectionString: here.databaseUrl, useListenNotify: true, max: 10 });
boss.on("error", (error: unknown) => console.error(error));
await boss.start();
const limited = here.rate !== undefined;
await boss.work(
  "push",
  {
    batchSize: limited ? 10 : 100,
    localConcurrency: limited ? 1 : 4,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
    perJobResults: true,
  },
  (jobs: ReadonlyArray<{ readonly id: string; readonly data: Job }>) =>
    Promise.all(jobs.map(async (job) => {
      try {
        await work(job.data);
        return { id: job.id, status: "completed" as const };
      } catch (error) {
        return { id: job.id, status: "failed" as const, output: { message: String(error) } };
      }
    })),
);
console.log("ready");
