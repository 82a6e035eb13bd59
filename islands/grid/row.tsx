/** One row of the grid; it draws again only when its record, or the cursor within it, changes. */
import { Badge } from "../badge.tsx";
import type { FieldMeta } from "../field.ts";
import { written } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Value } from "../record.ts";
import { Editor } from "./editor.tsx";
import type { Row as RecordRow } from "../records/records.ts";
import { BADGE_COLUMN, type Editing, FROZEN, type GridState, ID_COLUMN } from "./state.ts";
import { type ColumnRange, standing } from "./sight.ts";

interface RowProps {
  readonly grid: GridState;
  readonly at: number;
  readonly row: RecordRow;
  readonly columns: ColumnRange;
  /** The cursor's column, or -1 when it stands in another row. */
  readonly column: number;
  readonly editing: Editing | undefined;
  /** The selected columns of this row; none: beyond each other. */
  readonly pickedFrom: number;
  readonly pickedTo: number;
}

export function Row(props: RowProps) {
  const { grid, at, row, columns, column, editing, pickedFrom, pickedTo } = props;
  grid.records.watch(row);
  // The cursor's row is drawn whole: its cell may be out of sight.
  const { from, to, gap } = column < 0 ? columns : { from: FROZEN, to: grid.columns, gap: 0 };
  const picked = (index: number) => index >= pickedFrom && index <= pickedTo;
  const cells = grid.fields.value.slice(from - FROZEN, to - FROZEN).map((field, index) => (
    fieldCell({
      grid,
      row,
      field,
      editing,
      index: from + index,
      active: column === from + index,
      picked: picked(from + index),
    })
  ));
  return (
    <div
      role="row"
      class={column < 0 ? "row" : "row active"}
      aria-rowindex={at + 2}
      data-at={at}
      style={standing(at)}
    >
      <div
        role="rowheader"
        class={picked(ID_COLUMN) ? "cell n-pfaId picked" : "cell n-pfaId"}
        aria-selected={picked(ID_COLUMN) ? "true" : undefined}
        aria-colindex={1}
        tabIndex={column === ID_COLUMN ? 0 : -1}
        data-column={ID_COLUMN}
      >
        {grid.records.ids[row]}
      </div>
      <div
        role="gridcell"
        class={picked(BADGE_COLUMN) ? "cell n-sync picked" : "cell n-sync"}
        aria-selected={picked(BADGE_COLUMN) ? "true" : undefined}
        aria-colindex={2}
        aria-haspopup="dialog"
        tabIndex={column === BADGE_COLUMN ? 0 : -1}
        data-column={BADGE_COLUMN}
      >
        <RowBadge records={grid.records} row={row} />
      </div>
      {gap > 0 && <span style={{ width: `${gap}px` }} />}
      {cells}
    </div>
  );
}

interface RowBadgeProps {
  readonly records: GridState["records"];
  readonly row: RecordRow;
}

/** Draws again by itself: with the whole row, 1,000 changes of badges took 2.5 times as long. */
function RowBadge({ records, row }: RowBadgeProps) {
  records.watchBadge(row);
  return <Badge sync={records.sync(row)} />;
}

interface CellProps {
  readonly grid: GridState;
  readonly row: RecordRow;
  readonly field: FieldMeta;
  readonly index: number;
  readonly active: boolean;
  readonly picked: boolean;
  readonly editing: Editing | undefined;
}

/** A function, not a component: 20 of them in each of 50 rows are drawn while scrolling. */
function fieldCell({ grid, row, field, index, active, picked, editing }: CellProps) {
  const { name, kind } = field;
  const locked = grid.lockAt(row, field);
  const value = grid.records.value(row, name);
  const base = grid.records.baseline(row)[name];
  const refusal = grid.records.refusal(row, name);
  const edited = active && editing !== undefined;
  const text = written(kind, value);
  const classes = `cell n-${name} k-${kind}${locked ? " locked" : ""}` +
    `${base === undefined ? "" : " changed"}${refusal ? " refused" : ""}${
      edited ? " edited" : ""
    }` +
    (picked ? " picked" : "");
  return (
    <div
      key={name}
      role="gridcell"
      class={classes}
      aria-colindex={index + 1}
      aria-selected={picked ? "true" : undefined}
      aria-readonly={locked ? "true" : undefined}
      aria-invalid={refusal ? "true" : undefined}
      aria-describedby={refusal && active ? "refusal" : undefined}
      title={refusal ?? titleOf({ kind, locked, text, base })}
      tabIndex={active && !edited ? 0 : -1}
      data-column={index}
    >
      {edited ? <Editor grid={grid} editing={editing} /> : drawn(kind, value, text)}
      {refusal && active && !edited && <span class="bubble" id="refusal">{refusal}</span>}
    </div>
  );
}

interface TitleOf {
  readonly kind: FieldMeta["kind"];
  readonly locked: string | undefined;
  readonly text: string;
  readonly base: Value | undefined;
}

function titleOf({ kind, locked, text, base }: TitleOf): string | undefined {
  if (base !== undefined) return `PEMS has ${written(kind, base) || "nothing"}`;
  return locked ?? (text.length > 12 ? text : undefined);
}

function drawn(kind: FieldMeta["kind"], value: Value, text: string) {
  if (kind !== "flag") return text;
  return (
    <>
      <span class={value ? "tick on" : "tick"}>{value && <Icon name="check" />}</span>
      <span class="visually-hidden">{text}</span>
    </>
  );
}
