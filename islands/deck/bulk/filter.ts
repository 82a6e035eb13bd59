/** Which records a bulk change is about: GridLab's filters, or the rows selected there. */
import type { BulkRequest } from "../../../app/bulk_shapes.ts";
import { isNarrowed, readShape, type Shape } from "../../records/shape.ts";

type Records = BulkRequest["records"];

/** The page's address opens the dialog: with filters beside it, or with what was selected in GridLab. */
export const PARAMETER = "bulk";
const KEY = "bulk-selection";

/** Hands the rows selected in GridLab over to CommandDeck, in this tab; there may be too many for an address. */
export const handOver = (organizationId: string, pfaIds: ReadonlyArray<string>): void =>
  sessionStorage.setItem(KEY, JSON.stringify({ organizationId, pfaIds }));

/** What GridLab handed over, if it was of this organization. */
export function handedOver(organizationId: string): ReadonlyArray<string> {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  return kept?.organizationId === organizationId ? kept.pfaIds : [];
}

export const readFilters = (search: string): Shape =>
  readShape(Object.fromEntries(new URLSearchParams(search)));

/** Undefined while nothing narrows the records: everything is never meant. */
export function recordsOf(
  filters: Shape,
  selection: ReadonlyArray<string> | undefined,
): Records | undefined {
  if (selection !== undefined) return selection.length > 0 ? { pfaIds: selection } : undefined;
  if (!isNarrowed({ ...filters, search: filters.search.trim() })) return undefined;
  const { search, from, to } = filters;
  const some = (value: string) => value === "" ? undefined : [value];
  const lists = {
    category: some(filters.category),
    class: some(filters.class),
    area: some(filters.area),
    source: some(filters.source),
    dor: some(filters.dor),
    status: some(filters.state),
    syncStatus: filters.status === "attention" ? ["failed", "conflict"] : some(filters.status),
  };
  return {
    ...(search.trim() && { search: search.trim() }),
    ...(from && { startFrom: from }),
    ...(to && { startTo: to }),
    ...Object.fromEntries(Object.entries(lists).filter(([, values]) => values !== undefined)),
  } as Records;
}
