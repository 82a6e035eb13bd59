/** The mouse and the clipboard in the sheet. */
import { clear, copied, pasteText } from "./changing.ts";
import { BADGE_COLUMN, type GridState, HEADER, type Place } from "./state.ts";

/** The cell that the event is about. */
export function placeOf({ target }: Event): Place | undefined {
  const cell = (target as Element).closest<HTMLElement>("[data-column]");
  const row = cell?.closest<HTMLElement>("[data-at]");
  return cell && row
    ? { at: Number(row.dataset["at"]), column: Number(cell.dataset["column"]) }
    : undefined;
}

/** Puts the cursor where the pointer went down; an editor open elsewhere finishes first. The browser moves the focus. */
export function point(grid: GridState, event: PointerEvent): void {
  const place = placeOf(event);
  const target = event.target as Element;
  if (place === undefined || target.closest(".edited")) return;
  if (target.closest(".grip")) return resize(grid, place.column, event);
  if (grid.editing.peek()) (document.activeElement as HTMLElement).blur();
  if (event.shiftKey && place.at !== HEADER) return grid.extendTo(place.at, place.column);
  // The other button opens a menu about what is selected.
  if (event.button !== 0 && grid.range.peek()) return;
  grid.anchor.value = undefined;
  grid.cursor.value = place;
}

/** Follows the pointer with the column's edge until it is let go. */
function resize(grid: GridState, column: number, event: PointerEvent): void {
  const grip = event.target as HTMLElement;
  const before = grip.parentElement!.offsetWidth;
  const from = event.clientX;
  event.preventDefault();
  grip.setPointerCapture(event.pointerId);
  grip.onpointermove = ({ clientX }) => grid.widen(column, before + clientX - from);
  grip.onlostpointercapture = () => grip.onpointermove = null;
}

/** Drags the selection. A finger scrolls instead. */
export function drag(grid: GridState, event: PointerEvent): void {
  if (event.buttons !== 1 || event.pointerType !== "mouse" || grid.editing.peek()) return;
  const place = placeOf(event);
  const { at, column } = grid.cursor.peek();
  if (place === undefined || place.at === HEADER || at === HEADER) return;
  if (place.at !== at || place.column !== column) grid.extendTo(place.at, place.column);
}

/** The header's own menu in place of the browser's. */
export function offerMenu(grid: GridState, event: MouseEvent): void {
  const place = placeOf(event);
  if (place?.at !== HEADER) return;
  event.preventDefault();
  grid.menu.value = place.column;
}

export function click(grid: GridState, event: MouseEvent): void {
  const place = placeOf(event);
  const target = event.target as Element;
  if (place?.at === HEADER && target.closest(".grip")) return;
  if (place?.at === HEADER && target.closest(".opener")) {
    grid.menu.value = place.column;
    return;
  }
  if (place === undefined || event.shiftKey || grid.range.peek()) return;
  const group = grid.view.groupAt(place.at);
  if (place.at === HEADER) grid.sortBy(place.column);
  else if (group) grid.view.fold(group);
  else if (place.column === BADGE_COLUMN) grid.details.value = grid.rowAt(place.at);
  else if (target.closest(".tick")) grid.edit();
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
