/** The header row: names of the columns, and the order of the rows. */
import { Icon } from "../icons.tsx";
import { BADGE_COLUMN, type GridState, HEADER, ID_COLUMN } from "./state.ts";

export function Header({ grid }: { readonly grid: GridState }) {
  const { at, column } = grid.cursor.value;
  const { sort, descending } = grid.view.shape.value;
  return (
    <div role="row" class="row head" aria-rowindex={1} data-at={HEADER}>
      {Array.from({ length: grid.columns }, (_, index) => {
        const name = grid.columnName(index);
        const sorted = name === sort;
        return (
          <div
            key={name}
            role="columnheader"
            class={`cell n-${name} k-${grid.fieldAt(index)?.kind}`}
            aria-colindex={index + 1}
            aria-sort={sorted ? (descending ? "descending" : "ascending") : undefined}
            tabIndex={at === HEADER && column === index ? 0 : -1}
            data-column={index}
          >
            <span class="cut">{labelOf(grid, index)}</span>
            {sorted && <Icon name={descending ? "descending" : "ascending"} />}
          </div>
        );
      })}
    </div>
  );
}

export function labelOf(grid: GridState, column: number): string {
  if (column === ID_COLUMN) return "PFA ID";
  return column === BADGE_COLUMN ? "Sync" : grid.fieldAt(column)!.label;
}
