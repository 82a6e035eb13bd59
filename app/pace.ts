/** How often a user may POST under /api/pems: a bucket of tokens each, in this process. */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./env.ts";
import { sessionOf } from "./guard.ts";
import { Problem } from "./problem.ts";

const PER_SECOND = 10;
const BURST = 50;

export function paced(now: () => number = () => performance.now()): MiddlewareHandler<AppEnv> {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return async (c, next) => {
    if (c.req.method !== "POST") return await next();
    const userId = sessionOf(c).user.id;
    const at = now();
    const bucket = buckets.get(userId) ?? { tokens: BURST, at };
    const tokens = Math.min(BURST, bucket.tokens + (at - bucket.at) / 1000 * PER_SECOND);
    if (tokens < 1) {
      buckets.set(userId, { tokens, at });
      throw new Problem("too_many", "Too many requests: 10 a second are allowed", [], {
        "retry-after": "1",
      });
    }
    // A full bucket is as good as none.
    if (buckets.size > 10_000) prune(buckets, at);
    buckets.set(userId, { tokens: tokens - 1, at });
    await next();
  };
}

function prune(buckets: Map<string, { at: number }>, now: number): void {
  for (const [userId, { at }] of buckets) {
    if (now - at > BURST / PER_SECOND * 1000) buckets.delete(userId);
  }
}
