/** The form for dates: of one record, or of all that are selected; refused by the same rules as at the server. */
import { useState } from "preact/hooks";
import { readDate } from "../../domain/dates.ts";
import { money, plural } from "../format.ts";
import type { Row } from "../records/records.ts";
import { Window } from "../records/window.tsx";
import { effect, parted, reschedule, stayWords } from "./acting.ts";
import { type Asked, changeOf, refusalOf } from "./asked.ts";
import type { TimelineState } from "./state.ts";
import { amount } from "./strip.tsx";

interface DatesProps {
  readonly chart: TimelineState;
  readonly close: () => void;
}

export function Dates({ chart, close }: DatesProps) {
  const [rows] = useState(() => chart.targets());
  const [asked, ask] = useState<Asked>(() => firstAsked(chart, rows));
  const [refusal, refuse] = useState<string | undefined>(undefined);
  const one = rows.length === 1;
  const { held } = parted(chart, rows);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const read = readForm(event.target as HTMLFormElement);
    const found = "message" in read ? read.message : refusalOf(chart, rows, read);
    refuse(found);
    if (found !== undefined || "message" in read) return;
    reschedule(chart, rows, { change: changeOf(read), what: "rescheduled" });
    close();
  };
  const title = one
    ? `Forecast of ${chart.records.ids[rows[0]!]}`
    : `Forecast of ${plural(rows.length, "record")}`;
  return (
    <Window title={title} close={close}>
      <form
        class="dates-form"
        noValidate
        onSubmit={submit}
        onInput={(event) => {
          const read = readForm(event.currentTarget);
          refuse(undefined);
          if (!("message" in read)) ask(read);
        }}
      >
        {!one && (
          <p class="muted">
            Each record keeps what is left empty; the move comes on top. Ctrl+Z takes all of it
            back.
          </p>
        )}
        <div class="date-fields">
          <DateField name="start" label="Start" value={asked.start} refusal={refusal} first />
          <DateField name="end" label="End" value={asked.end} refusal={refusal} />
          <label>
            <span>Move by days</span>
            <input
              name="days"
              type="number"
              step="1"
              inputMode="numeric"
              placeholder="0"
              aria-invalid={refusal ? "true" : undefined}
              aria-describedby="dates-refusal"
            />
          </label>
        </div>
        <p id="dates-refusal" class="fault" role="alert">{refusal}</p>
        {held.length > 0 && <p class="muted">{stayWords(chart, held)}</p>}
        <Effect chart={chart} rows={rows} asked={asked} />
        <footer>
          <button type="submit" class="primary">Save as draft{one ? "" : "s"}</button>
          <button type="button" class="plain" onClick={close}>Cancel</button>
        </footer>
      </form>
    </Window>
  );
}

/** One record's dates are there to be changed; of several they would not agree. */
function firstAsked(chart: TimelineState, rows: ReadonlyArray<Row>): Asked {
  if (rows.length !== 1) return { start: "", end: "", days: 0 };
  return { ...chart.forecast(rows[0]!), days: 0 };
}

interface DateFieldProps {
  readonly name: "start" | "end";
  readonly label: string;
  readonly value: string;
  readonly refusal: string | undefined;
  readonly first?: boolean;
}

const DateField = ({ name, label, value, refusal, first = false }: DateFieldProps) => (
  <label>
    <span>{label}</span>
    <input
      name={name}
      type="date"
      defaultValue={value}
      autofocus={first}
      aria-invalid={refusal ? "true" : undefined}
      aria-describedby="dates-refusal"
    />
  </label>
);

/** What the form says; a field the browser cannot read is told by name. */
function readForm(form: HTMLFormElement): Asked | { readonly message: string } {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  for (const [name, label] of [["start", "Start"], ["end", "End"]] as const) {
    const { value, validity } = field(name);
    if (validity.badInput || value !== "" && readDate(value) === undefined) {
      return { message: `${label}: a date that exists, such as 2026-11-30.` };
    }
  }
  const days = field("days");
  if (days.validity.badInput || !Number.isInteger(Number(days.value))) {
    return { message: "Move by days: a whole number, such as 14 or -7." };
  }
  return { start: field("start").value, end: field("end").value, days: Number(days.value) };
}

interface EffectProps {
  readonly chart: TimelineState;
  readonly rows: ReadonlyArray<Row>;
  readonly asked: Asked;
}

/** What it costs, before it is saved; silent where a rule is broken anyway. */
function Effect({ chart, rows, asked }: EffectProps) {
  if (refusalOf(chart, rows, asked) !== undefined) return null;
  const cents = effect(chart, parted(chart, rows).free, changeOf(asked));
  if (cents === undefined) return null;
  return (
    <p class="muted">
      {cents === 0n ? "The forecast costs the same." : (
        <>
          The forecast costs <b>{money(Math.abs(amount(cents)))}</b> {cents > 0n ? "more" : "less"}.
        </>
      )}
    </p>
  );
}
