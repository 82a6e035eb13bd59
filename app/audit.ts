/** Route of the audit trail. */
import { Hono } from "hono";
import { AUDIT_EVENTS, listEntries, sealedThrough, type TrailRow } from "../db/trail.ts";
import { asTenant, type Sql } from "../db/sql.ts";
import { readCursor, readLimit, writeCursor } from "./cursor.ts";
import type { AppEnv } from "./env.ts";
import { choiceOf, idOf, instantOf, textOf } from "./filters.ts";
import type { Guard } from "./guard.ts";
import { type Mask, maskFor } from "./mask.ts";
import { GUARDED, parameters, told } from "./shape.ts";
import { Entries } from "./sync_shapes.ts";
import { tenantOf } from "./tenant.ts";

const FILTERS = parameters({
  organizationId: "Required",
  eventType: AUDIT_EVENTS.join(", "),
  pfaId: "Of this record",
  userId: "By this user",
  from: "From here on",
  to: "Before; a day is included",
  limit: "1 to 1000; 100 when absent",
  cursor: "nextCursor of the page before",
});

export const audit = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().get(
    "/",
    told("Audit", "The append-only trail, newest first", { 200: Entries }, GUARDED),
    FILTERS,
    allow("query", "ManageSettings"),
    async (c) => {
      const filter = {
        eventType: choiceOf(c, "eventType", AUDIT_EVENTS),
        pfaId: textOf(c, "pfaId"),
        userId: idOf(c, "userId"),
        from: instantOf(c, "from"),
        to: instantOf(c, "to", "end"),
      };
      const organization = c.get("organization");
      const list = ["audit", organization.id, filter];
      const place = readCursor(list, c.req.query("cursor"), 2);
      const limit = readLimit(c.req.query("limit"));
      const before = place === undefined ? null : { moment: place[0]!, id: place[1]! };
      const [rows, through] = await asTenant(app, tenantOf(c), (tx) =>
        Promise.all([listEntries(tx, filter, { before, limit: limit + 1 }), sealedThrough(tx)]));
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return c.json({
        entries: shown.map((row) =>
          entryOf(row, maskFor(organization.permissions))
        ),
        chain: { sealedThrough: through?.toISOString() ?? null },
        nextCursor: rows.length > limit ? writeCursor(list, [last!.moment, last!.id]) : null,
      });
    },
  );

const entryOf = ({ moment: _, at, details, ...entry }: TrailRow, mask: Mask) => ({
  ...entry,
  at: at.toISOString(),
  details: mask.deep(details),
});
