/** Records as a planner sees them: the mirror, every pending committed modification, and the own draft. */
import { FIELD_NAMES, type FieldName } from "../domain/pfa.ts";
import type { SyncState } from "../domain/status.ts";
import { columnOf } from "./mirror.ts";
import { recordOf, type Row, syncOf, type SyncRow, type ViewedRecord } from "./record_rows.ts";
import type { Tx } from "./sql.ts";
export type { ViewedRecord };

/** Each absent (null) filter lets everything through; dates are civil and inclusive, about forecastStart. */
export interface RecordFilter {
  readonly search: string | null;
  readonly category: string[] | null;
  readonly class: string[] | null;
  readonly area: string[] | null;
  readonly source: string[] | null;
  readonly dor: string[] | null;
  readonly status: string[] | null;
  readonly syncStatus: string[] | null;
  readonly startFrom: string | null;
  readonly startTo: string | null;
  readonly pfaIds: string[] | null;
}

export interface RecordOrder {
  /** A column of the mirror, and the type its values are compared by. */
  readonly column: string;
  readonly type: string;
  readonly descending: boolean;
}

export interface RecordPage {
  readonly filter: RecordFilter;
  readonly order: RecordOrder;
  /** The last record of the page before. */
  readonly after: { readonly key: string | null; readonly pfaId: string } | undefined;
  readonly limit: number;
}

/** The records of one page, in order; values not set come last either way. */
export async function listRecords(
  tx: Tx,
  viewer: string,
  { filter, order, after, limit }: RecordPage,
): Promise<ReadonlyArray<ViewedRecord>> {
  const rows = await tx<Array<{ pfa_id: string }>>`
    with ${overlay(tx, viewer, { filter, order })}
    select v.pfa_id from ${viewed(tx, { filter, order })} v
    where ${matching(tx, filter, viewer)} and ${beyond(tx, order, after)}
    order by ${ordering(tx, order)}
    limit ${limit}`;
  return await readWhole(tx, viewer, { order, pfaIds: rows.map((row) => row.pfa_id) });
}

const isOpen = (filter: RecordFilter): boolean =>
  Object.values(filter).every((value) => value === null);

/** The first page and how many records there are in all, by one look at each. */
export async function listFirst(
  tx: Tx,
  viewer: string,
  page: Omit<RecordPage, "after">,
): Promise<{ readonly records: ReadonlyArray<ViewedRecord>; readonly total: number }> {
  const { filter, order, limit } = page;
  if (isOpen(filter)) {
    const [records, total] = await Promise.all([
      listRecords(tx, viewer, { ...page, after: undefined }),
      countRecords(tx, viewer, filter),
    ]);
    return { records, total };
  }
  const rows = await tx<Array<{ pfa_id: string; total: number }>>`
    with ${overlay(tx, viewer, { filter, order })},
    matched as materialized (
      select v.pfa_id ${order.column === "pfa_id" ? tx`` : tx`, v.${tx(order.column)}`}
      from ${viewed(tx, { filter, order })} v
      where ${matching(tx, filter, viewer)}
    )
    select v.pfa_id, (select count(*)::int from matched) as total from matched v
    order by ${ordering(tx, order)}
    limit ${limit}`;
  const pfaIds = rows.map((row) => row.pfa_id);
  return {
    records: await readWhole(tx, viewer, { order, pfaIds }),
    total: rows[0]?.total ?? 0,
  };
}

interface Chosen {
  readonly pfaIds: string[];
  readonly order: RecordOrder;
}

/** These records in this order, with all that is pending on them and their badges. */
async function readWhole(
  tx: Tx,
  viewer: string,
  { pfaIds, order }: Chosen,
): Promise<ReadonlyArray<ViewedRecord>> {
  const rows = await tx<Row[]>`
    with overlay as materialized (
      select * from record_overlays(${viewer}::uuid) where pfa_id = any(${pfaIds}::text[])
    )
    select v.*, v.${tx(order.column)}::text as sort_key, s.*,
      case when o.pfa_id is not null then to_jsonb(m) end as mirror
    from unnest(${pfaIds}::text[]) with ordinality page (pfa_id, nth)
    join pfa_mirror m on m.organization_id = (select current_organization())
      and m.pfa_id = page.pfa_id
    left join overlay o on o.pfa_id = page.pfa_id
    cross join lateral jsonb_populate_record(m, coalesce(o.fields, '{}')) v
    left join lateral record_sync(page.pfa_id, ${viewer}::uuid) s on true
    order by page.nth`;
  return rows.map(recordOf);
}

/** How many records the filter lets through. */
export async function countRecords(tx: Tx, viewer: string, filter: RecordFilter): Promise<number> {
  const [row] = isOpen(filter)
    ? await tx<[{ count: number }]>`
      select coalesce(sum(records), 0)::int as count from mirror_size`
    : await tx<[{ count: number }]>`
      with ${overlay(tx, viewer, { filter })}
      select count(*)::int from ${viewed(tx, { filter })} v where ${matching(tx, filter, viewer)}`;
  return row.count;
}

/** The ids that the filter lets through, in order; at most so many. */
export async function matchingIds(
  tx: Tx,
  viewer: string,
  filter: RecordFilter,
  limit: number,
): Promise<ReadonlyArray<string>> {
  const rows = await tx<Array<{ pfa_id: string }>>`
    with ${overlay(tx, viewer, { filter })}
    select v.pfa_id from ${viewed(tx, { filter })} v where ${matching(tx, filter, viewer)}
    order by v.pfa_id limit ${limit}`;
  return rows.map((row) => row.pfa_id);
}

/** One record; undefined when the organization has none of that id. */
export async function findRecord(
  tx: Tx,
  viewer: string,
  pfaId: string,
): Promise<ViewedRecord | undefined> {
  const rows = await tx<Row[]>`
    with overlay as materialized (
      select * from record_overlays(${viewer}::uuid) where pfa_id = ${pfaId}
    )
    select v.*, null as sort_key, s.*, case when v.overlaid then (
      select to_jsonb(m) from pfa_mirror m
      where m.organization_id = v.organization_id and m.pfa_id = v.pfa_id) end as mirror
    from ${viewed(tx)} v left join lateral record_sync(v.pfa_id, ${viewer}::uuid) s on true
    where v.pfa_id = ${pfaId}`;
  return rows[0] && recordOf(rows[0]);
}

/** What a list looks at before it knows its records. */
interface Look {
  readonly filter: RecordFilter;
  readonly order?: RecordOrder;
}

const SEARCHED: ReadonlyArray<FieldName> = [
  ...["description", "areaSilo", "category", "class", "forecastCategory"] as const,
  ...["manufacturer", "model", "contract", "equipment"] as const,
];
/** The fields that each filter looks at; the badge is no field, and hangs on whatever is pending. */
const LOOKED_AT: { readonly [name in keyof RecordFilter]: ReadonlyArray<FieldName> | undefined } = {
  search: SEARCHED,
  category: ["category"],
  class: ["class"],
  area: ["areaSilo"],
  source: ["source"],
  dor: ["dor"],
  status: ["isDiscontinued", "isActualized"],
  syncStatus: undefined,
  startFrom: ["forecastStart"],
  startTo: ["forecastStart"],
  pfaIds: [],
};

/** The fields whose pending values may change what the list is; undefined: any. */
function touching({ filter, order }: Look): FieldName[] | undefined {
  const fields = FIELD_NAMES.filter((name) => columnOf(name) === order?.column);
  for (const [name, value] of Object.entries(filter) as Array<[keyof RecordFilter, unknown]>) {
    if (value === null) continue;
    const looked = LOOKED_AT[name];
    if (looked === undefined) return undefined;
    fields.push(...looked);
  }
  return fields;
}

/** The table `overlay`: pending values that matter here. Of 10,000 pending few do. */
function overlay(tx: Tx, viewer: string, look: Look) {
  const fields = touching(look) ?? null;
  const { pfaIds } = look.filter;
  return tx`overlay as materialized (
    select * from record_overlays(${viewer}::uuid, ${fields}::text[])
    where ${pfaIds === null ? tx`true` : tx`pfa_id = any(${pfaIds}::text[])`})`;
}

/**
 * Few records have an overlay: the others come straight from the mirror, by its indexes. Where no pending value
 * matters all of them do.
 */
const viewed = (tx: Tx, look?: Look) =>
  look !== undefined && touching(look)?.length === 0
    ? tx`(
    select m.*, false as overlaid from pfa_mirror m
    where m.organization_id = (select current_organization())
  )`
    : tx`(
    select m.*, false as overlaid from pfa_mirror m
    where m.organization_id = (select current_organization())
      and not exists (select from overlay o where o.pfa_id = m.pfa_id)
    union all
    select r.*, true from overlay o
    join pfa_mirror m on m.organization_id = (select current_organization())
      and m.pfa_id = o.pfa_id,
    lateral jsonb_populate_record(m, o.fields) r
  )`;

const matching = (tx: Tx, filter: RecordFilter, viewer: string) =>
  tx`(
    ${searched(tx, filter.search)}
    and (${filter.category}::text[] is null or v.category = any(${filter.category}::text[]))
    and (${filter.class}::text[] is null or v.class = any(${filter.class}::text[]))
    and (${filter.area}::text[] is null or v.area_silo = any(${filter.area}::text[]))
    and (${filter.source}::text[] is null or v.source = any(${filter.source}::text[]))
    and (${filter.dor}::text[] is null or v.dor = any(${filter.dor}::text[]))
    and (${filter.status}::text[] is null or case when v.is_discontinued then 'discontinued'
      when v.is_actualized then 'actualized' else 'active' end = any(${filter.status}::text[]))
    and (${filter.startFrom}::text is null or v.forecast_start >= ${filter.startFrom}::text::date)
    and (${filter.startTo}::text is null or v.forecast_start <= ${filter.startTo}::text::date)
    and ${filter.pfaIds === null ? tx`true` : tx`v.pfa_id = any(${filter.pfaIds}::text[])`}
    and ${badged(tx, filter.syncStatus, viewer)}
  )`;

/** Every word counts, wherever it stands: so does the grid search. */
const searched = (tx: Tx, search: string | null) =>
  (search ?? "").split(/\s+/).filter(Boolean).reduce(
    (all, word) => tx`${all} and strpos(${searchText(tx)}, lower(${word}::text)) > 0`,
    tx`true`,
  );

/** An overlay may change what is kept with the mirror's row. */
const searchText = (tx: Tx) =>
  tx`case when v.overlaid then searchable(v.pfa_id, v.description, v.area_silo, v.category, v.class,
    v.forecast_category, v.manufacturer, v.model, v.contract, v.equipment) else v.search_text end`;

/** Whether the badge is one of these. What has no overlay is clean or synced: its badge need not be made to tell. */
function badged(tx: Tx, statuses: string[] | null, viewer: string) {
  if (statuses === null) return tx`true`;
  const [clean, synced] = [statuses.includes("clean"), statuses.includes("synced")];
  const known = tx`exists (
    select from pfa_modification d
    where d.organization_id = (select current_organization()) and d.pfa_id = v.pfa_id
      and d.sync_status = 'synced')`;
  const settled = clean === synced ? tx`${clean}::boolean` : clean ? tx`not ${known}` : known;
  return tx`case when v.overlaid
    then coalesce((select s.status from record_sync(v.pfa_id, ${viewer}::uuid) s), 'clean')
      = any(${statuses}::text[])
    else ${settled} end`;
}

const ordering = (tx: Tx, { column, descending }: RecordOrder) =>
  descending
    ? tx`v.${tx(column)} desc nulls last, v.pfa_id desc`
    : tx`v.${tx(column)} nulls last, v.pfa_id`;

/** What lies behind the cursor's record, nulls being last. */
function beyond(tx: Tx, { column, type, descending }: RecordOrder, after: RecordPage["after"]) {
  if (after === undefined) return tx`true`;
  const value = tx`${after.key}::text::${tx(type)}`;
  if (column === "pfa_id") {
    return descending ? tx`v.pfa_id < ${after.pfaId}` : tx`v.pfa_id > ${after.pfaId}`;
  }
  if (after.key === null) {
    return descending
      ? tx`v.${tx(column)} is null and v.pfa_id < ${after.pfaId}`
      : tx`v.${tx(column)} is null and v.pfa_id > ${after.pfaId}`;
  }
  return descending
    ? tx`(v.${tx(column)} < ${value} or v.${tx(column)} is null
      or v.${tx(column)} = ${value} and v.pfa_id < ${after.pfaId})`
    : tx`(v.${tx(column)} > ${value} or v.${tx(column)} is null
      or v.${tx(column)} = ${value} and v.pfa_id > ${after.pfaId})`;
}

/** Every record that is not at rest, for the viewer: own drafts and what is pending, with its badge. */
export async function unsettled(
  tx: Tx,
  viewer: string,
  limit: number,
): Promise<ReadonlyArray<{ readonly pfaId: string; readonly sync: SyncState }>> {
  const rows = await tx<Array<SyncRow & { pfa_id: string }>>`
    select o.pfa_id, s.* from (
      select distinct pfa_id from pfa_modification
      where organization_id = current_organization()
        and (sync_status in ('committed', 'queued', 'syncing', 'unknown', 'conflict', 'failed')
          or sync_status = 'draft' and user_id = ${viewer}::uuid)
      order by pfa_id limit ${limit}
    ) o, lateral record_sync(o.pfa_id, ${viewer}::uuid) s
    order by o.pfa_id`;
  return rows.map((row) => ({ pfaId: row.pfa_id, sync: syncOf(row) }));
}
