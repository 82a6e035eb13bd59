/** Routes of rollback: of one record, of a whole job. */
import { Schema } from "effect";
import { Hono } from "hono";
import { asTenant, type Sql } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { type FieldName, type FieldValue, wireValue } from "../domain/pfa.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { manages } from "./jobs.ts";
import { type Mask, maskFor } from "./mask.ts";
import type { ProblemCode } from "./problem.ts";
import { readFields, readReason, rollBackJob, rollBackRecord } from "./rolling_back.ts";
import { body, GUARDED, told } from "./shape.ts";
import {
  RollBackJob,
  RollbackPreview,
  RollBackRecord,
  RolledBackJob,
  RolledBackRecord,
} from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";

const REFUSED: ReadonlyArray<ProblemCode> = [...GUARDED, "unknown", "moved_on", "rule"];

export const recordRollbacks = (app: Sql, { allow }: Guard, { retry }: Config) =>
  new Hono<AppEnv>()
    .post(
      "/:pfaId/rollback",
      told("Records", "Write back the values of an earlier version", {
        200: Schema.Union([RollbackPreview, RolledBackRecord]),
      }, REFUSED),
      allow("body", "ManageSettings"),
      body(RollBackRecord),
      async (c) => {
        const { targetVersion, fields = [], ...asked } = c.req.valid("json");
        const organization = c.get("organization");
        const rolling = {
          tenant: tenantOf(c),
          organization,
          reason: readReason(asked),
          maxRetries: retry.maxRetries,
        };
        const target = { pfaId: c.req.param("pfaId"), targetVersion, fields: readFields(fields) };
        const { changes, ...made } = await asTenant(
          app,
          rolling.tenant,
          (tx) => rollBackRecord(tx, rolling, target),
        );
        c.set("jobId", made.jobId ?? undefined);
        const mask = maskFor(organization.permissions);
        return c.json(
          rolling.reason === undefined
            ? { changes: changes.map((change) => shown(change, mask)) }
            : made,
        );
      },
    );

export const jobRollbacks = (app: Sql, guard: Guard, { retry }: Config) =>
  new Hono<AppEnv>()
    .post(
      "/sync-jobs/:id/rollback",
      told("Sync", "Write back what a job changed, as one new job", { 200: RolledBackJob }, [
        ...REFUSED,
        "too_many",
      ]),
      manages(app, guard),
      body(RollBackJob),
      async (c) => {
        const organization = c.get("organization");
        const rolling = {
          tenant: tenantOf(c),
          organization,
          reason: readReason(c.req.valid("json")),
          maxRetries: retry.maxRetries,
        };
        const { jobId, changes } = await asTenant(
          app,
          rolling.tenant,
          (tx) => rollBackJob(tx, rolling, c.req.param("id")),
        );
        c.set("jobId", jobId ?? undefined);
        const mask = maskFor(organization.permissions);
        return c.json({ jobId, changes: changes.map((change) => shown(change, mask)) });
      },
    );

interface Shown {
  readonly field: FieldName;
  readonly from: FieldValue;
  readonly to: FieldValue;
}

/** A change of one field as it may be seen. */
const shown = <Change extends Shown>(change: Change, mask: Mask) => {
  const { field, from, to } = change;
  const sides = { from: wireValue(field, from), to: wireValue(field, to) };
  return { ...change, ...mask.delta({ [field]: sides })[field]! };
};
