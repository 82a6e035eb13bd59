/** What part of the sheet is in sight: rows by arithmetic, columns by the measured places of the header's cells. */
import { type Signal, signal } from "@preact/signals";
import { Ring } from "../records/ring.ts";
import { FROZEN, type GridState, type Place } from "./state.ts";

export const ROW_HEIGHT = 34;

/** Where a row stands. The server's rows follow each other, and a style in an attribute would be refused. */
export const standing = (at: number): { readonly transform: string } | undefined =>
  typeof document === "undefined" ? undefined : { transform: `translateY(${at * ROW_HEIGHT}px)` };
/** Columns drawn beyond each edge. */
const SPARE_COLUMNS = 1;
/** Columns of fields, before the screen has been measured. */
const FIRST_GUESS = 8;

/** Columns from `from` up to `to`, after `gap` pixels of columns left out. Drawing 12 of 22 halved a frame's time. */
export interface ColumnRange {
  readonly from: number;
  readonly to: number;
  readonly gap: number;
}

export class Sight extends Ring {
  readonly columns: Signal<ColumnRange>;
  /** Of all columns together, in pixels. */
  readonly width: Signal<number> = signal(0);

  constructor(grid: GridState) {
    super();
    const to = Math.min(grid.columns, FROZEN + FIRST_GUESS);
    this.columns = signal({ from: FROZEN, to, gap: 0 });
  }

  /** Takes in where the sheet has been scrolled to, and its size. */
  look(sheet: HTMLElement): void {
    this.first.value = Math.floor(sheet.scrollTop / ROW_HEIGHT);
    this.shown.value = Math.ceil(roomOf(sheet) / ROW_HEIGHT);
    const cells = [...headOf(sheet).firstElementChild!.children] as HTMLElement[];
    const left = sheet.scrollLeft + cells[FROZEN]!.offsetLeft;
    const right = sheet.scrollLeft + sheet.clientWidth;
    const inSight = (cell: HTMLElement, index: number) =>
      index >= FROZEN && cell.offsetLeft < right && cell.offsetLeft + cell.offsetWidth > left;
    const from = Math.max(FROZEN, cells.findIndex(inSight) - SPARE_COLUMNS);
    const to = Math.min(cells.length, cells.findLastIndex(inSight) + 1 + SPARE_COLUMNS);
    const gap = cells[from]!.offsetLeft - cells[FROZEN]!.offsetLeft;
    const known = this.columns.peek();
    if (known.from !== from || known.to !== to || known.gap !== gap) {
      this.columns.value = { from, to, gap };
    }
    const last = cells.at(-1)!;
    this.width.value = last.offsetLeft + last.offsetWidth;
  }
}

const headOf = (sheet: HTMLElement) => sheet.firstElementChild as HTMLElement;

/** The height left for rows. */
export const roomOf = (sheet: HTMLElement): number =>
  sheet.clientHeight - headOf(sheet).offsetHeight;

/** Scrolls so that the row is in sight. Rows need arithmetic: theirs may not be drawn yet. */
export function reveal(sheet: HTMLElement, { at }: Place): void {
  const top = at * ROW_HEIGHT;
  const room = roomOf(sheet);
  if (at >= 0 && top < sheet.scrollTop) sheet.scrollTop = top;
  else if (top + ROW_HEIGHT > sheet.scrollTop + room) sheet.scrollTop = top + ROW_HEIGHT - room;
}
