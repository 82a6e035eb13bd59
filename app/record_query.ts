/** The query string of the record list, read into a filter, an order and a place. */
import type { Context } from "hono";
import { columnOf } from "../db/mirror.ts";
import type { RecordFilter, RecordOrder, RecordPage } from "../db/records.ts";
import { readDate } from "../domain/dates.ts";
import { DORS, FIELD_NAMES, type FieldName, FIELDS, MONEY_FIELDS, SOURCES } from "../domain/pfa.ts";
import { VIEW_STATUSES } from "../domain/status.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv, Membership } from "./env.ts";
import { seesMoney } from "./mask.ts";
import { type FieldError, forbidden, invalid } from "./problem.ts";

export const STATUSES = ["active", "actualized", "discontinued"] as const;
export const SORTS = ["pfaId", "version", "updatedAt", ...FIELD_NAMES];
const MOST_IDS = 200;

const TYPES = { text: "text", choice: "text", money: "numeric", date: "date", flag: "bool" };

export interface RecordQuery extends RecordPage {
  /** The total as the first page counted it. */
  readonly total: number | undefined;
  /** The cursor of the page that begins after this record. */
  cursorAfter(last: { readonly key: string | null; readonly pfaId: string }, total: number): string;
}

/** Throws 403 for sorting by money unseen, 400 naming each parameter that cannot be used. */
export function readRecordQuery(c: Context<AppEnv>, organization: Membership): RecordQuery {
  const order = readOrder(c, organization);
  const filter = readFilter(c);
  const list = [organization.id, order, filter];
  const place = readCursor(list, c.req.query("cursor"), 3);
  const total = place === undefined ? undefined : Number(place[2]);
  if (place !== undefined && (place[1] === null || !Number.isInteger(total))) {
    throw invalid([{ path: "cursor", message: "This is no cursor" }]);
  }
  return {
    filter,
    order,
    after: place && { key: place[0]!, pfaId: place[1]! },
    limit: readLimit(c.req.query("limit")),
    total,
    cursorAfter: ({ key, pfaId }, count) => writeCursor(list, [key, pfaId, String(count)]),
  };
}

function readOrder(c: Context<AppEnv>, { permissions, code }: Membership): RecordOrder {
  const sort = c.req.query("sort") ?? "pfaId";
  const order = c.req.query("order") ?? "asc";
  if (!SORTS.includes(sort)) {
    throw invalid([{ path: "sort", message: `Expected one of ${SORTS.join(", ")}` }]);
  }
  if (MONEY_FIELDS.includes(sort as FieldName) && !seesMoney(permissions)) {
    throw forbidden(`You need the permission ViewFinancials in ${code} to sort by ${sort}`);
  }
  if (order !== "asc" && order !== "desc") {
    throw invalid([{ path: "order", message: "Expected asc or desc" }]);
  }
  const descending = order === "desc";
  if (sort === "pfaId") return { column: "pfa_id", type: "text", descending };
  if (sort === "version") return { column: "version", type: "int4", descending };
  if (sort === "updatedAt") return { column: "updated_at", type: "timestamptz", descending };
  const name = sort as FieldName;
  return { column: columnOf(name), type: TYPES[FIELDS[name].kind], descending };
}

function readFilter(c: Context<AppEnv>): RecordFilter {
  const errors: FieldError[] = [];
  const texts = (name: string) => {
    const values = (c.req.queries(name) ?? []).filter(Boolean);
    if (values.some((value) => value.includes("\0") || value.length > 500)) {
      errors.push({ path: name, message: "Expected text of at most 500 characters" });
    }
    return values.length === 0 ? null : values;
  };
  const oneOf = (name: string, choices: ReadonlyArray<string>) => {
    const values = texts(name)?.flatMap((value) => value.split(",")) ?? null;
    if (values?.some((value) => !choices.includes(value))) {
      errors.push({ path: name, message: `Expected one of ${choices.join(", ")}` });
    }
    return values;
  };
  const day = (name: string) => {
    const value = c.req.query(name);
    if (!value) return null;
    const date = readDate(value);
    if (date === undefined) {
      errors.push({ path: name, message: "Expected a date that exists, as YYYY-MM-DD" });
    }
    return date ?? null;
  };
  const filter: RecordFilter = {
    search: texts("search")?.[0]?.trim() || null,
    category: texts("category"),
    class: texts("class"),
    area: texts("area"),
    source: oneOf("source", SOURCES),
    dor: oneOf("dor", DORS),
    status: oneOf("status", STATUSES),
    syncStatus: oneOf("syncStatus", VIEW_STATUSES),
    startFrom: day("startFrom"),
    startTo: day("startTo"),
    pfaIds: ids(c.req.query("pfaIds"), errors),
  };
  if (errors.length > 0) throw invalid(errors);
  return filter;
}

/** `pfaIds=a,b,c`: the records named, wherever they are in the list. */
function ids(named: string | undefined, errors: FieldError[]): string[] | null {
  if (named === undefined) return null;
  const pfaIds = named.split(",").filter(Boolean);
  if (pfaIds.length > MOST_IDS || named.includes("\0")) {
    errors.push({ path: "pfaIds", message: `Expected at most ${MOST_IDS} ids` });
  }
  return pfaIds;
}
