/** Route of a dry run of a conflict policy: it changes nothing. */
import { Hono } from "hono";
import { type PastConflictRow, pastConflicts } from "../db/past_conflicts.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { type Trial, tryPolicy } from "../domain/policy_trial.ts";
import type { ResolutionName } from "../domain/resolution.ts";
import type { Policies } from "../domain/threeway.ts";
import { PolicyTrial, PolicyTried } from "./admin_shapes.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { body, GUARDED, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

const SO_MANY = 200;

export const policyTrials = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().post(
    "/:organizationId/conflict-policy/dry-run",
    told(
      "Administration",
      "What a conflict policy would have made of past conflicts; changes nothing",
      { 200: PolicyTried },
      GUARDED,
    ),
    allow("path", "ManageSettings"),
    body(PolicyTrial),
    async (c) => {
      const { limit = SO_MANY, fields } = c.req.valid("json");
      const rows = await asTenant(app, tenantOf(c), (tx) => pastConflicts(tx, limit));
      const items = rows.map((row) => itemOf(row, tryPolicy(row, fields as Policies)));
      const count = (outcome: Trial["outcome"]) =>
        items.filter((item) => item.outcome === outcome).length;
      return c.json({
        conflicts: items.length,
        settled: items.length - count("manual"),
        useLocal: count("use_local"),
        usePems: count("use_pems"),
        merge: count("merge"),
        items,
      });
    },
  );

const itemOf = (row: PastConflictRow, { outcome, fields }: Trial) => ({
  conflictId: row.id,
  pfaId: row.pfaId,
  createdAt: row.createdAt.toISOString(),
  outcome,
  fields: [...fields],
  decided: row.resolution as ResolutionName | null,
  open: row.status === "unresolved",
});
