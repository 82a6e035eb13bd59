/** The heading of a group of rows: what they have in common and how many they are; folds them in and out. */
import { count } from "../format.ts";
import { Icon } from "../icons.tsx";
import { standing } from "./sight.ts";
import type { GridState } from "./state.ts";

interface GroupRowProps {
  readonly grid: GridState;
  readonly at: number;
  /** Whether the cursor is here. */
  readonly here: boolean;
}

export function GroupRow({ grid, at, here }: GroupRowProps) {
  const group = grid.view.groupAt(at);
  if (group === undefined) return null;
  const closed = grid.view.closed.value.has(group.label);
  return (
    <div
      role="row"
      class={here ? "row group active" : "row group"}
      aria-rowindex={at + 2}
      data-at={at}
      style={standing(at)}
    >
      <div
        role="gridcell"
        class="cell"
        aria-colindex={1}
        aria-colspan={grid.columns}
        aria-expanded={closed ? "false" : "true"}
        tabIndex={here ? 0 : -1}
        data-column={0}
      >
        <Icon name={closed ? "next" : "chevron"} />
        {group.label || "Nothing"} <small>{count(group.count)}</small>
      </div>
    </div>
  );
}
