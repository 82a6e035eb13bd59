/** The keyboard in the grid, as in a spreadsheet; one table of moves, then what edits. */
import { clear, fillDown } from "./changing.ts";
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

/** With Ctrl (or Cmd): what is done to the selection, and undone. */
const COMMANDS: { readonly [key: string]: (grid: GridState) => void } = {
  a: (grid) => grid.anchor.value = "all",
  d: fillDown,
  z: (grid) => grid.undo(),
  Z: (grid) => grid.redo(),
  y: (grid) => grid.redo(),
};

/** Handles a key while no editor is open; what it does not know stays the browser's. */
export function press(grid: GridState, event: KeyboardEvent, page: number): void {
  if (event.isComposing) return;
  if (event.altKey || event.key === "ContextMenu") return void alter(grid, event);
  const control = event.ctrlKey || event.metaKey;
  const move = (control ? JUMPS : MOVES)[event.key];
  const command = control ? COMMANDS[event.key] : undefined;
  if (move !== undefined) {
    const place = move(grid.cursor.peek(), grid, page);
    if (event.shiftKey) grid.extendTo(...place);
    else grid.moveTo(...place);
  } else if (command !== undefined) command(grid);
  else if (control || !act(grid, event.key)) return;
  event.preventDefault();
}

const WIDER = 16;

/** With Alt, in the header: the column's menu and its width. */
function alter(grid: GridState, event: KeyboardEvent): void {
  const { at, column } = grid.cursor.peek();
  if (at !== HEADER) return;
  const step = { ArrowLeft: -WIDER, ArrowRight: WIDER }[event.key];
  const cell = event.target as HTMLElement;
  if (event.key === "ArrowDown" || event.key === "ContextMenu") grid.menu.value = column;
  else if (step !== undefined) grid.widen(column, cell.offsetWidth + step);
  else return;
  event.preventDefault();
}

/** @returns whether the key did something */
function act(grid: GridState, key: string): boolean {
  const { at, column } = grid.cursor.peek();
  if (at === HEADER) {
    if (key !== "Enter" && key !== " ") return false;
    grid.sortBy(column);
    return true;
  }
  const group = grid.view.groupAt(at);
  if (group && (key === "Enter" || key === " ")) {
    grid.view.fold(group);
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
      clear(grid);
      return true;
    case "Escape":
      grid.anchor.value = undefined;
      grid.forgetRefusal();
      return true;
  }
  if (key.length !== 1 || key === "?") return false;
  type(grid, column, key);
  return true;
}

/** Typing starts the editor; pickers open on the value they have. */
function type(grid: GridState, column: number, key: string): void {
  const kind = grid.fieldAt(column)?.kind;
  if (kind === "text" || kind === "money") grid.edit(key);
  else if (kind === "date" || kind === "choice") grid.edit();
}
