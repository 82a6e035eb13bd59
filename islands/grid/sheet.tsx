/** The scrolling sheet: draws the rows in sight and a few around them, and keeps the cursor in view. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { explanation } from "../badge.tsx";
import { Header } from "./header.tsx";
import { press } from "./keys.ts";
import { GroupRow } from "./group_row.tsx";
import { click, copy, drag, offerMenu, paste, point } from "./pointing.ts";
import { Row } from "./row.tsx";
import { reveal, roomOf, ROW_HEIGHT, Sight, standing } from "./sight.ts";
import { FROZEN, type GridState } from "./state.ts";
import { hover } from "./hovering.ts";
import { isGroup } from "../records/view.ts";
import { setWidths } from "./widths.ts";

export function Sheet({ grid }: { readonly grid: GridState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [sight] = useState(() => new Sight(grid));
  const rows = grid.view.rows.value;
  const look = () => sight.look(scroller.current!);

  useLayoutEffect(() => {
    adopt(scroller.current!, grid);
    const observer = new ResizeObserver(look);
    observer.observe(scroller.current!);
    observer.observe(scroller.current!.firstElementChild!);
    return () => observer.disconnect();
  }, []);
  const { widths } = grid.view.shape.value;
  const fields = grid.fields.value;
  useLayoutEffect(() => {
    setWidths(widths);
    look();
  }, [widths, fields]);
  // The cursor stays on what is on show: without it the grid would have no tab stop.
  useLayoutEffect(() => {
    const { at, column } = grid.cursor.peek();
    if (at < rows.length && column < grid.columns) return;
    grid.cursor.value = {
      at: Math.min(at, rows.length - 1),
      column: Math.min(column, grid.columns - 1),
    };
  }, [rows, fields]);
  // A scrolled-away cell loses its element to another row: the focus goes where the cursor is.
  const held = typeof document !== "undefined" &&
    scroller.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (grid.wantsFocus) follow(scroller.current!, grid);
    else if (held && grid.editing.peek() === undefined) {
      cellAt(scroller.current!, grid)?.focus({ preventScroll: true });
    }
  });

  const page = () => Math.max(1, Math.floor(roomOf(scroller.current!) / ROW_HEIGHT) - 1);
  const size = (element: HTMLElement | null) => {
    element?.style.setProperty("height", `${rows.length * ROW_HEIGHT}px`);
    element?.style.setProperty("width", `${sight.width.value}px`);
  };
  return (
    <div
      ref={scroller}
      class="sheet"
      role="grid"
      aria-label={`PFA records of ${grid.props.workplace.organizationName}`}
      aria-rowcount={rows.length + 1}
      aria-colcount={grid.columns}
      aria-multiselectable="true"
      aria-busy={grid.loading.state.value === "loading" ? "true" : undefined}
      onScroll={look}
      onKeyDown={(event) => grid.editing.peek() === undefined && press(grid, event, page())}
      onPointerDown={(event) => point(grid, event)}
      onPointerOver={(event) => hover(grid, event)}
      onPointerMove={(event) => drag(grid, event)}
      onClick={(event) => click(grid, event)}
      onDblClick={() => grid.editing.peek() === undefined && grid.edit()}
      onContextMenu={(event) => offerMenu(grid, event)}
      onCopy={(event) => copy(grid, event)}
      onCut={(event) => copy(grid, event)}
      onPaste={(event) => paste(grid, event)}
    >
      <div role="rowgroup" class="head-group">
        <Header grid={grid} />
      </div>
      <div role="rowgroup" class="rows" ref={size}>
        {drawnRows(grid, sight)}
      </div>
    </div>
  );
}

function drawnRows(grid: GridState, sight: Sight) {
  const rows = grid.view.rows.value;
  const cursor = grid.cursor.value;
  const editing = grid.editing.value;
  const columns = sight.columns.value;
  const { from, to, key } = sight.rows(rows.length);
  const range = grid.range.value;
  const draw = (at: number, name: string | number) => {
    const here = at === cursor.at;
    const picked = range !== undefined && at >= range.top && at <= range.bottom;
    if (isGroup(rows[at]!)) {
      return <GroupRow key={`group ${name}`} grid={grid} at={at} here={here} />;
    }
    return (
      <Row
        key={here && editing ? "edited" : name}
        grid={grid}
        at={at}
        row={rows[at]!}
        columns={columns}
        column={here ? cursor.column : -1}
        editing={here ? editing : undefined}
        pickedFrom={picked ? range.left : Infinity}
        pickedTo={picked ? range.right : -1}
      />
    );
  };
  const drawn = [];
  // The cursor's row is always there: it holds the tab stop, and perhaps an open editor.
  if (cursor.at >= 0 && cursor.at < from) drawn.push(draw(cursor.at, "held"));
  for (let at = from; at < to; at++) drawn.push(draw(at, key(at)));
  if (cursor.at >= to && cursor.at < rows.length) drawn.push(draw(cursor.at, "held"));
  return drawn;
}

/** Gives the server's rows what waking leaves as it finds it: their places, and times in the reader's zone. */
function adopt(sheet: HTMLElement, grid: GridState): void {
  for (const row of sheet.querySelectorAll<HTMLElement>(".rows .row")) {
    const at = Number(row.dataset["at"]);
    Object.assign(row.style, standing(at));
    row.querySelector<HTMLElement>(".badge")!.title = explanation(
      grid.records.sync(grid.rowAt(at)!),
    );
  }
}

const cellAt = (sheet: HTMLElement, grid: GridState) => {
  const { at, column } = grid.cursor.peek();
  const row = sheet.querySelector(`[data-at="${at}"]`);
  return row?.querySelector<HTMLElement>(`:scope > [data-column="${column}"]`) ??
    row?.querySelector<HTMLElement>("[data-column]") ?? null;
};

/** Brings the cursor's cell into view and gives it the focus. */
function follow(sheet: HTMLElement, grid: GridState): void {
  reveal(sheet, grid.cursor.peek());
  const cell = cellAt(sheet, grid);
  if (cell === null) return;
  grid.wantsFocus = false;
  if (grid.editing.peek() === undefined) cell.focus({ preventScroll: true });
  // Frozen cells are always in sight; going to them goes back to the start.
  if (grid.cursor.peek().column < FROZEN) sheet.scrollLeft = 0;
  else cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}
