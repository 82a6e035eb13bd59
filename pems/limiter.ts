/** How the sandbox PEMS counts requests: in a token bucket or in a sliding window of one second. */

export interface Limiter {
  /** @returns 0 when the request may pass, else the milliseconds until one may */
  readonly admit: () => number;
}

const SECOND_MS = 1000;

/**
 * @param perSecond requests per second, at least 1
 * @param now milliseconds that never go back
 */
export const makeLimiter = (
  kind: "bucket" | "window",
  perSecond: number,
  now: () => number,
): Limiter => kind === "bucket" ? bucket(perSecond, now) : window(perSecond, now);

/** Holds `perSecond` tokens and refills evenly: after a pause it lets a whole bucket through at once. */
function bucket(perSecond: number, now: () => number): Limiter {
  let tokens = perSecond;
  let filledAt = now();
  return {
    admit: () => {
      const at = now();
      tokens = Math.min(perSecond, tokens + (at - filledAt) * perSecond / SECOND_MS);
      filledAt = at;
      // Sums of fractions of a token may come out a hair under a whole one.
      if (tokens < 1 - 1e-9) return Math.ceil((1 - tokens) * SECOND_MS / perSecond);
      tokens -= 1;
      return 0;
    },
  };
}

/** Lets a request pass when fewer than `perSecond` have passed in the second before it. */
function window(perSecond: number, now: () => number): Limiter {
  let passed: number[] = [];
  return {
    admit: () => {
      const at = now();
      passed = passed.filter((earlier) => earlier > at - SECOND_MS);
      if (passed.length >= perSecond) return Math.ceil(passed[0]! + SECOND_MS - at);
      passed.push(at);
      return 0;
    },
  };
}
