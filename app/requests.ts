/** Each request gets an id, a line in the log and a place in the metrics; no answer is sniffed, and those of the API are never cached or shown. */
import type { MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { AppEnv, Session } from "./env.ts";
import { actorOf } from "./guard.ts";
import { log } from "./log.ts";
import type { Meters } from "./meters.ts";
import { traceId } from "./trace.ts";

/** Who is signed in, and as whom they look. */
const whoOf = (session: Session | undefined) =>
  session && {
    userId: actorOf(session),
    ...(session.viewing && { viewedUserId: session.user.id }),
  };

export const logged = (meters: Meters): MiddlewareHandler<AppEnv> => async (c, next) => {
  const answered = meters.begin();
  const requestId = crypto.randomUUID();
  const began = performance.now();
  c.set("requestId", requestId);
  // The answer to an upgrade cannot carry headers of ours.
  if (c.req.header("upgrade") === undefined) {
    c.header("x-request-id", requestId);
    c.header("x-content-type-options", "nosniff");
    // Without TLS browsers pass over it.
    c.header("strict-transport-security", "max-age=15552000; includeSubDomains");
    if (c.req.path.startsWith("/api/")) {
      c.header("cache-control", "no-store");
      c.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
  }
  await next();
  const ms = performance.now() - began;
  const { method } = c.req;
  const { status } = c.res;
  answered({ method, route: routePath(c, -1), status, seconds: ms / 1000 });
  // Without its query: a search may quote anything.
  log(c.req.path.startsWith("/assets/") ? "debug" : "info", "request", {
    requestId,
    method,
    path: c.req.path.slice(0, 300),
    status,
    ms: Math.round(ms),
    ...whoOf(c.get("session")),
    organizationId: c.get("organization")?.id,
    jobId: c.get("jobId"),
    traceId: traceId(),
  });
};
