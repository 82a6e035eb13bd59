/** Routes of the audit trail. */
import { type Context, Hono } from "hono";
import {
  AUDIT_EVENTS,
  findCorrelation,
  listEntries,
  listPeople,
  type Place,
  sealedThrough,
  type TrailFilter,
  type TrailRow,
} from "../db/trail.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import { entryOf } from "./audit_entries.ts";
import { Entries, People } from "./audit_shapes.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { choicesOf, idOf, instantOf, textOf } from "./filters.ts";
import type { Guard } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

export const TRAIL_FILTERS = {
  organizationId: "Required",
  eventType: `One or several, separated by commas: ${AUDIT_EVENTS.join(", ")}`,
  pfaId: "Of this record",
  userId: "By this user",
  correlationId: "Everything of this job, write or modification",
  from: "From here on",
  to: "Before; a day is included",
};
const FILTERS = parameters({
  ...TRAIL_FILTERS,
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
});

export const audit = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>()
    .get(
      "/",
      told("Audit", "The append-only trail, newest first", { 200: Entries }, GUARDED),
      FILTERS,
      allow("query", "ManageSettings"),
      async (c) => {
        const filter = trailFilterOf(c);
        const organization = c.get("organization");
        const list = ["audit", organization.id, filter];
        const place = readCursor(list, c.req.query("cursor"), 2);
        const limit = readLimit(c.req.query("limit"));
        const before = place === undefined ? null : { moment: place[0]!, id: place[1]! };
        const { rows, through } = await asTenant(app, tenantOf(c), async (tx) => ({
          rows: await readEntries(tx, filter, { before, limit: limit + 1 }),
          through: await sealedThrough(tx),
        }), "anew");
        const shown = rows.slice(0, limit);
        const last = shown.at(-1);
        const mask = maskFor(organization.permissions);
        return c.json({
          entries: shown.map((row) => entryOf(row, mask)),
          chain: { sealedThrough: through?.toISOString() ?? null },
          nextCursor: rows.length > limit ? writeCursor(list, [last!.moment, last!.id]) : null,
        });
      },
    )
    .get(
      "/people",
      told("Audit", "Whoever is in the trail, by name", { 200: People }, GUARDED),
      parameters({ organizationId: "Required" }),
      allow("query", "ManageSettings"),
      async (c) =>
        c.json({ people: await asTenant(app, tenantOf(c), (tx) => listPeople(tx), "anew") }),
    );

/** The filter as it was asked for: what the id names is found when entries are read. */
export type AskedTrail = Omit<TrailFilter, "of"> & { readonly correlationId: string | null };

/** The filters in the query. Throws 400 naming one that cannot be used. */
export const trailFilterOf = (c: Context<AppEnv>): AskedTrail => ({
  events: choicesOf(c, "eventType", AUDIT_EVENTS),
  pfaId: textOf(c, "pfaId"),
  userId: idOf(c, "userId"),
  correlationId: idOf(c, "correlationId"),
  from: instantOf(c, "from"),
  to: instantOf(c, "to", "end"),
});

/** A page of what matches; nothing where the id names nothing of the organization. */
export async function readEntries(
  tx: Tx,
  { correlationId, ...filter }: AskedTrail,
  page: { readonly before: Place | null; readonly limit: number },
): Promise<ReadonlyArray<TrailRow>> {
  if (correlationId === null) return await listEntries(tx, { ...filter, of: null }, page);
  const of = await findCorrelation(tx, correlationId);
  return of === undefined ? [] : await listEntries(tx, { ...filter, of }, page);
}
