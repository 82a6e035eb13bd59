/** Routes of drafts: save, discard, commit. */
import { Hono } from "hono";
import { findOwners } from "../db/draft_locks.ts";
import { discardDrafts } from "../db/drafts.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { commitDrafts } from "./committing.ts";
import { requireKnown, saveEdits } from "./drafting.ts";
import { readEdits } from "./edit.ts";
import type { AppEnv } from "./env.ts";
import { estimate } from "./estimate.ts";
import { type Guard } from "./guard.ts";
import { forbidden } from "./problem.ts";
import {
  CommitDrafts,
  Committed,
  DiscardDrafts,
  Discarded,
  type Edit,
  SavedDrafts,
  SaveDraft,
  SaveDraftRequest,
  SaveDrafts,
} from "./record_shapes.ts";
import { body, GUARDED, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";
import { traceparent } from "./trace.ts";

export const drafts = (app: Sql, { allow }: Guard, { retry, writeSync }: Config) =>
  new Hono<AppEnv>()
    .post(
      "/save-draft",
      told("Drafts", "Save one draft, or up to 5,000: all or none", { 200: SavedDrafts }, [
        ...GUARDED,
        "unknown",
        "moved_on",
        "too_large",
        "rule",
      ]),
      allow("body", "SaveDraft"),
      body(SaveDraftRequest, (json) => "drafts" in json ? SaveDrafts : SaveDraft),
      async (c) => {
        const asked = c.req.valid("json");
        const single = !("drafts" in asked);
        const edits: ReadonlyArray<Edit> = "drafts" in asked ? asked.drafts : [asked];
        const read = readEdits(edits, { single, organization: c.get("organization") });
        const tenant = tenantOf(c);
        const saved = await asTenant(
          app,
          tenant,
          (tx) => saveEdits(tx, tenant, read),
          "lookups",
        );
        return c.json({ drafts: saved });
      },
    )
    .post(
      "/discard-drafts",
      told("Drafts", "Discard own drafts", { 200: Discarded }, [...GUARDED, "unknown"]),
      allow("body", "SaveDraft"),
      body(DiscardDrafts),
      async (c) => {
        const { modificationIds: ids } = c.req.valid("json");
        const tenant = tenantOf(c);
        const discarded = await asTenant(app, tenant, async (tx) => {
          const owners = await findOwners(tx, ids);
          requireKnown(ids, new Set(owners.map(({ id }) => id)));
          if (owners.some(({ userId }) => userId !== tenant.userId)) {
            throw forbidden("You can discard your own drafts only");
          }
          return await discardDrafts(tx, tenant, { ids, reason: "discarded by its author" });
        });
        return c.json({ discarded });
      },
    )
    .post(
      "/commit-drafts",
      told("Drafts", "Queue drafts for PEMS as one job", { 200: Committed }, [
        ...GUARDED,
        "unknown",
        "rule",
      ]),
      allow("body", "Sync"),
      body(CommitDrafts),
      async (c) => {
        const { modificationIds, priority, changeReason } = c.req.valid("json");
        const tenant = tenantOf(c);
        const answer = await asTenant(app, tenant, async (tx): Promise<Committed> => {
          const { pending, ...queued } = await commitDrafts(tx, {
            tenant,
            organization: c.get("organization"),
            modificationIds,
            priority: priority ?? "normal",
            maxRetries: retry.maxRetries,
            changeReason: changeReason?.trim() || undefined,
            traceparent: traceparent(),
          });
          return {
            success: true,
            ...queued,
            estimatedCompletionTime: estimate(pending, writeSync),
          };
        }, "lookups");
        if (answer.jobId !== null) c.set("jobId", answer.jobId);
        return c.json(answer);
      },
    );
