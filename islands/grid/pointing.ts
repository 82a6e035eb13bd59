/** The mouse and the clipboard in the sheet. */
import { clear, copied, pasteText } from "./changing.ts";
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
  if (event.shiftKey && place.at !== HEADER) return grid.extendTo(place.at, place.column);
  // The other button opens a menu about what is selected.
  if (event.button !== 0 && grid.range.peek()) return;
  grid.anchor.value = undefined;
  grid.cursor.value = place;
}

/** Drags the selection. A finger scrolls instead. */
export function drag(grid: GridState, event: PointerEvent): void {
  if (event.buttons !== 1 || event.pointerType !== "mouse" || grid.editing.peek()) return;
  const place = placeOf(event);
  const { at, column } = grid.cursor.peek();
  if (place === undefined || place.at === HEADER || at === HEADER) return;
  if (place.at !== at || place.column !== column) grid.extendTo(place.at, place.column);
}

export function click(grid: GridState, event: MouseEvent): void {
  const place = placeOf(event);
  if (place === undefined || event.shiftKey || grid.range.peek()) return;
  if (place.at === HEADER) grid.sortBy(place.column);
  else if (place.column === BADGE_COLUMN) grid.details.value = grid.rowAt(place.at);
  else if ((event.target as Element).closest(".tick")) grid.edit();
}

/** The selected cells for other programs; an open editor has its own clipboard. */
export function copy(grid: GridState, event: ClipboardEvent): void {
  if (grid.editing.peek()) return;
  const text = copied(grid);
  if (text === undefined) return;
  event.clipboardData?.setData("text/plain", text);
  event.preventDefault();
  if (event.type === "cut") clear(grid);
}

export function paste(grid: GridState, event: ClipboardEvent): void {
  if (grid.editing.peek()) return;
  pasteText(grid, event.clipboardData?.getData("text/plain") ?? "");
  event.preventDefault();
}
