/** What is done to the records: one operation and its values, whether own drafts are changed too, and why. */
import type { ComponentChildren } from "preact";
import type { FieldMeta } from "../../field.ts";
import { type Form, type Kind, KINDS, kindsFor } from "./operation.ts";
import type { Plan } from "./plan.ts";

export function OperationForm({ plan }: { readonly plan: Plan }) {
  const form = plan.form.value;
  const kinds = kindsFor(plan.fields, plan.workplace);
  return (
    <fieldset class="bulk-part">
      <legend>Change</legend>
      <div class="filters">
        <Labelled label="What to do">
          <select
            value={form.kind}
            onChange={(event) => plan.fill({ kind: event.currentTarget.value as Kind })}
          >
            {kinds.map((kind) => <option key={kind} value={kind}>{KINDS[kind]}</option>)}
          </select>
        </Labelled>
        <Values plan={plan} form={form} />
      </div>
      {form.kind === "set" && <Settings plan={plan} form={form} />}
      <p class="wrong" id="bulk-complaint" role="alert">{plan.complaint.value}</p>
      <label class="check">
        <input
          type="checkbox"
          checked={plan.withDrafts.value}
          onChange={(event) => plan.setWithDrafts(event.currentTarget.checked)}
        />
        Also change records that I have drafts of
      </label>
      <Labelled label="Reason for change (optional, goes to PEMS)">
        <input
          class="bulk-reason"
          maxLength={1000}
          value={plan.reason.value}
          onInput={(event) => plan.reason.value = event.currentTarget.value}
        />
      </Labelled>
    </fieldset>
  );
}

interface LabelledProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

const Labelled = ({ label, children }: LabelledProps) => (
  <label class="labelled">
    <span>{label}</span>
    {children}
  </label>
);

interface PartProps {
  readonly plan: Plan;
  readonly form: Form;
}

function Values({ plan, form }: PartProps) {
  const wrong = plan.complaint.value !== undefined;
  const typed = {
    autocomplete: "off",
    "aria-invalid": wrong,
    "aria-describedby": "bulk-complaint",
  } as const;
  switch (form.kind) {
    case "shift_forecast":
    case "shift_actual":
      return (
        <>
          <Labelled label="Days later (earlier: -7)">
            <input
              {...typed}
              class="short"
              inputMode="numeric"
              value={form.days}
              onInput={(event) => plan.fill({ days: event.currentTarget.value })}
            />
          </Labelled>
          <Labelled label="Which dates">
            <select
              value={form.ends}
              onChange={(event) => plan.fill({ ends: event.currentTarget.value as Form["ends"] })}
            >
              <option value="both">Start and end</option>
              <option value="start">Start only</option>
              <option value="end">End only</option>
            </select>
          </Labelled>
        </>
      );
    case "set_rate":
    case "scale_rate":
      return (
        <>
          <Labelled label="Which amount">
            <select
              value={form.rate}
              onChange={(event) => plan.fill({ rate: event.currentTarget.value as Form["rate"] })}
            >
              <option value="monthlyRate">Monthly rate of rentals</option>
              <option value="purchasePrice">Price of purchases</option>
            </select>
          </Labelled>
          {form.kind === "set_rate"
            ? (
              <Labelled label="New amount">
                <input
                  {...typed}
                  class="short"
                  inputMode="decimal"
                  value={form.amount}
                  onInput={(event) => plan.fill({ amount: event.currentTarget.value })}
                />
              </Labelled>
            )
            : (
              <Labelled label="Percent (less: -10)">
                <input
                  {...typed}
                  class="short"
                  inputMode="decimal"
                  value={form.percent}
                  onInput={(event) => plan.fill({ percent: event.currentTarget.value })}
                />
              </Labelled>
            )}
        </>
      );
    case "set":
      return null;
    case "discontinue":
      return (
        <p class="muted bulk-hint">
          A soft delete in PEMS. Discontinued records keep their costs in the figures and cannot be
          changed here any more.
        </p>
      );
  }
}

/** One line for each field to set, and a button for one more. */
function Settings({ plan, form }: PartProps) {
  const settable = plan.fields.filter(({ locked }) => !locked);
  const put = (at: number, line: Form["fields"][number]) =>
    plan.fill({ fields: form.fields.with(at, line) });
  return (
    <div class="settings">
      {form.fields.map((line, at) => {
        const field = settable.find(({ name }) => name === line.name);
        return (
          <div class="filters" key={at}>
            <Labelled label="Field">
              <select
                value={line.name}
                onChange={(event) => put(at, { name: event.currentTarget.value, text: "" })}
              >
                <option value="">Choose a field</option>
                {settable.map(({ name, label }) => (
                  <option
                    key={name}
                    value={name}
                    disabled={name !== line.name && form.fields.some((one) => one.name === name)}
                  >
                    {label}
                  </option>
                ))}
              </select>
            </Labelled>
            {field && (
              <Labelled label={`New value${field.nullable ? " (empty clears it)" : ""}`}>
                <Setting
                  field={field}
                  text={line.text}
                  put={(text) => put(at, { ...line, text })}
                />
              </Labelled>
            )}
            {form.fields.length > 1 && (
              <button
                type="button"
                class="plain"
                onClick={() => plan.fill({ fields: form.fields.toSpliced(at, 1) })}
              >
                Leave out{field ? ` ${field.label}` : ""}
              </button>
            )}
          </div>
        );
      })}
      <button
        type="button"
        class="plain"
        onClick={() => plan.fill({ fields: [...form.fields, { name: "", text: "" }] })}
      >
        Another field
      </button>
    </div>
  );
}

interface SettingProps {
  readonly field: FieldMeta;
  readonly text: string;
  readonly put: (text: string) => void;
}

function Setting({ field, text, put }: SettingProps) {
  const choices = field.kind === "flag" ? ["Yes", "No"] : field.choices;
  if (choices !== undefined) {
    return (
      <select value={text} onChange={(event) => put(event.currentTarget.value)}>
        <option value="">Choose</option>
        {choices.map((choice) => <option key={choice} value={choice}>{choice}</option>)}
      </select>
    );
  }
  const typed = {
    value: text,
    onInput: (event: { readonly currentTarget: HTMLInputElement }) =>
      put(event.currentTarget.value),
  };
  return field.kind === "date"
    ? <input type="date" {...typed} />
    : <input autocomplete="off" {...typed} />;
}
