/** When a failed attempt goes again: base x 2^n, at most a minute, a little jitter; then never. */

export interface RetryPolicy {
  /** Retries after the first attempt. */
  readonly maxRetries: number;
  /** Delay before the first retry, in ms. */
  readonly baseMs: number;
}

const MOST_MS = 60_000;
const JITTER = 0.1;

/**
 * The delay before the next try once `failures` attempts have failed.
 * @param failures finished attempts that failed, 1-based
 * @param random from 0 to 1, spreads the retries by up to 10 %
 * @returns ms, or undefined when the retries are used up
 */
export function delayAfter(
  failures: number,
  policy: RetryPolicy,
  random: number,
): number | undefined {
  return failures > policy.maxRetries ? undefined : backoff(failures, policy, random);
}

/** The delay alone, for what is repeated until it is known. */
export const backoff = (failures: number, policy: RetryPolicy, random: number): number =>
  Math.min(policy.baseMs * 2 ** Math.max(failures - 1, 0), MOST_MS) * (1 + JITTER * random);
