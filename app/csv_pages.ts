/** A list as a CSV file, read by keyset pages: whoever takes it is in the trail, and however long it is, little is held. */
import type { Context } from "hono";
import { record } from "../db/audit.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { BYTE_ORDER_MARK, csvLines, type CsvValue } from "./csv.ts";
import type { AppEnv } from "./env.ts";
import { type Mask, maskFor, seesMoney } from "./mask.ts";
import { tenantOf } from "./tenant.ts";

export const PAGE = 1000;

/** Audits the export, and says what its reader may see. */
export async function noteExport(app: Sql, c: Context<AppEnv>, details: object): Promise<Mask> {
  const { permissions } = c.get("organization");
  const tenant = tenantOf(c);
  const money = seesMoney(permissions);
  await asTenant(
    app,
    tenant,
    (tx) => record(tx, [{ eventType: "EXPORT", ...tenant, details: { ...details, money } }]),
  );
  return maskFor(permissions);
}

interface Pages<Row> {
  readonly head: ReadonlyArray<string>;
  /** At most PAGE rows after this one, each page in a transaction of its own. */
  readonly read: (last: Row | undefined) => Promise<ReadonlyArray<Row>>;
  readonly rowsOf: (row: Row) => ReadonlyArray<ReadonlyArray<CsvValue>>;
}

/** Texts of whole lines, the first with the head. */
export async function* csvPages<Row>({ head, read, rowsOf }: Pages<Row>): AsyncGenerator<string> {
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
