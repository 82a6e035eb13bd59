/** Routes of sync jobs: what each commit, read sync or rollback started, and what became of it. */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { type JobRow, listJobs } from "../db/job_list.ts";
import { findJob, type ItemRow, listItems, organizationOf } from "../db/jobs.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { choiceOf, idOf, instantOf, textOf } from "./filters.ts";
import { type Guard, sessionOf, signedIn } from "./guard.ts";
import { type Mask, maskFor } from "./mask.ts";
import { unknown } from "./problem.ts";
import { GUARDED, isId, parameters, told } from "./shape.ts";
import { Job, Jobs } from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";
import { wireDelta } from "./wire.ts";

const KINDS = ["commit", "write_sync", "read_sync", "rollback", "replay"];
const STATUSES = ["queued", "running", "completed", "failed"];
export const JOB_FILTERS = {
  organizationId: "Required",
  status: STATUSES.join(", "),
  kind: KINDS.join(", "),
  from: "Started from here on",
  to: "Started before; a day is included",
  search: "Text in the reason or the user's name, or a record's id",
};
const FILTERS = parameters({
  ...JOB_FILTERS,
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
});
const OF_ONE = parameters({
  modificationId: "Only this item",
  limit: "Items of a page, 1 to 1000",
  cursor: "nextCursor of the page before",
});

export const jobs = (app: Sql, { allow, requireOrganization }: Guard) =>
  new Hono<AppEnv>()
    .get(
      "/sync-jobs",
      told("Sync", "Sync History, newest first", { 200: Jobs }, GUARDED),
      FILTERS,
      allow("query", "Read"),
      async (c) => {
        const filter = jobFilterOf(c);
        const organization = c.get("organization");
        const list = ["jobs", organization.id, filter];
        const before = readCursor(list, c.req.query("cursor"), 1)?.[0] ?? null;
        const limit = readLimit(c.req.query("limit"));
        const rows = await asTenant(
          app,
          tenantOf(c),
          (tx) => listJobs(tx, { ...filter, before, limit: limit + 1 }),
          "anew",
        );
        const shown = rows.slice(0, limit);
        const mask = maskFor(organization.permissions);
        return c.json({
          jobs: shown.map((row) => jobOf(row, mask)),
          nextCursor: rows.length > limit ? writeCursor(list, [shown.at(-1)!.id]) : null,
        });
      },
    )
    .get(
      "/sync-jobs/:id",
      told("Sync", "One job with its items and their attempts", { 200: Job }, [
        ...GUARDED,
        "unknown",
      ]),
      OF_ONE,
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        const organization = await requireFound(c, await ownerOf(app, id), requireOrganization);
        const modificationId = idOf(c, "modificationId");
        const list = ["job", id, modificationId];
        const after = readCursor(list, c.req.query("cursor"), 1)?.[0] ?? null;
        const limit = readLimit(c.req.query("limit"));
        const { job, items } = await asTenant(app, tenantOf(c), async (tx) => ({
          job: (await findJob(tx, id))!,
          items: await listItems(tx, id, { modificationId, after, limit: limit + 1 }),
        }));
        const mask = maskFor(organization.permissions);
        const shown = items.slice(0, limit);
        return c.json({
          ...jobOf(job, mask),
          items: shown.map((item) => itemOf(item, mask)),
          nextCursor: items.length > limit ? writeCursor(list, [shown.at(-1)!.nth]) : null,
        });
      },
    );

/** The organization of the job; undefined when there is no such job. */
export const ownerOf = async (app: Sql, id: string): Promise<string | undefined> =>
  isId(id) ? await organizationOf(app, { job: id }) : undefined;

/** The filters in the query. Throws 400 naming one that cannot be used. */
export const jobFilterOf = (c: Context<AppEnv>) => ({
  status: choiceOf(c, "status", STATUSES),
  kind: choiceOf(c, "kind", KINDS),
  from: instantOf(c, "from"),
  to: instantOf(c, "to", "end"),
  search: textOf(c, "search"),
});

/** Lets through who may manage the organization of the job that the path names. */
export const manages =
  (app: Sql, { requireOrganization }: Guard): MiddlewareHandler<AppEnv> => async (c, next) => {
    sessionOf(c);
    const found = await ownerOf(app, c.req.param("id") ?? "");
    await requireFound(c, found, (c, one) => requireOrganization(c, one, "ManageSettings"));
    await next();
  };

/** Keeps the organization of what an id alone named; an id of another organization is as unknown as any. */
export async function requireFound(
  c: Context<AppEnv>,
  organizationId: string | undefined,
  requireOrganization: Guard["requireOrganization"],
) {
  const own = sessionOf(c).organizations.some(({ id }) => id === organizationId);
  if (organizationId === undefined || !own) throw unknown(`There is nothing at ${c.req.path}`);
  const organization = await requireOrganization(c, organizationId, "Read");
  c.set("organization", organization);
  return organization;
}

const isoOf = (at: Date | null) => at?.toISOString() ?? null;

export const jobOf = ({ createdAt, startedAt, finishedAt, ...job }: JobRow, mask: Mask) => ({
  ...job,
  reason: job.reason && mask.text(job.reason),
  error: job.error && mask.text(job.error),
  createdAt: createdAt.toISOString(),
  startedAt: isoOf(startedAt),
  finishedAt: isoOf(finishedAt),
  replay: job.replay && { ...job.replay, error: job.replay.error && mask.text(job.replay.error) },
  durationMs: startedAt && finishedAt && finishedAt.getTime() - startedAt.getTime(),
});

export const itemOf = (
  { nth: _, committedAt, syncedAt, claimedAt, settledAt, ...item }: ItemRow,
  mask: Mask,
) => ({
  ...item,
  claimedAt: isoOf(claimedAt),
  settledAt: isoOf(settledAt),
  changes: mask.delta(wireDelta(item.changes)),
  changeReason: item.changeReason && mask.text(item.changeReason),
  error: item.error && mask.text(item.error),
  committedAt: isoOf(committedAt),
  syncedAt: isoOf(syncedAt),
  attempts: mask.deep(item.attempts),
});
