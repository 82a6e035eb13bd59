/** A dead letter with other values: queued in its place, as a change of whoever corrects it. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { call, Refusal } from "../api.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { readTyped } from "../grid/reading.ts";
import { Modal } from "../modal.tsx";
import { plainValue, type Value } from "../record.ts";
import { inWords } from "../records/wording.ts";
import { toast } from "../toasts.tsx";
import type { Letter } from "./groups.ts";

interface CorrectProps {
  readonly letter: Letter;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly close: () => void;
  readonly done: () => void;
}

interface Wrong {
  readonly [field: string]: string;
}

export function Correct({ letter, workplace, fields, close, done }: CorrectProps) {
  const busy = useSignal(false);
  const wrong = useSignal<Wrong>({});
  const problem = useSignal<string | undefined>(undefined);
  const names = Object.keys(letter.changes);
  const shown = fields.filter(({ name }) => names.includes(name));
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const read = readAll(form, shown);
    wrong.value = read.wrong;
    problem.value = undefined;
    if (Object.keys(read.wrong).length > 0) return;
    busy.value = true;
    try {
      await call(`/api/pems/dead-letters/${letter.id}/edit`, {
        organizationId: workplace.organizationId,
        changes: read.values,
        reason: String(form.get("reason")),
      });
      toast("good", `The corrected change of ${letter.pfaId} is on its way to PEMS`);
      close();
      done();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const said = error.errors.filter(({ path }) => path.startsWith("changes."));
      wrong.value = Object.fromEntries(
        said.map(({ path, message }) => [path.slice("changes.".length), inWords(message, fields)]),
      );
      const isTold = said.some(({ path }) => shown.some(({ name }) => path === `changes.${name}`));
      problem.value = `Nothing was queued.${isTold ? "" : ` ${inWords(error.message, fields)}`}`;
    }
    busy.value = false;
  };
  return (
    <Modal size="small" title={`Correct ${letter.pfaId}`} close={close}>
      <form class="modal-body" onSubmit={(event) => void submit(event)}>
        <p>
          PEMS said:{" "}
          {letter.error ?? "nothing that is known"}. The corrected change takes the place of the
          dead letter, in your name.
        </p>
        {shown.map((field) => (
          <Corrected
            key={field.name}
            field={field}
            value={plainValue(letter.changes[field.name]!.to as Value)}
            message={wrong.value[field.name]}
          />
        ))}
        <label class="reason">
          <span>Why? (optional)</span>
          <input name="reason" maxLength={1000} autocomplete="off" />
        </label>
        {problem.value && <p class="problem" role="alert">{problem.value}</p>}
        <button type="submit" class="primary" disabled={busy.value}>Queue it</button>
      </form>
    </Modal>
  );
}

function readAll(form: FormData, fields: ReadonlyArray<FieldMeta>) {
  const values: { [field: string]: Value } = {};
  const wrong: { [field: string]: string } = {};
  for (const field of fields.filter(({ locked }) => locked === undefined)) {
    const reading = readTyped(field, String(form.get(field.name)));
    if ("message" in reading) wrong[field.name] = reading.message;
    else values[field.name] = reading.value;
  }
  return { values, wrong };
}

interface CorrectedProps {
  readonly field: FieldMeta;
  readonly value: Value;
  readonly message: string | undefined;
}

function Corrected({ field, value, message }: CorrectedProps) {
  const id = useId();
  const { name, label, kind, nullable, locked } = field;
  const text = kind === "flag" ? value ? "Yes" : "No" : value === null ? "" : String(value);
  const choices = kind === "flag" ? ["Yes", "No"] : field.choices;
  const common = {
    name,
    disabled: locked !== undefined,
    "aria-invalid": message ? "true" as const : undefined,
    "aria-describedby": message ? id : undefined,
  };
  return (
    <div class="corrected">
      <label class="labelled">
        <span>{label}{nullable && " (empty clears it)"}</span>
        {choices === undefined
          ? (
            kind === "date"
              ? <input {...common} type="date" defaultValue={text} />
              : <input {...common} type="text" defaultValue={text} autocomplete="off" />
          )
          : (
            <select {...common}>
              {choices.map((choice) => (
                <option key={choice} value={choice} selected={choice === text}>{choice}</option>
              ))}
            </select>
          )}
      </label>
      {message && <p class="wrong" id={id}>{message}</p>}
      {locked && <p class="muted">{locked}</p>}
    </div>
  );
}
