/** What stands below the sheet: what is selected, what was done last, and where the keys are listed. */
import { count, money } from "../format.ts";
import { Icon } from "../icons.tsx";
import { height, type Range, width } from "./range.ts";
import type { GridState } from "./state.ts";

export function StatusBar({ grid }: { readonly grid: GridState }) {
  const range = grid.range.value;
  return (
    <footer class="status-bar">
      {range !== undefined && <p>{summary(grid, range)}</p>}
      <p role="status">{grid.said.value}</p>
      <button
        type="button"
        class="icon-button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => grid.window.value = "help"}
      >
        <Icon name="keyboard" />
      </button>
    </footer>
  );
}

/** `3 × 2 cells`, and the sum of the amounts among them. */
function summary(grid: GridState, range: Range): string {
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
