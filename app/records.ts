/** Routes of records: the list, one of them, and the versions it had. */
import { Hono } from "hono";
import { listVersions } from "../db/history.ts";
import { placeOf } from "../db/places.ts";
import { findRecord, listFirst, listRecords, type ViewedRecord } from "../db/records.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import { wireRecord } from "../domain/pfa.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { type Guard, sessionOf } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { unknown } from "./problem.ts";
import { readRecordQuery, SORTS, STATUSES } from "./record_query.ts";
import { Page, Versions, View } from "./record_shapes.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";
import { viewOf } from "./view.ts";
import { DORS, SOURCES } from "../domain/pfa.ts";
import { VIEW_STATUSES } from "../domain/status.ts";

/** What narrows and orders records, wherever they are asked for. */
export const RECORD_FILTERS = {
  organizationId: "Required",
  search: "Words, each of which is in the id or any text field",
  category: "Exactly this; may be repeated",
  class: "Exactly this; may be repeated",
  area: "Exactly this areaSilo; may be repeated",
  source: SOURCES.join(", "),
  dor: DORS.join(", "),
  status: STATUSES.join(", "),
  syncStatus: VIEW_STATUSES.join(", "),
  startFrom: "forecastStart on or after this day",
  startTo: "forecastStart on or before this day",
  pfaIds: "Only these, separated by commas; at most 200",
  sort: SORTS.join(", "),
  order: "asc or desc",
};
const FILTERS = parameters({
  ...RECORD_FILTERS,
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
});
const OF_ONE = parameters({ organizationId: "Required" });
const OF_VERSIONS = parameters({ organizationId: "Required", limit: "1 to 1000", cursor: "" });

export const records = (app: Sql, { allow }: Guard, writeSync: boolean) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told("Records", "Records as one sees them", { 200: Page }, GUARDED),
      FILTERS,
      allow("query", "Read"),
      async (c) => {
        const organization = c.get("organization");
        const viewer = sessionOf(c).user.id;
        const asked = readRecordQuery(c, organization);
        const wanted = { ...asked, limit: asked.limit + 1 };
        const { records: page, total } = await asTenant(
          app,
          tenantOf(c),
          async (tx) =>
            asked.total === undefined
              ? await listFirst(tx, viewer, wanted)
              : { records: await listRecords(tx, viewer, wanted), total: asked.total },
          "anew",
        );
        const shown = page.slice(0, asked.limit);
        const nextCursor = page.length > asked.limit
          ? asked.cursorAfter(shown.at(-1)!, total)
          : null;
        return c.json({
          records: shown.map((record) => viewOf(record, organization)),
          nextCursor,
          total,
        });
      },
    )
    .get(
      "/:pfaId",
      told("Records", "One record as one sees it; queued, with its place in the line to PEMS", {
        200: View,
      }, [...GUARDED, "unknown"]),
      OF_ONE,
      allow("query", "Read"),
      async (c) => {
        const pfaId = c.req.param("pfaId");
        const found = await asTenant(
          app,
          tenantOf(c),
          async (tx) => {
            const record = await findRecord(tx, sessionOf(c).user.id, pfaId);
            return record && await placed(tx, record, writeSync);
          },
        );
        if (found === undefined) throw noRecord(pfaId);
        return c.json(viewOf(found, c.get("organization")));
      },
    )
    .get(
      "/:pfaId/history",
      told("Records", "Its versions, newest first", { 200: Versions }, [...GUARDED, "unknown"]),
      OF_VERSIONS,
      allow("query", "Read"),
      async (c) => {
        const pfaId = c.req.param("pfaId");
        const organization = c.get("organization");
        const list = ["history", organization.id, pfaId];
        const place = readCursor(list, c.req.query("cursor"), 1);
        const limit = readLimit(c.req.query("limit"));
        const before = place === undefined ? null : Number(place[0]);
        const versions = await asTenant(
          app,
          tenantOf(c),
          (tx) => listVersions(tx, pfaId, { before, limit: limit + 1 }),
        );
        if (versions.length === 0 && place === undefined) throw noRecord(pfaId);
        const mask = maskFor(organization.permissions);
        const shown = versions.slice(0, limit);
        return c.json({
          versions: shown.map((known) => ({
            version: known.version,
            data: mask.fields(wireRecord(known.record)),
            changedBy: known.modifiedBy,
            changeReason: known.changeReason && mask.text(known.changeReason),
            source: known.origin,
            at: new Date(known.updatedAt).toISOString(),
          })),
          nextCursor: versions.length > limit
            ? writeCursor(list, [String(shown.at(-1)!.version)])
            : null,
        });
      },
    );

const IN_LINE: ReadonlyArray<string> = ["queued", "retrying"];

/** The record with its place in the line; thousands in a list are not looked up, each would be a range of its own. */
async function placed(tx: Tx, record: ViewedRecord, writeSync: boolean): Promise<ViewedRecord> {
  if (!IN_LINE.includes(record.sync.status)) return record;
  const place = writeSync ? await placeOf(tx, record.pfaId) : { waitingFor: "switched_off" };
  return { ...record, sync: { ...record.sync, ...place } };
}

const noRecord = (pfaId: string) =>
  unknown(`This organization has no record ${pfaId.slice(0, 200)}`);
