/** The poller of the first sketch: once a minute it takes what waits, one by one. */
import postgres from "postgres";
import { surroundings, worker } from "./work.ts";

const EVERY_MS = 60_000;

const here = surroundings();
const work = worker(here);
const sql = postgres(here.databaseUrl, { max: 1, onnotice: () => {} });

async function tick() {
  while (true) {
    const waiting = await sql<Array<{ pfaId: string; version: number }>>`
      select pfa_id as "pfaId", 1 as version from work_item where status = 'queued'
      order by pfa_id limit 100`;
    if (waiting.length === 0) return;
    for (const job of waiting) await work(job).catch(() => {});
  }
}

let busy = false;
async function round() {
  if (busy) return;
  busy = true;
  await tick().finally(() => busy = false);
}
setInterval(round, EVERY_MS);
console.log("ready");
await round();
