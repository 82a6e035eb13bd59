/** Each request gets an id and a line in the log; API answers are never cached or sniffed. */
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./env.ts";
import { log } from "./log.ts";

export const logged: MiddlewareHandler<AppEnv> = async (c, next) => {
  const requestId = crypto.randomUUID();
  const began = performance.now();
  c.set("requestId", requestId);
  // The answer to an upgrade cannot carry headers of ours.
  if (c.req.header("upgrade") === undefined) {
    c.header("x-request-id", requestId);
    if (c.req.path.startsWith("/api/")) {
      c.header("cache-control", "no-store");
      c.header("x-content-type-options", "nosniff");
    }
  }
  await next();
  // Without its query: a search may quote anything.
  log(c.req.path.startsWith("/assets/") ? "debug" : "info", "request", {
    requestId,
    method: c.req.method,
    path: c.req.path.slice(0, 300),
    status: c.res.status,
    ms: Math.round(performance.now() - began),
    userId: c.get("session")?.user.id,
  });
};
