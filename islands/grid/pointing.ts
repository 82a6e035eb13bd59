/** The mouse and the clipboard in the sheet. */
import { BADGE_COLUMN, type GridState, HEADER, type Place } from "./state.ts";

function placeOf({ target }: Event): Place | undefined {
  const cell = (target as Element).closest<HTMLElement>("[data-column]");
  const row = cell?.closest<HTMLElement>("[data-at]");
  return cell && row
    ? { at: Number(row.dataset["at"]), column: Number(cell.dataset["column"]) }
    : undefined;
}

/** Puts the cursor where the pointer went down; an editor open elsewhere finishes first. The browser moves the focus. */
export function point(grid: GridState, event: PointerEvent): void {
  const place = placeOf(event);
  if (place === undefined || (event.target as Element).closest(".edited")) return;
  if (grid.editing.peek()) (document.activeElement as HTMLElement).blur();
  grid.cursor.value = place;
}

export function click(grid: GridState, event: MouseEvent): void {
  const place = placeOf(event);
  if (place === undefined) return;
  if (place.at === HEADER) grid.sortBy(place.column);
  else if (place.column === BADGE_COLUMN) grid.details.value = grid.rowAt(place.at);
  else if ((event.target as Element).closest(".tick")) grid.edit();
}

/** The cell's value for other programs; an open editor has its own clipboard. */
export function copy(grid: GridState, event: ClipboardEvent): void {
  const { at, column } = grid.cursor.peek();
  const row = grid.rowAt(at);
  if (row === undefined || grid.editing.peek()) return;
  const field = grid.fieldAt(column);
  const value = field ? grid.records.value(row, field.name) : grid.records.ids[row]!;
  event.clipboardData?.setData("text/plain", value === null ? "" : String(value));
  event.preventDefault();
}

export function paste(grid: GridState, event: ClipboardEvent): void {
  if (grid.editing.peek()) return;
  grid.set(event.clipboardData?.getData("text/plain").trim() ?? "");
  event.preventDefault();
}
