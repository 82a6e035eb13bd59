/** The way from GridLab to a bulk change in CommandDeck: the selected rows, or what the filters let through. */
import { handOver, PARAMETER } from "../deck/bulk/filter.ts";
import { addressOf, WHOLE } from "../records/shape.ts";
import type { GridState } from "./state.ts";

/** Goes there once every edit has been saved: the change is planned on what the server knows. */
export async function changeInBulk(grid: GridState): Promise<void> {
  await grid.saves.settled();
  const { organizationId, organizationCode } = grid.props.workplace;
  const { sort, descending, group, columns, widths } = WHOLE;
  const narrowed = { ...grid.view.shape.peek(), sort, descending, group, columns, widths };
  const address = addressOf(narrowed, new URL("/", location.href));
  const pfaIds = selected(grid);
  if (pfaIds.length > 1) handOver(organizationId, pfaIds);
  address.searchParams.set("org", organizationCode);
  address.searchParams.set(PARAMETER, pfaIds.length > 1 ? "selection" : "1");
  location.assign(address);
}

/** The records of the selected rows, where more than one is selected. */
function selected(grid: GridState): ReadonlyArray<string> {
  const range = grid.range.peek();
  if (range === undefined) return [];
  const pfaIds: string[] = [];
  for (let at = range.top; at <= range.bottom; at++) {
    const row = grid.rowAt(at);
    if (row !== undefined) pfaIds.push(grid.records.ids[row]!);
  }
  return pfaIds;
}
