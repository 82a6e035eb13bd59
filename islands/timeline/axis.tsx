/** The header with its two levels, the lines below it, and today. */
import { dayNumber } from "../../domain/dates.ts";
import { calendarDay } from "../format.ts";
import { type Days, type Scale, widthOf, xOf } from "./scale.ts";
import type { TimelineState } from "./state.ts";
import { type Tick, ticksOf, weekends } from "./ticks.ts";

interface AxisProps {
  readonly chart: TimelineState;
  readonly scale: Scale;
  /** What to draw. */
  readonly days: Days;
}

export const Head = ({ chart, scale, days }: AxisProps) => (
  <div role="row" class="lane t-heads" aria-rowindex={1}>
    <div role="columnheader" class="t-cell t-name">Record</div>
    <div role="columnheader" class="t-cell t-sync">Sync</div>
    <div role="columnheader" class="t-cell t-dates">Forecast</div>
    <div
      role="columnheader"
      class="t-axis"
      aria-label="Plan, forecast and actual over time"
      style={chart.width.value > 0 ? { width: `${widthOf(scale)}px` } : undefined}
    >
      <Levels chart={chart} scale={scale} days={days} />
    </div>
  </div>
);

function Levels({ chart, scale, days }: AxisProps) {
  if (chart.width.value === 0) return null;
  const { upper, lower } = ticksOf(scale.zoom, days);
  const today = chart.today;
  return (
    <div aria-hidden="true">
      {upper.map((tick) => <Named key={`u${tick.from}`} scale={scale} tick={tick} level="upper" />)}
      {lower.map((tick) => <Named key={`l${tick.from}`} scale={scale} tick={tick} level="lower" />)}
      {today && (
        <span class="today-flag" style={at(scale, dayNumber(today))} title={calendarDay(today)}>
          <span>Today</span>
        </span>
      )}
    </div>
  );
}

interface NamedProps {
  readonly scale: Scale;
  readonly tick: Tick;
  readonly level: "upper" | "lower";
}

/** The name stays in sight while its stretch is. */
const Named = ({ scale, tick, level }: NamedProps) => (
  <span class={`tick-of ${level}`} style={stretched(scale, tick)}>
    <span>{tick.label}</span>
  </span>
);

/** Behind the bars: where stretches of the header begin, weekends when days are wide, and today. */
export function Lines({ chart, scale, days }: AxisProps) {
  if (chart.width.value === 0) return null;
  const today = chart.today;
  const { lower } = ticksOf(scale.zoom, days);
  const free = scale.zoom === "day" || scale.zoom === "week" ? weekends(days) : [];
  return (
    <div class="t-lines" aria-hidden="true" style={{ width: `${widthOf(scale)}px` }}>
      {free.map((tick) => (
        <span
          key={`w${tick.from}`}
          class="free"
          style={stretched(scale, tick)}
        />
      ))}
      {lower.map(({ from }) => <span key={from} class="line" style={at(scale, from)} />)}
      {today && <span class="today-line" style={at(scale, dayNumber(today))} />}
    </div>
  );
}

/** Not a transform: what sticks within would not know of it. */
const at = (scale: Scale, day: number) => ({ left: `${xOf(scale, day)}px` });

const stretched = (scale: Scale, { from, to }: Days) => ({
  ...at(scale, from),
  width: `${(to - from) * scale.pixels}px`,
});
