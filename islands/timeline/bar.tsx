/** Bars on the axis: thin ones for plan and actual, the forecast between them with its grips and its badge's sign. */
import { dayNumber } from "../../domain/dates.ts";
import type { SyncState } from "../../domain/status.ts";
import { calendarDay } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Span } from "./moving.ts";
import { type Scale, xOf } from "./scale.ts";

/** What is a day long shows at any zoom. */
const LEAST = 3;
/** So wide is a bar that its badge's sign fits in. */
const ROOMY = 24;

/** The last day is part of the bar. */
function placed(scale: Scale, { start, end }: Span) {
  const left = xOf(scale, dayNumber(start));
  const width = Math.max(LEAST, xOf(scale, dayNumber(end) + 1) - left);
  return { width, style: { transform: `translateX(${left}px)`, width: `${width}px` } };
}

interface BarProps {
  readonly scale: Scale;
  readonly span: Span;
  readonly kind: "plan" | "base" | "whole" | "actual" | "actual open";
}

export const Bar = ({ scale, span, kind }: BarProps) => (
  <span class={`bar-of ${kind}`} aria-hidden="true" style={placed(scale, span).style} />
);

interface ForecastBarProps {
  readonly scale: Scale;
  readonly span: Span;
  readonly status: SyncState["status"];
  /** Why it cannot be moved. */
  readonly lock: string | undefined;
}

export function ForecastBar({ scale, span, status, lock }: ForecastBarProps) {
  const { width, style } = placed(scale, span);
  const dates = `Forecast ${calendarDay(span.start)} to ${calendarDay(span.end)}`;
  return (
    <span
      class={`bar-of forecast b-${status}`}
      aria-hidden="true"
      style={style}
      title={lock === undefined ? dates : `${dates}. ${lock}`}
      data-grip="whole"
    >
      {lock === undefined && <span class="end-grip start" data-grip="start" />}
      {width >= ROOMY &&
        (lock !== undefined ? <Icon name="lock" /> : status !== "clean" && <Icon name={status} />)}
      {lock === undefined && <span class="end-grip end" data-grip="end" />}
    </span>
  );
}
