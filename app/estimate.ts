/** When what is queued will be in PEMS: lanes of the connection, one call each, at the pace it allows. */
import type { Pending } from "../db/connections.ts";

/** Calls are spaced 2.3 % wider than the limit, so that PEMS never counts one too many. */
const USED = 0.977;
/** A write takes its time even when nothing is before it. */
const ONE_CALL_MS = 1000;

/** Null: nothing is sent for now, so nobody can tell. */
export function estimate(pending: Pending | undefined, writeSync: boolean): string | null {
  if (pending === undefined || !writeSync) return null;
  const ms = pending.lanes / (pending.rateLimit * USED) * 1000 + ONE_CALL_MS;
  return new Date(Date.now() + ms).toISOString();
}
