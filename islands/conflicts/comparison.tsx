/** The fields of a conflict side by side, each with its decision. */
import type { ComponentChildren } from "preact";
import type { FieldMeta } from "../field.ts";
import { written } from "../format.ts";
import { Icon } from "../icons.tsx";
import { plainValue, type Value } from "../record.ts";
import { type Line, shown } from "./conflict.ts";
import type { Deciding } from "./deciding.ts";
import type { Pick } from "./picks.ts";

interface ComparisonProps {
  readonly deciding: Deciding;
}

export function Comparison({ deciding }: ComparisonProps) {
  const along = deciding.lines.filter(({ disputed }) => !disputed);
  return (
    <div class="sides">
      <div class="sides-head" aria-hidden="true">
        <span>Field</span>
        <span>You saw</span>
        <span>Mine</span>
        <span>PEMS</span>
        <span>Result</span>
      </div>
      {deciding.disputed.map((line) => <Disputed key={line.name} {...{ line, deciding }} />)}
      {along.length > 0 && <p class="sides-note">Part of the same change, not in conflict</p>}
      {along.map((line) => <Along key={line.name} {...{ line, deciding }} />)}
    </div>
  );
}

interface LineProps extends ComparisonProps {
  readonly line: Line;
}

function Disputed({ line, deciding }: LineProps) {
  const free = deciding.open && deciding.whyNoMerge === undefined;
  const id = `side-${line.name}`;
  return (
    <div
      class="side disputed"
      role={free ? "radiogroup" : "group"}
      aria-labelledby={id}
    >
      <b id={id} class="side-name">
        <Icon name="conflict" />
        {line.label}
      </b>
      <Cell name="You saw">{shown(line, line.base)}</Cell>
      <Cell name="Mine">
        <Option {...{ line, deciding, free }} by="mine" />
      </Cell>
      <Cell name="PEMS">
        <Option {...{ line, deciding, free }} by="pems" />
      </Cell>
      <Cell name="Result" result>
        <Result {...{ line, deciding }} />
      </Cell>
      {free && <Typed {...{ line, deciding }} />}
    </div>
  );
}

function Along({ line, deciding }: LineProps) {
  return (
    <div class="side" role="group" aria-label={line.label}>
      <span class="side-name">{line.label}</span>
      <Cell name="You saw">{shown(line, line.base)}</Cell>
      <Cell name="Mine">{shown(line, line.mine)}</Cell>
      <Cell name="PEMS">{shown(line, line.pems)}</Cell>
      <Cell name="Result" result>
        <Result {...{ line, deciding }} />
      </Cell>
    </div>
  );
}

interface CellProps {
  readonly name: string;
  readonly result?: boolean;
  readonly children: ComponentChildren;
}

/** Its name is shown where the columns have no room for heads. */
const Cell = ({ name, result, children }: CellProps) => (
  <span class={result ? "side-cell side-result" : "side-cell"}>
    <small>{name}</small>
    {children}
  </span>
);

interface OptionProps extends LineProps {
  readonly by: "mine" | "pems";
  readonly free: boolean;
}

function Option({ line, deciding, by, free }: OptionProps) {
  const value = line[by];
  if (by === "mine" && deciding.conflict.kind === "delete") return <>deleted</>;
  if (value === undefined) return <span class="muted">left alone</span>;
  const text = shown(line, value);
  if (!free) return <>{text}</>;
  const pick = deciding.picks.value[line.name];
  return (
    <label class="pick">
      <input
        type="radio"
        name={`pick-${line.name}`}
        checked={deciding.mode.value === "merge" && pick?.by === by}
        aria-label={`${by === "mine" ? "Mine" : "PEMS"}: ${text}`}
        onChange={() => deciding.choose(line, { by })}
      />
      <span>{text}</span>
    </label>
  );
}

/** Another value than either side's. */
function Typed({ line, deciding }: LineProps) {
  const field = line.field!;
  const pick = deciding.picks.value[line.name];
  const typed = pick?.by === "typed" ? pick : undefined;
  const complaint = deciding.complaintOf(line);
  const on = deciding.mode.value === "merge" && typed !== undefined;
  const wrong = `wrong-${line.name}`;
  return (
    <span class="side-other">
      <label class="pick">
        <input
          type="radio"
          name={`pick-${line.name}`}
          checked={on}
          onChange={() => deciding.choose(line, { by: "typed", text: typed?.text ?? "" })}
        />
        <span>Another value</span>
      </label>
      {on && (
        <Editor
          field={field}
          text={typed.text}
          wrong={complaint && wrong}
          choose={(pick) => deciding.choose(line, pick)}
        />
      )}
      {on && complaint && <span id={wrong} class="wrong">{complaint}</span>}
    </span>
  );
}

interface EditorProps {
  readonly field: FieldMeta;
  readonly text: string;
  /** The id of what is wrong with it. */
  readonly wrong: string | undefined;
  readonly choose: (pick: Pick) => void;
}

function Editor({ field, text, wrong, choose }: EditorProps) {
  const type = (event: Event) =>
    choose({ by: "typed", text: (event.currentTarget as HTMLInputElement).value });
  const common = {
    "aria-label": `Another value for ${field.label}`,
    "aria-invalid": wrong ? "true" as const : undefined,
    "aria-describedby": wrong,
    value: text,
    onInput: type,
  };
  const choices = field.kind === "flag" ? ["Yes", "No"] : field.choices;
  if (choices) {
    return (
      <select {...common}>
        <option value="">Choose…</option>
        {choices.map((choice) => <option key={choice}>{choice}</option>)}
      </select>
    );
  }
  if (field.kind === "date") return <input {...common} type="date" />;
  return (
    <input
      {...common}
      type="text"
      inputMode={field.kind === "money" ? "decimal" : undefined}
      maxLength={field.maxLength}
      autocomplete="off"
    />
  );
}

/** What PEMS will hold afterwards, as far as it is decided. */
function Result({ line, deciding }: LineProps) {
  if (deciding.conflict.status !== "unresolved") {
    return <span class="muted">{line.disputed ? "decided" : "—"}</span>;
  }
  const preview = deciding.preview.value;
  if (preview._tag === "stands") {
    const change = preview.changes[line.name];
    const to = change === undefined ? line.pems : plainValue(change.to as Value);
    if (line.field === undefined) return <>hidden</>;
    return <b>{written(line.field.kind, to) || "nothing"}</b>;
  }
  const side = SIDES[deciding.mode.value];
  const value = side ? side(line) : line.disputed ? deciding.valueOf(line) : line.mine;
  return value === undefined
    ? <span class="muted">{line.disputed ? "to decide" : "—"}</span>
    : <b>{shown(line, value)}</b>;
}

const SIDES: { readonly [mode: string]: (line: Line) => Value | undefined } = {
  use_local: ({ mine, pems }) => mine ?? pems,
  use_pems: ({ disputed, mine, pems }) => disputed ? pems : mine,
};
