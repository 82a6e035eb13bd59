/** When a connection counts as down, and how often it is tried meanwhile. Pure. */

/** So many finished attempts in a row must have failed … */
export const TRIP_FAILURES = 5;
/** … on so many records: a single record may be the trouble itself. */
export const TRIP_RECORDS = 2;

/** Less than half a minute with the time that a probe takes. */
const MOST_PROBE_MS = 20_000;

/**
 * From the start of one probe to the next.
 * @param failures probes that failed since the circuit opened
 * @param firstMs the delay before the first
 * @returns ms
 */
export const probeDelay = (failures: number, firstMs: number): number =>
  Math.min(firstMs * 2 ** failures, MOST_PROBE_MS);

/**
 * What one call tells of the connection, by its HTTP status (null: no answer): any 2xx or 4xx proves that PEMS is
 * there; a 429 proves nothing either way.
 */
export function vitalSign(status: number | null): "alive" | "failed" | "neither" {
  if (status === 429) return "neither";
  return status !== null && status < 500 ? "alive" : "failed";
}
