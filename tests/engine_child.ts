/** A worker in a process of its own, to be killed. */
import { openDatabase } from "../db/sql.ts";
import { makeVault } from "../pems/credentials.ts";
import { startWorker } from "../worker/work.ts";

await startWorker({
  db: await openDatabase({ url: Deno.env.get("DATABASE_URL") }),
  vault: await makeVault([btoa("k".repeat(32))]),
  defaultKey: Deno.env.get("PEMS_KEY"),
  timeoutMs: 2_000,
  writeSync: true,
  writeSchedule: "0 0 1 1 *",
  readSchedule: "0 0 1 1 *",
  batchSize: 100,
  retry: { maxRetries: 3, baseMs: 10 },
  lateWindowMs: 600_000,
  leaseMs: 1_000,
  probeMs: 100,
}, { logLevel: "error", traced: false });
