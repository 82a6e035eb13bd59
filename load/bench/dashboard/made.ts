/** A busy day as the workers sample it: rows of counts and gauges that look like a planner's morning, the same each time. */
import { BOUNDS, type SeriesRow } from "../../../domain/series.ts";

/** Between two rows, in seconds. */
export const STEP = 10;

/** The nth row, from seconds since 1970 on: waves of commits over a limit of ten calls per second, now and then an error. */
export function rowOf(nth: number, from: number): SeriesRow {
  const wave = (period: number) => (1 + Math.sin(nth * 2 * Math.PI / period)) / 2;
  const sent = Math.round(100 * wave(90) * (0.8 + 0.2 * wave(7)));
  const queued = Math.round(400 * wave(90) * wave(41));
  const error = nth % 13 === 0 ? ERRORS[nth % ERRORS.length]! : undefined;
  return {
    at: from + nth * STEP,
    counts: {
      ...latencies(sent, wave(90)),
      "request/PUT/200": sent,
      ...(error && { [`errors/${error}`]: 1 + nth % 3 }),
      ...(nth % 29 === 0 && { [`conflicts/${nth % 2 ? "fields" : "delete"}`]: 1 }),
      ...(nth % 31 === 0 && { "resolved/resolved_local/fields": 1 }),
      ...(nth % 400 === 0 && { failed: 1 }),
    },
    gauges: {
      queued,
      syncing: Math.round(10 * wave(90)),
      retrying: nth % 13 === 0 ? 2 : 0,
      waiting: Math.round(3 * wave(200)),
      unknown: 0,
      conflict: Math.round(4 * wave(300)),
      failed: Math.round(2 * wave(500)),
      oldest: queued / 10,
      conflicts: Math.round(4 * wave(300)),
      workers: 2,
      paused: 0,
      circuit: 0,
      limit: 10,
      rate: 10,
      budget: sent / 100,
    },
    samples: 1,
  };
}

const ERRORS = ["rate_limited", "server_error", "no_answer", "rejected"];

/** Most of them soon, the rest later the more is under way. */
function latencies(sent: number, busy: number): { [key: string]: number } {
  const middle = 2 + Math.round(5 * busy);
  const shares = [[middle, 0.6], [middle + 1, 0.25], [middle - 1, 0.1], [middle + 2, 0.05]];
  return Object.fromEntries(
    shares.map(([nth, share]) => [`latency/${BOUNDS[nth!]}`, Math.round(sent * share!)]),
  );
}
