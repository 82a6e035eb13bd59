/** Routes of Sync History as CSV files: the jobs that match, and one job's changes with what became of each. */
import { type Context, Hono } from "hono";
import { record } from "../db/audit.ts";
import { type ItemRow, type JobRow, listItems, listJobs } from "../db/jobs.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { BYTE_ORDER_MARK, csvLines, type CsvValue } from "./csv.ts";
import { csvAnswer } from "./csv_answer.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, signedIn } from "./guard.ts";
import { itemOf, JOB_FILTERS, jobFilterOf, jobOf, ownerOf, requireFound } from "./jobs.ts";
import { maskFor, seesMoney } from "./mask.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

const PAGE = 1000;
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
        const { mask } = await noted(app, c, { jobs: filter });
        const pages = pagesOf<JobRow>({
          head: JOB_COLUMNS,
          read: (last) =>
            asTenant(
              app,
              tenantOf(c),
              (tx) => listJobs(tx, { ...filter, before: last?.id ?? null, limit: PAGE }),
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
        const { mask } = await noted(app, c, { job: id });
        const pages = pagesOf<ItemRow>({
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

/** Audits the export, and says what its reader may see. */
async function noted(app: Sql, c: Context<AppEnv>, details: object) {
  const { permissions } = c.get("organization");
  const tenant = tenantOf(c);
  const money = seesMoney(permissions);
  await asTenant(
    app,
    tenant,
    (tx) => record(tx, [{ eventType: "EXPORT", ...tenant, details: { ...details, money } }]),
  );
  return { mask: maskFor(permissions) };
}

interface Pages<Row> {
  readonly head: ReadonlyArray<string>;
  /** The rows after this one, each page in a transaction of its own. */
  readonly read: (last: Row | undefined) => Promise<ReadonlyArray<Row>>;
  readonly rowsOf: (row: Row) => ReadonlyArray<ReadonlyArray<CsvValue>>;
}

async function* pagesOf<Row>({ head, read, rowsOf }: Pages<Row>): AsyncGenerator<string> {
  let before = BYTE_ORDER_MARK + csvLines([head]);
  let last: Row | undefined;
  for (;;) {
    const page = await read(last);
    yield before + csvLines(page.flatMap(rowsOf));
    if (page.length < PAGE) return;
    before = "";
    last = page.at(-1);
  }
}

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
