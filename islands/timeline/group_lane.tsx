/** The heading of a group: its name, how many it has, and from when to when its bars reach together. */
import { useMemo } from "preact/hooks";
import { calendarDay, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Group } from "../records/view.ts";
import { Bar } from "./bar.tsx";
import type { Span } from "./moving.ts";
import type { Scale } from "./scale.ts";
import { ROW_HEIGHT } from "./sight.ts";
import type { TimelineState } from "./state.ts";

interface GroupLaneProps {
  readonly chart: TimelineState;
  readonly at: number;
  readonly group: Group;
  readonly scale: Scale;
  /** Whether the cursor is here. */
  readonly here: boolean;
}

const PAIRS = {
  plan: ["originalStart", "originalEnd"],
  forecast: ["forecastStart", "forecastEnd"],
  actual: ["actualStart", "actualEnd"],
} as const;

export function GroupLane({ chart, at, group, scale, here }: GroupLaneProps) {
  const moves = chart.records.values.value;
  const spans = useMemo(() => ({
    plan: together(chart, group, "plan"),
    forecast: together(chart, group, "forecast"),
    actual: together(chart, group, "actual"),
  }), [group.rows, moves]);
  const open = !chart.view.closed.value.has(group.label);
  const said = (span: Span | undefined) =>
    span && `${calendarDay(span.start)} to ${calendarDay(span.end)}`;
  const name = group.label || "Nothing";
  return (
    <div
      role="row"
      class={here ? "lane heading active" : "lane heading"}
      aria-level={1}
      aria-rowindex={at + 2}
      aria-expanded={open ? "true" : "false"}
      aria-label={`${name}, ${plural(group.count, "record")}, forecast ${
        said(spans.forecast)
      }, plan ${said(spans.plan)}`}
      tabIndex={here ? 0 : -1}
      data-at={at}
      style={{ transform: `translateY(${at * ROW_HEIGHT}px)` }}
    >
      <div role="rowheader" class="t-cell t-group">
        <Icon name={open ? "chevron" : "next"} />
        <span class="cut">{name}</span>
        <small>{group.count}</small>
      </div>
      <div role="gridcell" class="t-axis t-bars">
        {(["plan", "forecast", "actual"] as const).map((kind) =>
          spans[kind] && (
            <Bar
              key={kind}
              scale={scale}
              kind={kind === "forecast" ? "whole" : kind}
              span={spans[kind]}
            />
          )
        )}
      </div>
    </div>
  );
}

/** From the first start to the last end; undefined where there is none. */
function together(chart: TimelineState, group: Group, kind: keyof typeof PAIRS): Span | undefined {
  const [first, last] = PAIRS[kind];
  let start: string | undefined;
  let end: string | undefined;
  for (const row of group.rows) {
    const [from, to] = [chart.date(row, first), chart.date(row, last) ?? chart.date(row, first)];
    if (from !== null && (start === undefined || from < start)) start = from;
    if (to !== null && (end === undefined || to > end)) end = to;
  }
  return start === undefined || end === undefined ? undefined : { start, end };
}
