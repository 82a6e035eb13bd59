/** The keyboard in the grid, as in a spreadsheet; one table of moves, then what edits. */
import { BADGE_COLUMN, type GridState, HEADER, type Place } from "./state.ts";

/** Rows that fit on a page of the screen, told by the body. */
type Move = (place: Place, grid: GridState, page: number) => readonly [number, number];

const MOVES: { readonly [key: string]: Move } = {
  ArrowUp: ({ at, column }) => [at - 1, column],
  ArrowDown: ({ at, column }) => [at + 1, column],
  ArrowLeft: ({ at, column }) => [at, column - 1],
  ArrowRight: ({ at, column }) => [at, column + 1],
  PageUp: ({ at, column }, _grid, page) => [Math.max(0, at - page), column],
  PageDown: ({ at, column }, _grid, page) => [at + page, column],
  Home: ({ at }) => [at, 0],
  End: ({ at }, grid) => [at, grid.columns - 1],
};

/** With Ctrl (or Cmd): to the edges. */
const JUMPS: { readonly [key: string]: Move } = {
  Home: () => [0, 0],
  End: (_place, grid) => [Infinity, grid.columns - 1],
  ArrowUp: ({ column }) => [0, column],
  ArrowDown: ({ column }) => [Infinity, column],
  ArrowLeft: ({ at }) => [at, 0],
  ArrowRight: ({ at }, grid) => [at, grid.columns - 1],
};

/** Handles a key while no editor is open; what it does not know stays the browser's. */
export function press(grid: GridState, event: KeyboardEvent, page: number): void {
  if (event.altKey || event.isComposing) return;
  const control = event.ctrlKey || event.metaKey;
  const move = (control ? JUMPS : MOVES)[event.key];
  if (move !== undefined) {
    event.preventDefault();
    grid.moveTo(...move(grid.cursor.peek(), grid, page));
  } else if (!control && act(grid, event.key)) event.preventDefault();
}

/** @returns whether the key did something */
function act(grid: GridState, key: string): boolean {
  const { at, column } = grid.cursor.peek();
  if (at === HEADER) {
    if (key !== "Enter" && key !== " ") return false;
    grid.sortBy(column);
    return true;
  }
  switch (key) {
    case "Enter":
    case "F2":
      if (column === BADGE_COLUMN) grid.details.value = grid.rowAt(at);
      else grid.edit();
      return true;
    case " ":
      if (column === BADGE_COLUMN) grid.details.value = grid.rowAt(at);
      else if (grid.fieldAt(column)?.kind === "flag") grid.edit();
      return true;
    case "Delete":
    case "Backspace":
      grid.set("");
      return true;
    case "Escape":
      grid.forgetRefusal();
      return true;
  }
  if (key.length !== 1) return false;
  type(grid, column, key);
  return true;
}

/** Typing starts the editor; pickers open on the value they have. */
function type(grid: GridState, column: number, key: string): void {
  const kind = grid.fieldAt(column)?.kind;
  if (kind === "text" || kind === "money") grid.edit(key);
  else if (kind === "date" || kind === "choice") grid.edit();
}
