/** Routes of conflicts: what they are about, and how a person resolves them. */
import { Schema } from "effect";
import { Hono, type MiddlewareHandler } from "hono";
import {
  type ConflictRow,
  countConflicts,
  findConflict,
  listConflicts,
} from "../db/conflict_list.ts";
import { organizationOf } from "../db/jobs.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { wireRecord } from "../domain/pfa.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { choiceOf, textOf } from "./filters.ts";
import { type Guard, sessionOf, signedIn } from "./guard.ts";
import { requireFound } from "./jobs.ts";
import { type Mask, maskFor } from "./mask.ts";
import type { ProblemCode } from "./problem.ts";
import {
  previewResolution,
  readChoice,
  resolveConflicts,
  type ResolvedConflict as ResolvedConflictRow,
} from "./resolving.ts";
import { body, GUARDED, isId, parameters, told } from "./shape.ts";
import {
  Conflict,
  CONFLICT_KINDS,
  CONFLICT_STATUSES,
  Conflicts,
  ResolutionPreview,
  Resolve,
  ResolveConflicts,
  ResolvedConflict,
  ResolvedConflicts,
} from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";
import { wireDelta } from "./wire.ts";

const PAGED = {
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
};
const FILTERS = parameters({
  organizationId: "Required",
  status: CONFLICT_STATUSES.join(", "),
  kind: CONFLICT_KINDS.join(", "),
  pfaId: "Only those of this record",
  ...PAGED,
});

const REFUSED: ReadonlyArray<ProblemCode> = [
  ...GUARDED,
  "unknown",
  "moved_on",
  "rule",
  "too_many",
];

/** Lets members of the conflict's organization through who may sync. */
const ofConflict =
  (app: Sql, { requireOrganization }: Guard): MiddlewareHandler<AppEnv, "/conflicts/:id/resolve"> =>
  async (c, next) => {
    sessionOf(c);
    const id = c.req.param("id");
    const organizationId = isId(id) ? await organizationOf(app, { conflict: id }) : undefined;
    await requireFound(c, organizationId, (c, found) => requireOrganization(c, found, "Sync"));
    await next();
  };

export const conflicts = (app: Sql, guard: Guard, { retry }: Config) => {
  const { allow, requireOrganization } = guard;
  return new Hono<AppEnv>()
    .get(
      "/conflicts",
      told("Sync", "Conflicts, newest first", { 200: Conflicts }, GUARDED),
      FILTERS,
      allow("query", "Read"),
      async (c) => {
        const filter = {
          status: choiceOf(c, "status", CONFLICT_STATUSES),
          kind: choiceOf(c, "kind", CONFLICT_KINDS),
          pfaId: textOf(c, "pfaId"),
        };
        const organization = c.get("organization");
        const list = ["conflicts", organization.id, filter];
        const before = readCursor(list, c.req.query("cursor"), 1)?.[0] ?? null;
        const limit = readLimit(c.req.query("limit"));
        const { rows, total } = await asTenant(app, tenantOf(c), async (tx) => ({
          rows: await listConflicts(tx, { ...filter, before, limit: limit + 1 }),
          total: await countConflicts(tx, filter),
        }));
        const shown = rows.slice(0, limit);
        const mask = maskFor(organization.permissions);
        return c.json({
          conflicts: shown.map((row) => conflictOf(row, mask)),
          nextCursor: rows.length > limit ? writeCursor(list, [shown.at(-1)!.id]) : null,
          total,
        });
      },
    )
    .get(
      "/conflicts/:id",
      told("Sync", "One conflict", { 200: Conflict }, [...GUARDED, "unknown"]),
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        const organizationId = isId(id) ? await organizationOf(app, { conflict: id }) : undefined;
        const organization = await requireFound(c, organizationId, requireOrganization);
        const row = await asTenant(app, tenantOf(c), (tx) => findConflict(tx, id));
        return c.json(conflictOf(row!, maskFor(organization.permissions)));
      },
    )
    .post(
      "/conflicts/resolve",
      told("Sync", "Resolve conflicts alike: all or none", { 200: ResolvedConflicts }, REFUSED),
      allow("body", "Sync"),
      body(ResolveConflicts),
      async (c) => {
        const { conflictIds, resolution } = c.req.valid("json");
        const resolved = await asTenant(app, tenantOf(c), (tx) =>
          resolveConflicts(tx, {
            tenant: { ...tenantOf(c), maxRetries: retry.maxRetries },
            ids: conflictIds,
            choice: { _tag: resolution },
          }));
        const mask = maskFor(c.get("organization").permissions);
        return c.json({
          success: true as const,
          resolvedCount: resolved.length,
          conflicts: resolved.map((one) => resolvedOf(one, mask)),
        });
      },
    )
    .post(
      "/conflicts/:id/resolve",
      told(
        "Sync",
        "Resolve one conflict; the first who does wins",
        { 200: Schema.Union([ResolvedConflict, ResolutionPreview]) },
        REFUSED,
      ),
      ofConflict(app, guard),
      body(Resolve),
      async (c) => {
        const { resolution, mergedData, preview } = c.req.valid("json");
        const organization = c.get("organization");
        const choice = readChoice(resolution, mergedData ?? undefined, organization);
        const mask = maskFor(organization.permissions);
        const id = c.req.param("id");
        if (preview) {
          const sent = await asTenant(
            app,
            tenantOf(c),
            (tx) => previewResolution(tx, { tenant: tenantOf(c), ids: [id], choice }),
          );
          return c.json({ preview: true as const, appliedChanges: mask.delta(wireDelta(sent)) });
        }
        const [resolved] = await asTenant(app, tenantOf(c), (tx) =>
          resolveConflicts(tx, {
            tenant: { ...tenantOf(c), maxRetries: retry.maxRetries },
            ids: [id],
            choice,
          }));
        return c.json({ success: true as const, ...resolvedOf(resolved!, mask) });
      },
    );
};

const resolvedOf = ({ conflictId, resolvedAt, sent }: ResolvedConflictRow, mask: Mask) => ({
  conflictId,
  resolvedAt: resolvedAt.toISOString(),
  appliedChanges: mask.delta(wireDelta(sent)),
});

const conflictOf = (row: ConflictRow, mask: Mask) => ({
  ...row,
  baseData: mask.fields(wireRecord(row.baseData)),
  localData: mask.fields(wireRecord(row.localData)),
  pemsData: mask.fields(wireRecord(row.pemsData)),
  reason: mask.text(row.reason),
  pemsChangedAt: row.pemsChangedAt?.toISOString() ?? null,
  resolvedAt: row.resolvedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  mine: row.mine.map((one) => ({
    ...one,
    committedAt: new Date(one.committedAt).toISOString(),
    changeReason: one.changeReason && mask.text(one.changeReason),
  })),
  waiting: row.waiting.map((one) => ({ ...one, changes: mask.delta(wireDelta(one.changes)) })),
});
