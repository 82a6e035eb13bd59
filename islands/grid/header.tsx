/** The header row: names of the columns, the order of the rows, and the menu and edge of each column. */
import { Icon } from "../icons.tsx";
import { isFiltered } from "./menu.tsx";
import { BADGE_COLUMN, FROZEN, type GridState, HEADER, ID_COLUMN } from "./state.ts";

export function Header({ grid }: { readonly grid: GridState }) {
  const { at, column } = grid.cursor.value;
  const shape = grid.view.shape.value;
  return (
    <div role="row" class="row head" aria-rowindex={1} data-at={HEADER}>
      {Array.from({ length: grid.columns }, (_, index) => {
        const name = grid.columnName(index);
        const sorted = name === shape.sort;
        return (
          <div
            key={name}
            role="columnheader"
            class={`cell n-${name} k-${grid.fieldAt(index)?.kind}`}
            aria-colindex={index + 1}
            aria-sort={sorted ? (shape.descending ? "descending" : "ascending") : undefined}
            aria-keyshortcuts="Alt+ArrowDown"
            tabIndex={at === HEADER && column === index ? 0 : -1}
            data-column={index}
          >
            <span class="cut">{labelOf(grid, index)}</span>
            {sorted && <Icon name={shape.descending ? "descending" : "ascending"} />}
            {isFiltered(name, shape) && <Icon name="filter" />}
            {isFiltered(name, shape) && <span class="visually-hidden">, filtered</span>}
            <span class="opener" aria-hidden="true">
              <Icon name="chevron" />
            </span>
            {index >= FROZEN && <span class="grip" aria-hidden="true" />}
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
