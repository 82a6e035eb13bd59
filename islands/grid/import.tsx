/** The window that takes a CSV file: its columns named, what it would change told, then saved as drafts. */
import { useRef, useState } from "preact/hooks";
import type { ImportReport } from "../../app/import_shapes.ts";
import { importFile, Refusal } from "../api.ts";
import { count, plural, written } from "../format.ts";
import { plainValue } from "../record.ts";
import { toast } from "../toasts.tsx";
import type { GridState } from "./state.ts";
import { Window } from "../records/window.tsx";
import { inWords } from "../records/wording.ts";

interface ImportProps {
  readonly grid: GridState;
  readonly close: () => void;
}

/** Rows shown; the counts are of all. */
const SHOWN = 100;

export function Import({ grid, close }: ImportProps) {
  const [text, setText] = useState<string>();
  const [report, setReport] = useState<ImportReport>();
  /** What the columns are to be; it may be ahead of the report. */
  const [columns, setColumns] = useState<ReadonlyArray<string>>([]);
  const asked = useRef(0);
  const [message, setMessage] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async (
    file: string,
    columns: ReadonlyArray<string> | undefined,
    preview: boolean,
  ) => {
    const nth = ++asked.current;
    setBusy(true);
    setMessage("");
    try {
      const { organizationId } = grid.props.workplace;
      const told = await importFile({
        organizationId,
        text: file,
        columns,
        preview,
        dates: grid.order,
      });
      // Another column was named meanwhile: that answer counts.
      if (nth !== asked.current) return;
      if (!preview) return finish(told);
      setReport(told);
      setColumns(told.columns.map(({ field }) => field ?? ""));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (nth === asked.current) setMessage(error.message);
    }
    if (nth === asked.current) setBusy(false);
  };
  const finish = ({ drafts }: ImportReport) => {
    toast("good", `${plural(drafts.length, "draft")} saved from the file`);
    grid.loading.again(drafts.map(({ pfaId }) => pfaId));
    close();
  };
  const chosen = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = await file.text();
    setText(read);
    setReport(undefined);
    await ask(read, undefined, true);
  };
  const choose = (at: number, field: string) => {
    const named = columns.with(at, field);
    setColumns(named);
    void ask(text!, named, true);
  };
  const usable = report !== undefined && report.counts.changed > 0 &&
    report.counts.invalid + report.counts.new === 0;
  return (
    <Window title="Import CSV" close={close}>
      <p class="muted">
        Changes of records that are there, saved as your drafts: all rows or none. An export can be
        edited and imported again.
      </p>
      <label class="file">
        CSV file
        <input
          type="file"
          accept=".csv,text/csv"
          onChange={(event) => void chosen(event.currentTarget.files?.[0])}
        />
      </label>
      <p role="alert" class="fault">{inWords(message, grid.props.fields)}</p>
      {report && <Mapping grid={grid} report={report} columns={columns} choose={choose} />}
      {report && <Told grid={grid} report={report} />}
      {report && (
        <button
          type="button"
          class="primary"
          disabled={!usable || busy}
          onClick={() => void ask(text!, columns, false)}
        >
          Save {plural(report.counts.changed, "draft")}
        </button>
      )}
    </Window>
  );
}

interface MappingProps {
  readonly grid: GridState;
  readonly report: ImportReport;
  readonly columns: ReadonlyArray<string>;
  readonly choose: (at: number, field: string) => void;
}

function Mapping({ grid, report, columns, choose }: MappingProps) {
  const targets = [
    ["pfaId", "PFA ID"],
    ["version", "Version"],
    ...grid.props.fields.map(({ name, label }) => [name, label]),
  ];
  const taken = new Set(columns);
  // Stays as it was opened, however many columns have been named since.
  const [unclear] = useState(!taken.has("pfaId"));
  return (
    <details open={unclear}>
      <summary>Columns of the file</summary>
      <ul class="mapping">
        {report.columns.map(({ header }, at) => (
          <li key={at}>
            <label>
              {header || `Column ${at + 1}`}
              <select
                aria-label={header || `Column ${at + 1}`}
                value={columns[at]}
                onChange={(event) => choose(at, event.currentTarget.value)}
              >
                <option value="">Left out</option>
                {targets.map(([name, label]) => (
                  <option
                    key={name}
                    value={name}
                    disabled={name !== columns[at] && taken.has(name!)}
                  >
                    {label}
                  </option>
                ))}
              </select>
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Told({ grid, report: { counts, rows, columns } }: Pick<MappingProps, "grid" | "report">) {
  if (!columns.some(({ field }) => field === "pfaId")) {
    return <p role="status">Say which column is the PFA ID.</p>;
  }
  const { fields } = grid.props;
  const fieldOf = (name: string) => fields.find((field) => field.name === name);
  const text = (name: string, value: ImportReport["rows"][number]["cells"][number]["to"]) =>
    written(fieldOf(name)?.kind ?? "text", plainValue(value)) || "nothing";
  return (
    <>
      <p role="status">
        <b>{count(counts.changed)} changed</b>, {count(counts.unchanged)} unchanged,{" "}
        {count(counts.new)} of no record, {count(counts.invalid)} invalid
      </p>
      <div class="told" tabIndex={0} role="region" aria-label="What the file changes">
        <ul>
          {rows.slice(0, SHOWN).map(({ row, pfaId, status, message, cells }) => (
            <li key={row} class={`told-${status}`}>
              <b>{pfaId || `Row ${row}`}</b> <small>row {row}, {status}</small>
              {message && <p class="fault">{inWords(message, fields)}</p>}
              <dl class="differences">
                {cells.map(({ field, status, from, to, message }) => (
                  <div key={field}>
                    <dt>{fieldOf(field)?.label ?? field}</dt>
                    {status === "invalid"
                      ? <dd class="fault">{inWords(message!, fields)}</dd>
                      : (
                        <dd>
                          <del>{text(field, from)}</del> <ins>{text(field, to)}</ins>
                        </dd>
                      )}
                  </div>
                ))}
              </dl>
            </li>
          ))}
        </ul>
      </div>
      {rows.length > SHOWN && <p class="muted">The first {SHOWN} rows are shown.</p>}
    </>
  );
}
