/** Whether this process is up, and whether it can serve. */
import { Hono } from "hono";
import { isMigrated, type Migration } from "../db/migrate.ts";
import type { Database } from "../db/sql.ts";
import { lastSeen } from "../db/status.ts";
import type { AppEnv } from "./env.ts";
import { Problem } from "./problem.ts";
import { Ready, Up } from "./health_shapes.ts";
import { told } from "./shape.ts";

export const health = (db: Database, migrations: () => Promise<ReadonlyArray<Migration>>) =>
  new Hono<AppEnv>()
    .get(
      "/healthz",
      told("Operations", "The process is up", { 200: Up }),
      (c) => c.json({ status: "ok" as const }),
    )
    .get(
      "/readyz",
      told("Operations", "The database is reachable and migrated", { 200: Ready }, ["not_ready"]),
      async (c) => {
        const migrated = await isMigrated(db.owner, await migrations()).catch((cause) => {
          throw new Problem("not_ready", `The database cannot be reached (${codeOf(cause)})`);
        });
        if (!migrated) throw new Problem("not_ready", "The database is not migrated");
        const seen = await lastSeen(db.auth);
        return c.json({ status: "ready" as const, workerLastSeen: seen?.toISOString() ?? null });
      },
    );

/** The code alone: an error's text may quote the address and user of the database. */
const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
