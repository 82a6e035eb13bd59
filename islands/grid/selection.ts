/** How much is selected, in words. */
import { count, money } from "../format.ts";
import { height, type Range, width } from "./range.ts";
import type { GridState } from "./state.ts";

/** `3 × 2 cells`, and the sum of the amounts among them. */
export function summary(grid: GridState, range: Range): string {
  const size = `${count(height(range))} × ${count(width(range))} cells selected`;
  // In hundredths: sums of floats drift.
  let hundredths = 0;
  let amounts = 0;
  for (let column = range.left; column <= range.right; column++) {
    const field = grid.fieldAt(column);
    if (field?.kind !== "money") continue;
    for (let at = range.top; at <= range.bottom; at++) {
      const row = grid.rowAt(at);
      const value = row === undefined ? null : grid.records.value(row, field.name);
      if (typeof value !== "number") continue;
      hundredths += Math.round(value * 100);
      amounts++;
    }
  }
  return amounts === 0 ? size : `${size} · sum ${money(hundredths / 100)}`;
}
