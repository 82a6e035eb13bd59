/** Route of the audit trail as a CSV file: what matches, a line for each field that was changed. */
import { Hono } from "hono";
import type { TrailRow } from "../db/trail.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { readEntries, TRAIL_FILTERS, trailFilterOf } from "./audit.ts";
import { type Entry, entryOf } from "./audit_entries.ts";
import type { CsvValue } from "./csv.ts";
import { csvAnswer } from "./csv_answer.ts";
import { csvPages, noteExport, PAGE } from "./csv_pages.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

const COLUMNS = [
  ...["id", "at", "eventType", "summary", "userName", "userId", "workerId", "pfaId", "field"],
  ...["from", "to", "reason", "jobId", "writeId", "modificationId", "details", "link"],
];

export const auditExport = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().get(
    "/audit.csv",
    told("Audit", "The entries that match, as CSV", { 200: "The file, streamed" }, GUARDED),
    parameters(TRAIL_FILTERS),
    allow("query", "ManageSettings"),
    async (c) => {
      const filter = trailFilterOf(c);
      const mask = await noteExport(app, c, { audit: filter });
      const pages = csvPages<TrailRow>({
        head: COLUMNS,
        read: (last) =>
          asTenant(
            app,
            tenantOf(c),
            (tx) => readEntries(tx, filter, { before: last ?? null, limit: PAGE }),
            "anew",
          ),
        rowsOf: (row) => cellsOf(entryOf(row, mask)),
      });
      return await csvAnswer(c, `audit-${c.get("organization").code}`, pages);
    },
  );

/** A line for each field; one for an entry without any. */
function cellsOf(entry: Entry): ReadonlyArray<ReadonlyArray<CsvValue>> {
  const { changes: _, reason = null, ...details } = entry.details;
  const changes = entry.changes.length === 0
    ? [{ field: null, from: null, to: null }]
    : entry.changes;
  return changes.map(({ field, from, to }) => [
    ...[entry.id, entry.at, entry.eventType, entry.summary, entry.userName, entry.userId],
    ...[entry.workerId, entry.pfaId, field, cell(from), cell(to), cell(reason)],
    ...[entry.jobId, entry.writeId, entry.modificationId, JSON.stringify(details), entry.link],
  ]);
}

const cell = (value: unknown): CsvValue =>
  value === null || ["string", "number", "boolean"].includes(typeof value)
    ? value as CsvValue
    : JSON.stringify(value);
