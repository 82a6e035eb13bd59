/** The window of columns: which are on show, and in what order. */
import { Icon } from "../icons.tsx";
import type { FieldMeta } from "../field.ts";
import type { GridState } from "./state.ts";
import { Window } from "../records/window.tsx";

interface ColumnsProps {
  readonly grid: GridState;
  readonly close: () => void;
}

export function Columns({ grid, close }: ColumnsProps) {
  const shown = grid.fields.value;
  const hidden = grid.props.fields.filter((field) => !shown.includes(field));
  const show = (columns: ReadonlyArray<FieldMeta>) => {
    // All of them as they come need no mention.
    const usual = columns.length === grid.props.fields.length &&
      columns.every((field, at) => field === grid.props.fields[at]);
    const names = usual ? [] : columns.map(({ name }) => name);
    grid.view.reshape({ ...grid.view.shape.peek(), columns: names });
  };
  return (
    <Window title="Columns" close={close}>
      <ul class="columns-list">
        {shown.map((field, at) => (
          <li key={field.name}>
            <label>
              <input
                type="checkbox"
                checked
                disabled={shown.length === 1}
                onChange={() => show(shown.filter((one) => one !== field))}
              />
              {field.label}
            </label>
            <Mover
              label={`Move ${field.label} up`}
              icon="up"
              at={at - 1}
              {...{ shown, field, show }}
            />
            <Mover
              label={`Move ${field.label} down`}
              icon="chevron"
              at={at + 1}
              {...{ shown, field, show }}
            />
          </li>
        ))}
        {hidden.map((field) => (
          <li key={field.name}>
            <label>
              <input type="checkbox" checked={false} onChange={() => show([...shown, field])} />
              {field.label}
            </label>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="plain"
        onClick={() => grid.view.reshape({ ...grid.view.shape.peek(), columns: [], widths: {} })}
      >
        All columns as usual
      </button>
    </Window>
  );
}

interface MoverProps {
  readonly label: string;
  readonly icon: "up" | "chevron";
  /** The place to move to. */
  readonly at: number;
  readonly shown: ReadonlyArray<FieldMeta>;
  readonly field: FieldMeta;
  readonly show: (columns: ReadonlyArray<FieldMeta>) => void;
}

const Mover = ({ label, icon, at, shown, field, show }: MoverProps) => (
  <button
    type="button"
    class="icon-button"
    aria-label={label}
    disabled={at < 0 || at >= shown.length}
    onClick={() => show(shown.filter((one) => one !== field).toSpliced(at, 0, field))}
  >
    <Icon name={icon} />
  </button>
);
