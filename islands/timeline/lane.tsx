/** One record's row: who it is, its badge and dates, and its three bars; drawn again only when it changes. */
import { daysBetween } from "../../domain/dates.ts";
import { Badge, words } from "../badge.tsx";
import { calendarDay, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Row } from "../records/records.ts";
import { Bar, ForecastBar } from "./bar.tsx";
import { type Grip, moved } from "./moving.ts";
import type { Scale } from "./scale.ts";
import { ROW_HEIGHT } from "./sight.ts";
import type { TimelineState } from "./state.ts";
import { monthLabel } from "./ticks.ts";

interface LaneProps {
  readonly chart: TimelineState;
  readonly at: number;
  readonly row: Row;
  readonly scale: Scale;
  /** Whether the cursor is here. */
  readonly here: boolean;
  readonly picked: boolean;
  /** Whether it stands in a group. */
  readonly grouped: boolean;
  /** Where the forecast is when it is out of sight. */
  readonly beyond: "before" | "after" | undefined;
  /** What is held of this bar while it is dragged, and the days it went. */
  readonly grip: Grip | undefined;
  readonly days: number;
}

export function Lane(props: LaneProps) {
  const { chart, at, row, here, picked, grouped } = props;
  const { records } = chart;
  records.watch(row);
  records.watchBadge(row);
  const span = chart.forecast(row);
  const shown = props.grip === undefined ? span : moved(span, props.grip, props.days);
  const lock = chart.lockOf(row);
  const classes = `lane${here ? " active" : ""}${picked ? " picked" : ""}${lock ? " held" : ""}` +
    (props.grip === undefined ? "" : " dragged");
  return (
    <div
      role="row"
      class={classes}
      aria-level={grouped ? 2 : 1}
      aria-rowindex={at + 2}
      aria-selected={picked ? "true" : "false"}
      aria-label={labelOf(chart, row)}
      tabIndex={here ? 0 : -1}
      data-at={at}
      style={{ transform: `translateY(${at * ROW_HEIGHT}px)` }}
    >
      <div role="rowheader" class="t-cell t-name">
        <b>{records.ids[row]}</b>
        <span class="cut" title={text(chart, row)}>{text(chart, row)}</span>
      </div>
      <div role="gridcell" class="t-cell t-sync">
        <Badge sync={records.sync(row)} />
      </div>
      <div role="gridcell" class="t-cell t-dates">
        <span>{calendarDay(shown.start)}</span>
        <span>
          {calendarDay(shown.end)} <small>· {daysBetween(shown.start, shown.end)} d</small>
        </span>
      </div>
      <div role="gridcell" class="t-axis t-bars">
        <Bars {...props} />
      </div>
    </div>
  );
}

function Bars({ chart, row, scale, beyond, grip, days }: LaneProps) {
  const { records } = chart;
  const date = (name: Parameters<typeof chart.date>[1]) => chart.date(row, name);
  const span = chart.forecast(row);
  const { forecastStart, forecastEnd } = records.baseline(row);
  const actual = date("actualStart");
  const ended = date("actualEnd");
  const base = {
    start: String(forecastStart ?? span.start),
    end: String(forecastEnd ?? span.end),
  };
  const differs = base.start !== span.start || base.end !== span.end;
  return (
    <>
      {beyond === "before" && <Hint way="before" date={span.end} />}
      <Bar
        scale={scale}
        kind="plan"
        span={{ start: date("originalStart")!, end: date("originalEnd")! }}
      />
      {(differs || grip) && <Bar scale={scale} kind="base" span={grip ? span : base} />}
      <ForecastBar
        scale={scale}
        span={grip === undefined ? span : moved(span, grip, days)}
        status={records.sync(row).status}
        lock={chart.lockOf(row)}
      />
      {actual !== null && (
        <Bar
          scale={scale}
          kind={ended === null ? "actual open" : "actual"}
          span={{ start: actual, end: ended ?? latest(chart.today, actual) }}
        />
      )}
      {beyond === "after" && <Hint way="after" date={span.start} />}
    </>
  );
}

/** What is under way goes on until today. */
const latest = (today: string | undefined, start: string) =>
  today !== undefined && today > start ? today : start;

/** Where the bar went that is out of sight; a click goes there, as the key B does. */
const Hint = ({ way, date }: { readonly way: "before" | "after"; readonly date: string }) => (
  <span class={`hint hint-${way}`} aria-hidden="true">
    {way === "before" && <Icon name="next" />}
    {monthLabel(date)}
    {way === "after" && <Icon name="next" />}
  </span>
);

const text = ({ records }: TimelineState, row: Row): string =>
  String(records.value(row, "description") ?? records.value(row, "class") ?? "");

/** The row in a sentence, for who does not see bars. */
function labelOf(chart: TimelineState, row: Row): string {
  const { records } = chart;
  const from = (start: string | null, end: string | null) =>
    start === null
      ? undefined
      : end === null
      ? `since ${calendarDay(start)}`
      : `${calendarDay(start)} to ${calendarDay(end)}`;
  const { start, end } = chart.forecast(row);
  const actual = from(chart.date(row, "actualStart"), chart.date(row, "actualEnd"));
  return [
    records.ids[row],
    text(chart, row),
    `forecast ${from(start, end)}, ${plural(daysBetween(start, end), "day")}`,
    `plan ${from(chart.date(row, "originalStart"), chart.date(row, "originalEnd"))}`,
    actual && `actual ${actual}`,
    records.value(row, "isDiscontinued")
      ? "discontinued"
      : records.value(row, "isActualized") && "actualized",
    words(records.sync(row)),
  ].filter(Boolean).join(", ");
}
