/** The menu of a column: its order, filter, group, width, and whether it is there. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { STATUS_WORDS } from "../badge.tsx";
import { labelOf } from "./header.tsx";
import type { Filters, Shape } from "../records/shape.ts";
import { BADGE_COLUMN, FROZEN, type GridState, HEADER, ID_COLUMN } from "./state.ts";

export function Menu({ grid }: { readonly grid: GridState }) {
  const popover = useRef<HTMLDivElement>(null);
  const column = grid.menu.value;
  useLayoutEffect(() => {
    if (column !== undefined) open(popover.current!, column);
  }, [column]);
  const closed = (event: { readonly newState: string }) => {
    if (event.newState !== "closed" || grid.menu.peek() === undefined) return;
    grid.menu.value = undefined;
    // To the header it came from, unless a click went elsewhere.
    if (
      popover.current!.contains(document.activeElement) || document.activeElement === document.body
    ) {
      grid.moveTo(HEADER, column!);
    }
  };
  return (
    <div
      ref={popover}
      popover="auto"
      class="details column-menu"
      role="dialog"
      aria-label={column === undefined ? "Column" : `Column ${labelOf(grid, column)}`}
      onToggle={closed}
    >
      {column !== undefined && (
        <Content
          grid={grid}
          column={column}
          close={() => popover.current?.hidePopover()}
        />
      )}
    </div>
  );
}

/** Under its header, inside the window. */
function open(popover: HTMLElement, column: number): void {
  const header = document.querySelector(`.head [data-column="${column}"]`)!;
  const { left, bottom } = header.getBoundingClientRect();
  popover.showPopover();
  const most = innerWidth - popover.offsetWidth - 8;
  popover.style.setProperty("left", `${Math.max(8, Math.min(left, most))}px`);
  popover.style.setProperty("top", `${bottom + 2}px`);
  popover.querySelector<HTMLElement>("button")?.focus();
}

interface ContentProps {
  readonly grid: GridState;
  readonly column: number;
  readonly close: () => void;
}

function Content({ grid, column, close }: ContentProps) {
  const shape = grid.view.shape.value;
  const name = grid.columnName(column);
  const reshape = (part: Partial<Shape>) => grid.view.reshape({ ...shape, ...part });
  const item = (label: string, part: Partial<Shape>) => (
    <button
      type="button"
      class="item"
      onClick={() => {
        reshape(part);
        close();
      }}
    >
      {label}
    </button>
  );
  const sorted = shape.sort === name;
  return (
    <>
      {(!sorted || shape.descending) && item("Sort ascending", { sort: name, descending: false })}
      {(!sorted || !shape.descending) && item("Sort descending", { sort: name, descending: true })}
      {sorted && item("Sort by PFA ID again", { sort: "", descending: false })}
      <Filter grid={grid} name={name} shape={shape} reshape={reshape} />
      {column !== ID_COLUMN &&
        (shape.group === name
          ? item("Stop grouping", { group: "" })
          : item("Group by this column", { group: name }))}
      {column >= FROZEN && <Widths grid={grid} column={column} />}
      {column > BADGE_COLUMN && grid.fields.value.length > 1 && item("Hide this column", {
        columns: grid.fields.value.map((field) => field.name).filter((one) => one !== name),
      })}
    </>
  );
}

function Widths({ grid, column }: { readonly grid: GridState; readonly column: number }) {
  const by = (pixels: number) => () => {
    const header = document.querySelector<HTMLElement>(`.head [data-column="${column}"]`)!;
    grid.widen(column, header.offsetWidth + pixels);
  };
  return (
    <div class="pair">
      <button type="button" class="plain" onClick={by(-24)}>Narrower</button>
      <button type="button" class="plain" onClick={by(24)}>Wider</button>
    </div>
  );
}

const STATES = { active: "Active", actualized: "Actualized", discontinued: "Discontinued" };

interface FilterProps {
  readonly grid: GridState;
  readonly name: string;
  readonly shape: Shape;
  readonly reshape: (part: Partial<Shape>) => void;
}

/** The filter that the column has, by the names the API knows. */
export const filterOf = (name: string): keyof Filters | undefined => {
  if (name === "category" || name === "class" || name === "source" || name === "dor") return name;
  if (name === "isActualized" || name === "isDiscontinued") return "state";
  if (name === "sync") return "status";
  return name === "forecastStart" ? "from" : undefined;
};

/** Whether the column leaves records out. */
export const isFiltered = (name: string, shape: Shape): boolean => {
  const filter = filterOf(name);
  return filter !== undefined && (shape[filter] !== "" || filter === "from" && shape.to !== "");
};

function Filter({ grid, name, shape, reshape }: FilterProps) {
  const filter = filterOf(name);
  if (filter === undefined) return null;
  if (filter === "from") {
    return (
      <div class="pair">
        {(["from", "to"] as const).map((end) => (
          <label key={end}>
            {end === "from" ? "From" : "To"}
            <input
              type="date"
              value={shape[end]}
              onChange={(event) => reshape({ [end]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
    );
  }
  const choices = filter === "state"
    ? Object.entries(STATES)
    : filter === "status"
    ? [["attention", "Needs you"], ...Object.entries(STATUS_WORDS)]
    : grid.valuesOf(filter as "category").map((value) => [value, value]);
  return (
    <label class="choice">
      Show only
      <select
        value={shape[filter]}
        onChange={(event) => reshape({ [filter]: event.currentTarget.value })}
      >
        <option value="">Everything</option>
        {choices.map(([value, word]) => <option key={value} value={value}>{word}</option>)}
      </select>
    </label>
  );
}
