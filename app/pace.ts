/** How often a user may POST under /api/pems: a bucket of tokens each, in this process. */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./env.ts";
import { sessionOf } from "./guard.ts";
import { Problem } from "./problem.ts";

const PER_SECOND = 10;
const BURST = 50;

/** As draft-ietf-httpapi-ratelimit-headers tells a bucket: so many in the time that fills it. */
const POLICY = `"user";q=${BURST};w=${BURST / PER_SECOND}`;

export function paced(now: () => number = () => performance.now()): MiddlewareHandler<AppEnv> {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return async (c, next) => {
    if (c.req.method !== "POST") return await next();
    const userId = sessionOf(c).user.id;
    const at = now();
    const bucket = buckets.get(userId) ?? { tokens: BURST, at };
    const filled = Math.min(BURST, bucket.tokens + (at - bucket.at) / 1000 * PER_SECOND);
    const tokens = filled < 1 ? filled : filled - 1;
    // A full bucket is as good as none.
    if (buckets.size > 10_000) prune(buckets, at);
    buckets.set(userId, { tokens, at });
    c.header("ratelimit-policy", POLICY);
    c.header("ratelimit", remaining(tokens));
    if (filled < 1) {
      throw new Problem("too_many", "Too many requests: 10 a second are allowed", [], {
        "retry-after": String(secondsTo(1, tokens)),
      });
    }
    await next();
  };
}

/** Whole seconds until the bucket holds so many. */
const secondsTo = (wanted: number, tokens: number): number =>
  Math.ceil((wanted - tokens) / PER_SECOND);

/** What is left; `t` tells when there is one again, or when there are all. */
const remaining = (tokens: number): string =>
  `"user";r=${Math.floor(tokens)};t=${secondsTo(tokens < 1 ? 1 : BURST, tokens)}`;

function prune(buckets: Map<string, { at: number }>, now: number): void {
  for (const [userId, { at }] of buckets) {
    if (now - at > BURST / PER_SECOND * 1000) buckets.delete(userId);
  }
}
