/** Routes that drive the sync and tell how it stands. */
import { Hono } from "hono";
import { record } from "../db/audit.ts";
import { requestAdoption, requestReadSync } from "../db/jobs.ts";
import { pendingCalls } from "../db/connections.ts";
import { announce, ringForReading } from "../db/notices.ts";
import { pauseOrganization, resumeOrganization } from "../db/organizations.ts";
import { asTenant, type Sql, type Tenant, type Tx } from "../db/sql.ts";
import { EVERYTHING, hasConnection, syncCounts } from "../db/status.ts";
import { hurry } from "../db/waking.ts";
import type { SyncCounts } from "../domain/event.ts";
import { VIEW_STATUSES } from "../domain/status.ts";
import type { AppEnv, Membership } from "./env.ts";
import { estimate } from "./estimate.ts";
import { choiceOf, instantOf } from "./filters.ts";
import type { Guard } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { Problem } from "./problem.ts";
import { Committed } from "./record_shapes.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";
import { Pause, Paused, ReadSync, ReadSyncQueued, SyncStatus, WriteSync } from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";

/** The states in which a committed modification can be. */
const STATES = VIEW_STATUSES.filter((status) => status !== "clean" && status !== "draft");

export const sync = (app: Sql, { allow }: Guard, writeSync: boolean) =>
  new Hono<AppEnv>()
    .post(
      "/write-sync",
      told("Sync", "Send what waits for its next try now, before others if asked to", {
        200: Committed,
      }, [
        ...GUARDED,
        "too_many",
      ]),
      allow("body", "Sync"),
      body(WriteSync),
      async (c) => {
        const { modificationIds, priority } = c.req.valid("json");
        const tenant = tenantOf(c);
        const estimatedCompletionTime = await asTenant(app, tenant, async (tx) => {
          const lanes = await hurry(tx, { ...tenant, modificationIds, priority });
          if (lanes > 0) await record(tx, [{ eventType: "RETRY", ...tenant, details: { lanes } }]);
          return estimate(await pendingCalls(tx, tenant.organizationId), writeSync);
        });
        // A commit queues in its own transaction: nothing is ever committed and not queued.
        return c.json({ success: true, jobId: null, queuedCount: 0, estimatedCompletionTime });
      },
    )
    .post(
      "/read-sync",
      told("Sync", "Read what changed at PEMS; `full` reads everything", { 200: ReadSyncQueued }, [
        ...GUARDED,
        "rule",
        "too_many",
      ]),
      allow("body", "RefreshData"),
      body(ReadSync),
      async (c) => {
        const { full = false } = c.req.valid("json");
        const tenant = tenantOf(c);
        const jobId = await asTenant(app, tenant, async (tx) => {
          if (!await hasConnection(tx)) throw new Problem("rule", "No PEMS is set up here");
          const { id, made } = await requestReadSync(tx, { userId: tenant.userId, full });
          if (made) {
            await record(tx, [{ eventType: "READ_SYNC", ...tenant, jobId: id, details: { full } }]);
          }
          await ringForReading(tx);
          return id;
        });
        c.set("jobId", jobId);
        return c.json({ success: true as const, jobId });
      },
    )
    .get(
      "/sync-status",
      told("Sync", "Counts, times and health", { 200: SyncStatus }, GUARDED),
      parameters({
        organizationId: "Required",
        status: `Only modifications in this state: ${STATES.join(", ")}`,
        startDate: "Only those committed from here on",
        endDate: "Only those committed before; a day is included",
      }),
      allow("query", "Read"),
      async (c) => {
        const asked = {
          status: choiceOf(c, "status", STATES),
          from: instantOf(c, "startDate"),
          to: instantOf(c, "endDate", "end"),
        };
        const isOpen = Object.values(asked).every((value) => value === null);
        const filter = isOpen ? EVERYTHING : asked;
        const counts = await asTenant(
          app,
          tenantOf(c),
          (tx) => syncCounts(tx, writeSync, filter),
          isOpen ? "auto" : "anew",
        );
        return c.json(shown(counts, c.get("organization")));
      },
    )
    .post(
      "/pause",
      told("Sync", "Stop writing to PEMS; reading goes on", { 200: Paused }, [
        ...GUARDED,
        "too_many",
      ]),
      allow("body", "ManageSettings"),
      body(Pause),
      async (c) => {
        const reason = c.req.valid("json").reason?.trim() || null;
        const tenant = tenantOf(c);
        const status = await asTenant(app, tenant, async (tx) => {
          if (await pauseOrganization(tx, tenant, reason)) {
            await record(tx, [{ eventType: "PAUSE", ...tenant, details: { reason } }]);
          }
          return await tell(tx, tenant, writeSync);
        });
        return c.json({
          success: true as const,
          paused: true,
          status: shown(status, c.get("organization")),
        });
      },
    )
    .post(
      "/resume",
      told("Sync", "Write to PEMS again; after PEMS was set back its state is taken over first", {
        200: Paused,
      }, [...GUARDED, "too_many"]),
      allow("body", "ManageSettings"),
      body(Pause),
      async (c) => {
        const reason = c.req.valid("json").reason?.trim() || null;
        const tenant = tenantOf(c);
        const { pausedFor, status } = await asTenant(app, tenant, async (tx) => {
          const pausedFor = await resumeOrganization(tx, tenant.organizationId);
          if (pausedFor === "rewind") {
            const jobId = await requestAdoption(tx, tenant.userId);
            await record(tx, [{
              eventType: "READ_SYNC",
              ...tenant,
              jobId,
              details: { full: true, adopts: true, reason },
            }]);
            await ringForReading(tx);
          } else if (pausedFor !== undefined) {
            await record(tx, [{ eventType: "RESUME", ...tenant, details: { reason, pausedFor } }]);
          }
          return { pausedFor, status: await tell(tx, tenant, writeSync) };
        });
        return c.json({
          success: true as const,
          paused: pausedFor === "rewind",
          status: shown(status, c.get("organization")),
        });
      },
    );

/** Counts as they stand in this transaction, told to the live sockets too. */
async function tell(tx: Tx, { organizationId }: Tenant, writeSync: boolean): Promise<SyncCounts> {
  await announce(tx, [{ type: "HEALTH", organizationId, at: new Date().toISOString() }]);
  return await syncCounts(tx, writeSync);
}

const shown = (counts: SyncCounts, { permissions }: Membership): SyncCounts => ({
  ...counts,
  reasons: counts.reasons.map(maskFor(permissions).text),
});
