/** What stands above the plane: what is on show and how near, and what is done with it. */
import { Icon, type IconName } from "../icons.tsx";
import { CommitButton, Progress, Steps, Strays } from "../records/controls.tsx";
import { Narrowing } from "../records/narrowing.tsx";
import type { Shape } from "../records/shape.ts";
import { editDates } from "./keys.ts";
import { fit, zoomBy } from "./looking.ts";
import { ZOOMS } from "./scale.ts";
import type { TimelineState } from "./state.ts";

interface ToolbarProps {
  readonly chart: TimelineState;
  readonly commit: () => void;
}

export const Toolbar = ({ chart, commit }: ToolbarProps) => (
  <div class="toolbar" role="toolbar" aria-label="Records">
    <Narrowing desk={chart} />
    <Steps desk={chart} />
    <Dates chart={chart} />
    <Strays desk={chart} />
    <Progress desk={chart} />
    <CommitButton desk={chart} commit={commit} />
  </div>
);

/** Dates by form, for who neither drags nor presses keys. */
function Dates({ chart }: { readonly chart: TimelineState }) {
  if (chart.locked !== undefined) {
    return <p class="muted held-why">{chart.locked}</p>;
  }
  return (
    <button
      type="button"
      class="plain"
      title="Dates of the selected records (Enter)"
      disabled={chart.view.rows.value.length === 0}
      onClick={() => editDates(chart)}
    >
      <Icon name="calendar" /> Dates…
    </button>
  );
}

const GROUPS = { category: "Category", class: "Class", areaSilo: "Area", sync: "Sync status" };
const ORDERS = {
  forecastStart: "Forecast start",
  forecastEnd: "Forecast end",
  sync: "Sync status",
};

export function ViewBar({ chart }: { readonly chart: TimelineState }) {
  const shape = chart.view.shape.value;
  return (
    <div class="view-bar" role="toolbar" aria-label="View">
      <Choice chart={chart} label="Group by" none="Nothing" name="group" options={GROUPS} />
      <Choice chart={chart} label="Order by" none="PFA ID" name="sort" options={ORDERS} />
      {shape.group !== "" && <Fold chart={chart} />}
      <Legend />
      <div class="zooms" role="group" aria-label="Zoom">
        <Button label="Zoom out" icon="farther" keys="-" run={() => zoomBy(chart, 1)} />
        <span class="segments">
          {ZOOMS.map((zoom) => (
            <button
              key={zoom}
              type="button"
              aria-pressed={chart.zoom.value === zoom ? "true" : "false"}
              onClick={() => chart.zoomTo(zoom)}
            >
              {zoom[0]!.toUpperCase() + zoom.slice(1)}
            </button>
          ))}
        </span>
        <Button label="Zoom in" icon="nearer" keys="+" run={() => zoomBy(chart, -1)} />
      </div>
      <button type="button" class="plain" title="Fit (F)" onClick={() => fit(chart)}>Fit</button>
      <button type="button" class="plain" title="Today (T)" onClick={() => chart.showToday()}>
        Today
      </button>
    </div>
  );
}

interface ChoiceProps {
  readonly chart: TimelineState;
  readonly label: string;
  /** What no choice is called. */
  readonly none: string;
  readonly name: "group" | "sort";
  readonly options: { readonly [value: string]: string };
}

function Choice({ chart, label, none, name, options }: ChoiceProps) {
  const shape: Shape = chart.view.shape.value;
  // A link from the grid may name any column.
  const other = shape[name] !== "" && !(shape[name] in options);
  return (
    <label class="filter labelled">
      <span>{label}</span>
      <select
        value={shape[name]}
        onChange={(event) => {
          chart.view.reshape({ ...shape, [name]: event.currentTarget.value });
          chart.go(0);
        }}
      >
        <option value="">{none}</option>
        {Object.entries(options).map(([value, word]) => (
          <option key={value} value={value}>{word}</option>
        ))}
        {other && (
          <option value={shape[name]}>
            {chart.props.fields.find((field) => field.name === shape[name])?.label ?? shape[name]}
          </option>
        )}
      </select>
    </label>
  );
}

function Fold({ chart }: { readonly chart: TimelineState }) {
  const anyClosed = chart.view.closed.value.size > 0;
  return (
    <button type="button" class="plain" onClick={() => chart.view.foldAll(!anyClosed)}>
      {anyClosed ? "Open all" : "Close all"}
    </button>
  );
}

const Legend = () => (
  <ul class="legend" aria-label="Legend">
    <li class="key plan">Plan</li>
    <li class="key forecast">Forecast</li>
    <li class="key actual">Actual</li>
    <li class="key draft">Draft</li>
  </ul>
);

interface ButtonProps {
  readonly label: string;
  readonly icon: IconName;
  readonly keys: string;
  readonly run: () => void;
}

const Button = ({ label, icon, keys, run }: ButtonProps) => (
  <button
    type="button"
    class="icon-button"
    aria-label={label}
    title={`${label} (${keys})`}
    onClick={run}
  >
    <Icon name={icon} />
  </button>
);
