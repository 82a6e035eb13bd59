/** When what is queued will be in PEMS: lanes of the connection, one call each, at the pace it allows. */
import type { Pending } from "../db/connections.ts";

/** Calls are spaced 2.3 % wider than the limit, so that PEMS never counts one too many. */
const USED = 0.977;
/** A write takes its time even when nothing is before it. */
const ONE_CALL_MS = 1000;

/** Seconds until so many lanes more than wait now are through; null: nothing is sent for now, so nobody can tell. */
export function secondsUntil(
  pending: Pending | undefined,
  more: number,
  writeSync: boolean,
): number | null {
  if (pending === undefined || !writeSync) return null;
  return ((pending.lanes + more) / (pending.rateLimit * USED) * 1000 + ONE_CALL_MS) / 1000;
}

/** The instant when what is pending is through; null: nothing is sent for now, so nobody can tell. */
export function estimate(pending: Pending | undefined, writeSync: boolean): string | null {
  const seconds = secondsUntil(pending, 0, writeSync);
  return seconds === null ? null : new Date(Date.now() + seconds * 1000).toISOString();
}
