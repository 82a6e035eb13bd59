/** Route of bulk operations: one change to many records, previewed, then saved as drafts. */
import { Hono } from "hono";
import { openConflictsOf } from "../db/conflict_list.ts";
import { lockDrafts, readBases } from "../db/drafts.ts";
import { matchingIds, type RecordFilter } from "../db/records.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import { type BulkOperation, fieldsOf } from "../domain/bulk.ts";
import { readDate } from "../domain/dates.ts";
import { readMoney } from "../domain/money.ts";
import { type Fate, fateOf, type Planning, reportOf } from "./bulk_planning.ts";
import { BulkReport, BulkRequest } from "./bulk_shapes.ts";
import { saveEdits } from "./drafting.ts";
import { readEdits, requireField, requirePermission } from "./edit.ts";
import type { AppEnv, Membership } from "./env.ts";
import type { Guard } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { broken, invalid, Problem } from "./problem.ts";
import { MOST_DRAFTS } from "./record_shapes.ts";
import { body, GUARDED, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

export const bulk = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().post(
    "/bulk",
    told(
      "Drafts",
      "One operation on up to 5,000 records, as drafts: records it cannot change are left alone and named; all others or none",
      { 200: BulkReport },
      [...GUARDED, "moved_on", "too_large", "rule"],
    ),
    allow("body", "Read", "SaveDraft"),
    body(BulkRequest),
    async (c) => {
      const asked = c.req.valid("json");
      const { preview = false, withDrafts = false } = asked;
      const organization = c.get("organization");
      const planning: Planning = {
        operation: readOperation(asked.operation, organization),
        withDrafts,
        changeReason: asked.changeReason?.trim() || null,
      };
      const filter = readFilter(asked.records);
      const tenant = tenantOf(c);
      const pfaIds = await asTenant(
        app,
        tenant,
        (tx) => matching(tx, tenant.userId, filter),
        "anew",
      );
      const { fates, drafts } = await asTenant(app, tenant, async (tx) => {
        await lockDrafts(tx, tenant);
        const fates = await fatesOf(tx, tenant.userId, { pfaIds, planning });
        if (preview) return { fates, drafts: [] };
        const changes = fates.filter((fate) => fate._tag === "Changes");
        requireExpected(asked.expected, changes.length);
        const saved = await saveEdits(tx, tenant, changes.map(({ edit }) => edit));
        const drafts = saved.map((draft, nth) => ({ ...draft, merged: changes[nth]!.merged }));
        return { fates, drafts };
      }, "lookups");
      const { permissions } = organization;
      const telling = { preview, permissions, mask: maskFor(permissions) };
      return c.json({ ...reportOf(fates, telling), drafts });
    },
  );

/** Throws 422 when more match than one request changes. */
async function matching(
  tx: Tx,
  viewer: string,
  filter: RecordFilter,
): Promise<ReadonlyArray<string>> {
  const found = await matchingIds(tx, viewer, filter, MOST_DRAFTS + 1);
  if (found.length > MOST_DRAFTS) {
    const message = `More than ${MOST_DRAFTS} records match: narrow them down`;
    throw broken([{ path: "records", message }]);
  }
  return found;
}

async function fatesOf(
  tx: Tx,
  userId: string,
  { pfaIds, planning }: { readonly pfaIds: ReadonlyArray<string>; readonly planning: Planning },
): Promise<ReadonlyArray<Fate>> {
  const wanted = pfaIds.map((pfaId) => ({ pfaId, baseVersion: null }));
  const bases = await readBases(tx, userId, wanted);
  const conflicts = await openConflictsOf(tx, pfaIds);
  return pfaIds.map((pfaId) =>
    fateOf(pfaId, { basis: bases.get(pfaId), conflictId: conflicts.get(pfaId) }, planning)
  );
}

/** Throws 409: what was reviewed is no longer what would be saved. */
function requireExpected(expected: number | undefined, changed: number): void {
  if (expected === undefined || expected === changed) return;
  throw new Problem(
    "moved_on",
    `Records have changed since the preview: ${changed} would change now, not ${expected}`,
  );
}

/** Throws 403 for fields one may not edit, 400 for unknown ones, 422 for values that cannot be. */
function readOperation(
  asked: BulkRequest["operation"],
  organization: Membership,
): BulkOperation {
  const operation = read(asked, organization);
  if (operation.kind === "discontinue") {
    requirePermission(organization, "Delete", "delete records");
  }
  for (const name of fieldsOf(operation)) requireField(organization, name);
  if (operation.kind === "set" && Object.keys(operation.edits).length === 0) {
    throw invalid([{ path: "operation.changes", message: "Expected at least one field" }]);
  }
  return operation;
}

function read(asked: BulkRequest["operation"], organization: Membership): BulkOperation {
  switch (asked.kind) {
    case "shift":
      return { ...asked, ends: asked.ends ?? "both" };
    case "set_rate":
      requireField(organization, asked.field);
      return { ...asked, amount: amountOf(asked.amount, "amount") };
    case "scale_rate":
      return { ...asked, percent: decimalOf(asked.percent, "percent") };
    case "set": {
      const [edit] = readEdits([{ pfaId: "-", changes: asked.changes }], {
        single: true,
        organization,
      });
      return { kind: "set", edits: edit!.edits };
    }
    case "discontinue":
      return asked;
  }
}

function amountOf(value: number, path: string): string {
  const amount = decimalOf(value, path);
  if (amount.startsWith("-")) {
    throw broken([{ path: `operation.${path}`, message: `${path} must not be negative` }]);
  }
  return amount;
}

function decimalOf(value: number, path: string): string {
  const decimal = readMoney(value);
  if (decimal !== undefined) return decimal;
  const message = `${path} must be a number with at most 2 decimals`;
  throw broken([{ path: `operation.${path}`, message }]);
}

/** Throws 400 for a filter that lets everything through, and for days that do not exist. */
function readFilter(asked: BulkRequest["records"]): RecordFilter {
  const some = <A extends string>(values: ReadonlyArray<A> | undefined) =>
    values === undefined || values.length === 0 ? null : [...values];
  const filter: RecordFilter = {
    search: asked.search?.trim() || null,
    category: some(asked.category),
    class: some(asked.class),
    area: some(asked.area),
    source: some(asked.source),
    dor: some(asked.dor),
    status: some(asked.status),
    syncStatus: some(asked.syncStatus),
    startFrom: dayOf(asked.startFrom, "startFrom"),
    startTo: dayOf(asked.startTo, "startTo"),
    pfaIds: asked.pfaIds === undefined ? null : [...asked.pfaIds],
  };
  if (Object.values(filter).every((value) => value === null)) {
    const message = "Choose records first: a filter, or ids";
    throw invalid([{ path: "records", message }]);
  }
  return filter;
}

function dayOf(text: string | undefined, name: string): string | null {
  if (!text) return null;
  const day = readDate(text);
  if (day !== undefined) return day;
  const message = "Expected a date that exists, as YYYY-MM-DD";
  throw invalid([{ path: `records.${name}`, message }]);
}
