/** A pointer that rests on a queued badge asks for its place in the line, for the tooltip. */
import { askPlace, isInLine } from "../details/place.ts";
import { BADGE_COLUMN, type GridState } from "./state.ts";
import { placeOf } from "./pointing.ts";

/** Shorter than browsers wait with a tooltip, longer than a pointer takes across a row. */
const REST_MS = 150;

let resting: ReturnType<typeof setTimeout> | undefined;

export function hover(grid: GridState, event: PointerEvent): void {
  const place = placeOf(event);
  clearTimeout(resting);
  const row = place?.column === BADGE_COLUMN ? grid.rowAt(place.at) : undefined;
  if (row === undefined || !isInLine(grid.records.sync(row))) return;
  resting = setTimeout(() => void look(grid, row), REST_MS);
}

async function look(grid: GridState, row: number): Promise<void> {
  const { organizationId } = grid.props.workplace;
  const shown = grid.records.sync(row);
  const placed = await askPlace(organizationId, grid.records.ids[row]!, shown);
  if (placed !== undefined && grid.records.sync(row) === shown) grid.records.setSync(row, placed);
}
