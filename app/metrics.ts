/** Route that Prometheus scrapes. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { readCounters, readGauges, readStandings } from "../db/metrics.ts";
import type { Sql } from "../db/sql.ts";
import { lastSeen } from "../db/status.ts";
import type { AppEnv } from "./env.ts";
import { exposition } from "./exposition.ts";
import { familiesOf } from "./families.ts";
import type { Live } from "./live.ts";
import type { Meters } from "./meters.ts";
import { Problem } from "./problem.ts";
import { told } from "./shape.ts";

export interface MetricsOptions {
  /** What must come as Bearer; undefined: anybody may look. */
  readonly token: string | undefined;
  readonly meters: Meters;
  readonly live: Live;
}

/** What the database counts, the same whichever process is asked, and what this process measures of itself. */
export const metrics = (auth: Sql, { token, meters, live }: MetricsOptions) =>
  new Hono<AppEnv>().get(
    "/metrics",
    told("Operations", "Metrics in Prometheus's text format; METRICS_TOKEN as Bearer when set", {
      200: "Families with HELP and TYPE",
    }, ["unauthenticated"]),
    async (c) => {
      if (token !== undefined && !isSame(c.req.header("authorization") ?? "", `Bearer ${token}`)) {
        throw new Problem("unauthenticated", "Send METRICS_TOKEN as Bearer", [], {
          "www-authenticate": "Bearer",
        });
      }
      const [gauges, counters, standings, seen] = await Promise.all([
        readGauges(auth),
        readCounters(auth),
        readStandings(auth),
        lastSeen(auth),
      ]);
      const workerUnseenSeconds = seen === undefined
        ? Infinity
        : Math.max(Date.now() - seen.getTime(), 0) / 1000;
      c.header("content-type", "text/plain; version=0.0.4; charset=utf-8");
      c.header("cache-control", "no-store");
      return c.body(exposition([
        ...familiesOf({ gauges, counters, standings, workerUnseenSeconds }),
        ...meters.families(live.sockets()),
      ]));
    },
  );

/** In the same time whatever differs. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

const digest = (text: string) => createHash("sha256").update(text).digest();
