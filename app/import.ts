/** Route that takes a CSV file of changes: told row by row first, then saved as drafts, all of it or nothing. */
import { type Context, Hono } from "hono";
import { record } from "../db/audit.ts";
import { lockDrafts, readBases, type Wanted } from "../db/drafts.ts";
import { asTenant, type Sql, type Tenant } from "../db/sql.ts";
import { readCsv } from "./csv.ts";
import { type SavedDraft, saveEdits } from "./drafting.ts";
import type { AppEnv } from "./env.ts";
import type { Guard } from "./guard.ts";
import { isTarget, type Target, targetOf } from "./import_cells.ts";
import { ImportReport, type ImportRow } from "./import_shapes.ts";
import {
  type FileRow,
  fileRows,
  type Judged,
  judgeRow,
  type Judging,
  readVersion,
} from "./importing.ts";
import { maskFor } from "./mask.ts";
import { broken, type FieldError, invalid, Problem } from "./problem.ts";
import { MOST_DRAFTS } from "./record_shapes.ts";
import { GUARDED, parameters, textBody, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

/** Rows told of; counts are of all. */
const MOST_TOLD = 1000;
const MOST_ROWS = 50_000;
const NO_ID = "One column must be the record's id, pfaId";

const PARAMETERS = parameters({
  organizationId: "Required",
  preview: "true: tells what would change and saves nothing",
  columns:
    "What each column of the file is, in order, separated by commas; by its header when absent",
  dates: "month or day: which comes first in dates with slashes; month when absent",
});

export const imports = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().post(
    "/import",
    told("Records", "Changes from a CSV file, as drafts: all rows or none", { 200: ImportReport }, [
      ...GUARDED,
      "too_large",
      "media_type",
      "rule",
    ]),
    PARAMETERS,
    textBody("text/csv", "A header and rows, at most 4 MB; UTF-8"),
    allow("query", "Import"),
    async (c) => {
      const { header, columns, rows } = await readFile(c);
      const preview = flagOf(c, "preview");
      const judging: Judging = { organization: c.get("organization"), order: orderOf(c) };
      if (!columns.includes("pfaId")) {
        if (!preview) throw invalid([{ path: "columns", message: NO_ID }]);
        // The columns are told, so that one of them can be named.
        const nothing = { judged: [], drafts: [] };
        return c.json(reportOf({ preview, header, columns, ...nothing }, judging));
      }
      const tenant = tenantOf(c);
      const { judged, drafts } = await asTenant(app, tenant, async (tx) => {
        await lockDrafts(tx, tenant);
        const bases = await readBases(tx, tenant.userId, wantedOf(rows));
        const judged = rows.map((row) => judgeRow(row, bases.get(row.pfaId), judging));
        if (preview) return { judged, drafts: [] };
        const edits = usable(judged);
        const drafts = await saveEdits(tx, tenant, edits);
        await record(tx, [importOf(tenant, judged)]);
        return { judged, drafts };
      }, "lookups");
      return c.json(reportOf({ preview, header, columns, judged, drafts }, judging));
    },
  );

/** Each record once, at the version that its first row says. */
function wantedOf(rows: ReadonlyArray<FileRow>): ReadonlyArray<Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { pfaId, version } of rows) {
    if (wanted.has(pfaId)) continue;
    wanted.set(pfaId, { pfaId, baseVersion: readVersion(version) || null });
  }
  return [...wanted.values()];
}

/** Throws 415, 400 for what is no table, and for columns without the record's id. */
async function readFile(c: Context<AppEnv>) {
  if (!/^text\/csv\b/i.test(c.req.header("content-type") ?? "")) {
    throw new Problem("media_type", "Send the file as text/csv");
  }
  const table = parsed(await c.req.text());
  const [header = [], ...body] = table;
  if (body.length === 0) throw invalid([{ path: "csv", message: "The file has no rows" }]);
  if (body.length > MOST_ROWS) {
    throw invalid([{ path: "csv", message: `Expected at most ${MOST_ROWS} rows` }]);
  }
  const columns = columnsOf(c.req.query("columns"), header);
  return { header, columns, rows: fileRows(body, columns) };
}

function parsed(text: string) {
  if (text.includes("\0")) throw invalid([{ path: "csv", message: "The file holds binary data" }]);
  try {
    return readCsv(text);
  } catch (error) {
    throw invalid([{ path: "csv", message: `The file is no CSV: ${(error as Error).message}` }]);
  }
}

function columnsOf(
  named: string | undefined,
  header: ReadonlyArray<string>,
): ReadonlyArray<Target | null> {
  const columns = named === undefined
    ? header.map(targetOf)
    : named.split(",").map((name) => name === "" ? null : name);
  const used = columns.filter((name) => name !== null);
  const wrong = used.find((name) => !isTarget(name)) ??
    used.find((name, at) => used.indexOf(name) !== at);
  const message = columns.length !== header.length
    ? `Expected ${header.length} columns, as the file has`
    : wrong !== undefined
    ? `Expected each field once at most, found ${wrong.slice(0, 100)}`
    : undefined;
  if (message !== undefined) throw invalid([{ path: "columns", message }]);
  return columns as ReadonlyArray<Target | null>;
}

function flagOf(c: Context<AppEnv>, name: string): boolean {
  const value = c.req.query(name) ?? "false";
  if (value === "true" || value === "false") return value === "true";
  throw invalid([{ path: name, message: "Expected true or false" }]);
}

function orderOf(c: Context<AppEnv>): "month" | "day" {
  const order = c.req.query("dates") ?? "month";
  if (order === "month" || order === "day") return order;
  throw invalid([{ path: "dates", message: "Expected month or day" }]);
}

/** The edits of the changed rows. Throws 403 for a field that the member may not edit, 422 for whatever else is wrong. */
function usable(judged: ReadonlyArray<Judged>) {
  const errors: FieldError[] = judged.flatMap(({ report: { row, message, cells } }) => [
    ...(message ? [{ path: `rows.${row}`, message }] : []),
    ...cells.filter(({ status }) => status === "invalid")
      .map((cell) => ({ path: `rows.${row}.${cell.field}`, message: cell.message! })),
  ]);
  const forbidden = errors.find(({ message }) => message.startsWith("You need the permission"));
  if (forbidden) throw new Problem("forbidden", forbidden.message, errors.slice(0, 100));
  if (errors.length > 0) throw broken(errors.slice(0, MOST_TOLD));
  const edits = judged.flatMap(({ edit }) => edit ?? []);
  if (edits.length > MOST_DRAFTS) {
    throw invalid([{ path: "csv", message: `Expected at most ${MOST_DRAFTS} changed rows` }]);
  }
  return edits;
}

const countOf = (judged: ReadonlyArray<Judged>, status: ImportRow["status"]) =>
  judged.filter(({ report }) => report.status === status).length;

const importOf = (tenant: Tenant, judged: ReadonlyArray<Judged>) => ({
  eventType: "IMPORT" as const,
  ...tenant,
  details: { rows: judged.length, changed: countOf(judged, "changed") },
});

interface Imported {
  readonly preview: boolean;
  readonly header: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<Target | null>;
  readonly judged: ReadonlyArray<Judged>;
  readonly drafts: ReadonlyArray<SavedDraft>;
}

function reportOf(
  { preview, header, columns, judged, drafts }: Imported,
  { organization }: Judging,
): ImportReport {
  const mask = maskFor(organization.permissions);
  const told = judged.filter(({ report }) => report.status !== "unchanged").slice(0, MOST_TOLD);
  return {
    preview,
    columns: header.map((text, at) => ({ header: text, field: columns[at]! })),
    counts: {
      changed: countOf(judged, "changed"),
      unchanged: countOf(judged, "unchanged"),
      new: countOf(judged, "new"),
      invalid: countOf(judged, "invalid"),
    },
    rows: told.map(({ report }) => ({
      ...report,
      cells: report.cells.map((cell) =>
        cell.message === undefined ? cell : { ...cell, message: mask.text(cell.message) }
      ),
    })),
    drafts,
  };
}
