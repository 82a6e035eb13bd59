/** A rectangle of cells, by their places on show. */
import type { Place } from "./state.ts";

/** First and last row and column, all of them within. */
export interface Range {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The rectangle that two of its corners make. */
export const rangeOf = (one: Place, other: Place): Range => ({
  top: Math.min(one.at, other.at),
  bottom: Math.max(one.at, other.at),
  left: Math.min(one.column, other.column),
  right: Math.max(one.column, other.column),
});

export const height = ({ top, bottom }: Range): number => bottom - top + 1;
export const width = ({ left, right }: Range): number => right - left + 1;

/**
 * Where a block of so many rows and columns goes: over the whole selection when that holds it a whole number of times,
 * as one cell fills any selection; otherwise from the selection's first cell on.
 */
export function laidOver(selection: Range, rows: number, columns: number): Range {
  const { top, left } = selection;
  const fits = height(selection) % rows === 0 && width(selection) % columns === 0;
  return fits ? selection : { top, left, bottom: top + rows - 1, right: left + columns - 1 };
}
