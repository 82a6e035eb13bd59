/** One panel: its title, what a look at it tells, its plot, and the same as a table. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Metrics } from "../../app/series.ts";
import { type Drawn, type Panel, sentence } from "./panels.ts";
import type { Plot } from "./plot.ts";

interface PanelProps {
  readonly panel: Panel;
  readonly metrics: Metrics;
  readonly zoom: (from: number, to: number) => void;
  /** How a moment is written; in the reader's zone once the page is awake. */
  readonly moment: (seconds: number) => string;
}

/** Rows of a table at most: the newest. */
const TABLED = 120;

export function PanelView({ panel, metrics, zoom, moment }: PanelProps) {
  const table = useSignal(false);
  const lines = panel.lines(metrics);
  const told = sentence(panel, lines, (nth) => moment(metrics.at[nth]!));
  return (
    <section class="panel metric" aria-labelledby={`metric-${panel.id}`}>
      <header>
        <h2 id={`metric-${panel.id}`}>
          {panel.title} <small class="muted">{panel.unit}</small>
        </h2>
        <button
          type="button"
          class="plain needs-script"
          aria-pressed={table.value}
          onClick={() => table.value = !table.value}
        >
          View as table
        </button>
      </header>
      <p class="muted metric-told">{told}</p>
      {table.value
        ? <Table {...{ panel, metrics, lines, moment }} />
        : <Chart {...{ panel, metrics, lines, zoom }} />}
    </section>
  );
}

interface ChartProps extends Omit<PanelProps, "moment"> {
  readonly lines: ReadonlyArray<Drawn>;
}

/** The plot's library comes when there is something to plot. */
function Chart({ panel, metrics, lines, zoom }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const newest = useRef({ metrics, lines });
  newest.current = { metrics, lines };
  const labels = lines.map(({ label }) => label).join();
  useEffect(() => {
    let gone = false;
    void import("./plot.ts").then(({ draw }) => {
      if (gone) return;
      plot.current = draw({ element: place.current!, panel, zoom }, newest.current);
    });
    return () => {
      gone = true;
      plot.current?.stop();
      plot.current = undefined;
    };
  }, [labels]);
  useEffect(() => plot.current?.show({ metrics, lines }), [metrics]);
  return <div ref={place} class="metric-plot" aria-hidden="true" />;
}

interface TableProps extends Omit<PanelProps, "zoom"> {
  readonly lines: ReadonlyArray<Drawn>;
}

function Table({ panel, metrics, lines, moment }: TableProps) {
  const first = Math.max(metrics.at.length - TABLED, 0);
  return (
    <div class="metric-table" tabIndex={0} role="region" aria-label={`${panel.title}, as a table`}>
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => <th key={label} scope="col">{label}</th>)}
          </tr>
        </thead>
        <tbody>
          {metrics.at.slice(first).map((time, nth) => (
            <tr key={time}>
              <th scope="row">{moment(time)}</th>
              {lines.map(({ label, values }) => (
                <td key={label}>{written(panel, values[first + nth])}</td>
              ))}
            </tr>
          )).reverse()}
        </tbody>
      </table>
    </div>
  );
}

const written = ({ write }: Panel, value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : write(value);
