/** Routes of Sync History as CSV files: the jobs that match, and one job's changes with what became of each. */
import { Hono } from "hono";
import { type JobRow, listJobs } from "../db/job_list.ts";
import { type ItemRow, listItems } from "../db/jobs.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import type { CsvValue } from "./csv.ts";
import { csvAnswer } from "./csv_answer.ts";
import { csvPages, noteExport, PAGE } from "./csv_pages.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, signedIn } from "./guard.ts";
import { itemOf, JOB_FILTERS, jobFilterOf, jobOf, ownerOf, requireFound } from "./jobs.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

const OUTCOMES = ["synced", "queued", "syncing", "unknown", "conflict", "failed", "discarded"];
const JOB_COLUMNS = [
  ...["jobId", "kind", "status", "userName", "reason", "createdAt", "startedAt", "finishedAt"],
  ...["durationMs", "total", "done", ...OUTCOMES, "error"],
];
const ITEM_COLUMNS = [
  ...["pfaId", "modificationId", "userName", "operation", "status", "field", "from", "to"],
  ...["changeReason", "baseVersion", "pemsVersion", "committedAt", "syncedAt", "attempts"],
  ...["lastStatus", "lastOutcome", "error"],
];

export const jobExports = (app: Sql, { allow, requireOrganization }: Guard) =>
  new Hono<AppEnv>()
    .get(
      "/sync-jobs.csv",
      told("Sync", "The jobs that match, as CSV", { 200: "The file, streamed" }, GUARDED),
      parameters(JOB_FILTERS),
      allow("query", "Export"),
      async (c) => {
        const filter = jobFilterOf(c);
        const mask = await noteExport(app, c, { jobs: filter });
        const pages = csvPages<JobRow>({
          head: JOB_COLUMNS,
          read: (last) =>
            asTenant(
              app,
              tenantOf(c),
              (tx) => listJobs(tx, { ...filter, before: last?.id ?? null, limit: PAGE }),
              "anew",
            ),
          rowsOf: (row) => [jobCells(jobOf(row, mask))],
        });
        return await csvAnswer(c, `sync-history-${c.get("organization").code}`, pages);
      },
    )
    .get(
      "/sync-jobs/:id/items.csv",
      told("Sync", "One job's changes by field, as CSV", { 200: "The file, streamed" }, [
        ...GUARDED,
        "unknown",
      ]),
      signedIn,
      async (c) => {
        const id = c.req.param("id");
        const found = await requireFound(c, await ownerOf(app, id), requireOrganization);
        await requireOrganization(c, found.id, "Export");
        const mask = await noteExport(app, c, { job: id });
        const pages = csvPages<ItemRow>({
          head: ITEM_COLUMNS,
          read: (last) =>
            asTenant(
              app,
              tenantOf(c),
              (tx) =>
                listItems(tx, id, { modificationId: null, after: last?.nth ?? null, limit: PAGE }),
            ),
          rowsOf: (row) => itemCells(itemOf(row, mask)),
        });
        return await csvAnswer(c, `sync-job-${id}`, pages);
      },
    );

const jobCells = (job: ReturnType<typeof jobOf>): ReadonlyArray<CsvValue> => [
  ...[job.id, job.kind, job.status, job.userName, job.reason],
  ...[job.createdAt, job.startedAt, job.finishedAt, job.durationMs, job.total, job.done],
  ...OUTCOMES.map((status) => job.counts[status] ?? 0),
  job.error,
];

type Sent = { readonly status: number | null; readonly outcome: string };

/** A line for each field; one for a change without any. */
function itemCells(item: ReturnType<typeof itemOf>): ReadonlyArray<ReadonlyArray<CsvValue>> {
  const { pfaId, modificationId, userName, operation, status } = item;
  const attempts = item.attempts as ReadonlyArray<Sent>;
  const last = attempts.at(-1);
  const fields = Object.entries(item.changes);
  return (fields.length === 0 ? [["", { from: null, to: null }] as const] : fields).map((
    [field, { from, to }],
  ) => [
    ...[pfaId, modificationId, userName, operation, status, field, from, to],
    ...[item.changeReason, item.baseVersion, item.pemsVersion, item.committedAt, item.syncedAt],
    ...[attempts.length, last?.status ?? null, last?.outcome ?? null, item.error],
  ]);
}
