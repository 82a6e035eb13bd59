/** A worker's options, from the configuration. */
import type { Database } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import type { Vault } from "../pems/credentials.ts";
import type { WorkerOptions } from "./desk.ts";

/** How long a lane is held without a heartbeat. */
const LEASE_MS = 30_000;
const PROBE_MS = 1_000;
/** Alerts: five tries over nearly three minutes. */
const ALERT_RETRY = { maxRetries: 4, baseMs: 15_000 };

export const workerOptions = (
  config: Config,
  db: Database,
  vault: Vault,
  defaultKey: string | undefined,
): WorkerOptions => ({
  db,
  vault,
  defaultKey,
  timeoutMs: config.pems.timeoutMs,
  writeSync: config.writeSync,
  writeSchedule: config.writeSchedule,
  readSchedule: config.readSchedule,
  batchSize: config.batchSize,
  retry: config.retry,
  lateWindowMs: config.lateWindowMs,
  leaseMs: LEASE_MS,
  probeMs: PROBE_MS,
  keptMonths: config.keptMonths,
  alerts: config.alertWebhookUrl === undefined
    ? undefined
    : { url: config.alertWebhookUrl, retry: ALERT_RETRY },
});
