/** Routes of dead letters: what PEMS would not take, sent again or given up. */
import { Hono } from "hono";
import { countDeadLetters, type DeadLetterRow, listDeadLetters } from "../db/conflict_list.ts";
import { pendingCalls } from "../db/connections.ts";
import { giveUp, type LockedLetter, lockLetters, replay } from "../db/dead_letters.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import { requireKnown } from "./drafting.ts";
import type { AppEnv } from "./env.ts";
import { estimate } from "./estimate.ts";
import { textOf } from "./filters.ts";
import type { Guard } from "./guard.ts";
import { type Mask, maskFor } from "./mask.ts";
import { broken, Problem, type ProblemCode } from "./problem.ts";
import { Committed } from "./record_shapes.ts";
import { body, GUARDED, parameters, told } from "./shape.ts";
import { DeadLetters, DiscardedLetters, DiscardLetters, RetryLetters } from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";
import { wireDelta } from "./wire.ts";

const LIST = parameters({
  organizationId: "Required",
  group: "Only those of this fingerprint",
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
});
const REFUSED: ReadonlyArray<ProblemCode> = [...GUARDED, "unknown", "moved_on", "too_many"];

export const deadLetters = (app: Sql, { allow }: Guard, { writeSync }: Config) =>
  new Hono<AppEnv>()
    .get(
      "/dead-letters",
      told("Sync", "Changes that failed for good, newest first", { 200: DeadLetters }, GUARDED),
      LIST,
      allow("query", "ManageSettings"),
      async (c) => {
        const organization = c.get("organization");
        const group = textOf(c, "group");
        const list = ["dead-letters", organization.id, group];
        const before = readCursor(list, c.req.query("cursor"), 1)?.[0] ?? null;
        const limit = readLimit(c.req.query("limit"));
        const { rows, total } = await asTenant(app, tenantOf(c), async (tx) => ({
          rows: await listDeadLetters(tx, { group, before, limit: limit + 1 }),
          total: await countDeadLetters(tx, group),
        }));
        const shown = rows.slice(0, limit);
        const mask = maskFor(organization.permissions);
        return c.json({
          deadLetters: shown.map((row) => deadLetterOf(row, mask)),
          nextCursor: rows.length > limit ? writeCursor(list, [shown.at(-1)!.id]) : null,
          total,
        });
      },
    )
    .post(
      "/dead-letters/retry",
      told("Sync", "Send dead letters again as one job, checked anew", { 200: Committed }, REFUSED),
      allow("body", "ManageSettings"),
      body(RetryLetters),
      async (c) => {
        const { ids, reason } = c.req.valid("json");
        const tenant = tenantOf(c);
        const answer = await asTenant(app, tenant, async (tx): Promise<Committed> => {
          const letters = await requireDead(tx, tenant.organizationId, ids);
          const queued = letters.length === 0
            ? { jobId: null, queuedCount: 0 }
            : await replay(tx, tenant, { letters, reason: reason?.trim() || null });
          const pending = await pendingCalls(tx, tenant.organizationId);
          const estimatedCompletionTime = letters.length === 0
            ? null
            : estimate(pending, writeSync);
          return { success: true, ...queued, estimatedCompletionTime };
        });
        return c.json(answer);
      },
    )
    .post(
      "/dead-letters/discard",
      told("Sync", "Give dead letters up, with a reason", { 200: DiscardedLetters }, [
        ...REFUSED,
        "rule",
      ]),
      allow("body", "ManageSettings"),
      body(DiscardLetters),
      async (c) => {
        const asked = c.req.valid("json");
        const reason = asked.reason?.trim();
        if (!reason) {
          throw broken([{ path: "reason", message: "Say why these changes are given up" }]);
        }
        const tenant = tenantOf(c);
        const discarded = await asTenant(app, tenant, async (tx) => {
          const letters = await requireDead(tx, tenant.organizationId, asked.ids);
          if (letters.length > 0) await giveUp(tx, tenant, { letters, reason });
          return letters.length;
        });
        return c.json({ success: true as const, discarded });
      },
    );

/** The dead letters, locked. Throws 404 for ids that name no change, 409 for those that are not dead any more. */
async function requireDead(
  tx: Tx,
  organizationId: string,
  ids: ReadonlyArray<string>,
): Promise<ReadonlyArray<LockedLetter>> {
  const letters = await lockLetters(tx, organizationId, ids);
  requireKnown(ids, new Set(letters.map(({ id }) => id)));
  const moved = letters.find(({ status }) => status !== "failed");
  if (moved === undefined) return letters;
  throw new Problem(
    "moved_on",
    `Modification ${moved.id} is no dead letter: it is ${moved.status}`,
  );
}

const deadLetterOf = (row: DeadLetterRow, mask: Mask) => ({
  ...row,
  changes: mask.delta(wireDelta(row.changes)),
  changeReason: row.changeReason && mask.text(row.changeReason),
  error: row.error && mask.text(row.error),
  committedAt: row.committedAt.toISOString(),
  failedAt: row.failedAt.toISOString(),
  attempts: mask.deep(row.attempts),
});
