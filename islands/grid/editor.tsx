/** Editors inside a cell, by the field's kind. Enter and Tab finish, Esc cancels, leaving finishes. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FieldMeta } from "../field.ts";
import { labelOf } from "./header.tsx";
import type { Editing, GridState } from "./state.ts";

interface EditorProps {
  readonly grid: GridState;
  readonly editing: Editing;
}
type Control = HTMLInputElement | HTMLSelectElement;

const STAY = { rows: 0, columns: 0 };

export function Editor({ grid, editing: { row, field, typed } }: EditorProps) {
  const control = useRef<Control>(null);
  const ended = useRef(false);
  const [message, setMessage] = useState("");
  const value = grid.records.value(row, field.name);
  useLayoutEffect(() => enter(control.current!, typed === undefined), []);

  const finish = (step: typeof STAY) => {
    const reading = grid.finish(control.current!.value, step);
    if ("message" in reading) setMessage(reading.message);
    else ended.current = true;
  };
  const cancel = () => {
    ended.current = true;
    grid.cancel();
  };
  /** Focus went elsewhere: a text that cannot be read is dropped, and the cell says why. */
  const leave = () => {
    if (ended.current) return;
    ended.current = true;
    const reading = grid.finish(control.current!.value, STAY);
    grid.wantsFocus = false;
    if (!("message" in reading)) return;
    grid.editing.value = undefined;
    grid.records.refuse(row, field.name, reading.message);
  };
  const press = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    const back = event.shiftKey ? -1 : 1;
    if (event.key === "Enter") finish({ rows: back, columns: 0 });
    else if (event.key === "Tab") finish({ rows: 0, columns: back });
    else if (event.key === "Escape") cancel();
    else if (event.key === "s" && (event.ctrlKey || event.metaKey)) return finish(STAY);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <Input
        {...{ control, field, press, leave }}
        value={typed ?? (value === null ? "" : String(value))}
        label={`${labelOf(grid, grid.cursor.peek().column)} of ${grid.records.ids[row]}`}
        invalid={message !== ""}
        chosen={() => finish(STAY)}
      />
      {message && <span class="bubble" role="alert" id="editor-message">{message}</span>}
    </>
  );
}

/** Typing replaces, so the caret stands behind what was typed; otherwise all is selected, and pickers open. */
function enter(control: Control, whole: boolean): void {
  control.focus({ preventScroll: true });
  if (control instanceof HTMLInputElement && control.type === "text") {
    if (whole) control.select();
    else control.setSelectionRange(control.value.length, control.value.length);
  } else if (navigator.userActivation?.isActive && control instanceof HTMLSelectElement) {
    control.showPicker?.();
  }
}

interface InputProps {
  readonly control: { current: Control | null };
  readonly field: FieldMeta;
  readonly value: string;
  readonly label: string;
  readonly invalid: boolean;
  readonly press: (event: KeyboardEvent) => void;
  readonly leave: () => void;
  /** A choice was made in the open picker. */
  readonly chosen: () => void;
}

function Input({ control, field, value, label, invalid, press, leave, chosen }: InputProps) {
  const common = {
    class: "editor",
    "aria-label": label,
    "aria-invalid": invalid ? "true" as const : undefined,
    "aria-describedby": invalid ? "editor-message" : undefined,
    onKeyDown: press,
    onBlur: leave,
  };
  if (field.kind === "choice") {
    return (
      <select {...common} ref={control as { current: HTMLSelectElement | null }} onChange={chosen}>
        {field.choices!.map((choice) => (
          <option key={choice} selected={choice === value}>{choice}</option>
        ))}
      </select>
    );
  }
  const input = {
    ...common,
    ref: control as { current: HTMLInputElement | null },
    defaultValue: value,
  };
  return field.kind === "date" ? <input {...input} type="date" /> : (
    <input
      {...input}
      type="text"
      inputMode={field.kind === "money" ? "decimal" : undefined}
      autocomplete="off"
    />
  );
}
