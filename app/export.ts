/** Route of the records as a CSV file, page by page: however many there are, few are held. */
import { type Context, Hono } from "hono";
import { record } from "../db/audit.ts";
import { countRecords, listRecords, type ViewedRecord } from "../db/records.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { FIELD_NAMES, FIELDS } from "../domain/pfa.ts";
import { BYTE_ORDER_MARK, csvLines } from "./csv.ts";
import { csvAnswer } from "./csv_answer.ts";
import type { AppEnv, Membership } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { seesMoney } from "./mask.ts";
import { readRecordQuery } from "./record_query.ts";
import { RECORD_FILTERS } from "./records.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";
import { viewOf } from "./view.ts";

/** In an order without an index each page costs a sort of all: 50,000 records took 14 s in pages of 500. */
const PAGE = 2000;
export const CSV_COLUMNS = ["pfaId", "version", "syncStatus", ...FIELD_NAMES] as const;

export const exports = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().get(
    "/export.csv",
    told("Records", "Records as one sees them, as CSV", { 200: "The file, streamed" }, GUARDED),
    parameters(RECORD_FILTERS),
    allow("query", "Export"),
    async (c) => {
      const { filter, order } = readRecordQuery(c, c.get("organization"));
      const tenant = tenantOf(c);
      await asTenant(app, tenant, async (tx) => {
        const records = await countRecords(tx, tenant.userId, filter);
        const money = seesMoney(c.get("organization").permissions);
        await record(tx, [{ eventType: "EXPORT", ...tenant, details: { records, filter, money } }]);
      });
      const pages = pagesOf(app, c, { filter, order });
      return await csvAnswer(c, `pfa-${c.get("organization").code}`, pages);
    },
  );

/** Each page in a transaction of its own: a slow reader holds no connection. */
async function* pagesOf(
  app: Sql,
  c: Context<AppEnv>,
  asked: Pick<ReturnType<typeof readRecordQuery>, "filter" | "order">,
): AsyncGenerator<string> {
  const organization = c.get("organization");
  const viewer = sessionOf(c).user.id;
  let head = BYTE_ORDER_MARK + csvLines([[...CSV_COLUMNS]]);
  let after: { readonly key: string | null; readonly pfaId: string } | undefined;
  for (;;) {
    const page = await asTenant(
      app,
      tenantOf(c),
      (tx) => listRecords(tx, viewer, { ...asked, after, limit: PAGE }),
      "anew",
    );
    yield head + csvLines(page.map((one) => cellsOf(one, organization)));
    if (page.length < PAGE) return;
    head = "";
    const last = page.at(-1)!;
    after = { key: last.key, pfaId: last.pfaId };
  }
}

function cellsOf(viewed: ViewedRecord, organization: Membership) {
  const { pfaId, version, data, sync } = viewOf(viewed, organization);
  const values = FIELD_NAMES.map((name) =>
    FIELDS[name].kind === "date" ? String(data[name] ?? "").slice(0, 10) : data[name]
  );
  return [pfaId, version, sync.status, ...values];
}
