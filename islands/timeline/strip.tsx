/** The cost strip: what is on show costs so much each month, under the axis; the numbers are in a window too. */
import { dayOf, firstDayNumber } from "../../domain/dates.ts";
import { fromCents } from "../../domain/money.ts";
import { money, shortMoney } from "../format.ts";
import { type Days, type Scale, xOf } from "./scale.ts";
import { type Amounts, KINDS, type Spend, within } from "./spend.ts";
import type { TimelineState } from "./state.ts";
import { monthLabel } from "./ticks.ts";

interface StripProps {
  readonly chart: TimelineState;
  readonly scale: Scale;
  readonly days: Days;
  /** Of the whole plane; undefined until it has been measured. */
  readonly width: string | undefined;
}

/** Pixels: of the columns at most, and of their text above. */
const HEIGHT = 52;
const ABOVE = 16;
/** So wide is a month that an amount fits in. */
const ROOMY = 56;

export const amount = (cents: bigint): number => Number(fromCents(cents));

export function Strip({ chart, scale, days, width }: StripProps) {
  const { months, whole } = chart.spend.value;
  const most = months.reduce(
    (most, one) => KINDS.reduce((m, k) => one[k] > m ? one[k] : m, most),
    0n,
  );
  return (
    <div class="strip" style={width && { width }}>
      <div class="t-costs">
        <p>
          <b>Cost per month</b>
          <button type="button" class="link" onClick={() => chart.window.value = "costs"}>
            As a table
          </button>
        </p>
        <dl>
          {KINDS.map((kind) => (
            <div key={kind} title={money(amount(whole[kind]))}>
              <dt class={`key ${kind}`}>{kind}</dt>
              <dd>{shortMoney(amount(whole[kind]))}</dd>
            </div>
          ))}
        </dl>
      </div>
      {width && <Columns {...{ scale, days, most }} spend={chart.spend.value} />}
    </div>
  );
}

interface ColumnsProps {
  readonly spend: Spend;
  readonly scale: Scale;
  readonly days: Days;
  /** The highest column, in cents. */
  readonly most: bigint;
}

/** Seen only: the window has the same as a table. */
function Columns({ spend, scale, days, most }: ColumnsProps) {
  const from = xOf(scale, days.from);
  const width = (days.to - days.from) * scale.pixels;
  const months = within(spend, dayOf(days.from), dayOf(days.to));
  const high = (cents: bigint) => most === 0n ? 0 : Number(cents * 1000n / most) / 1000 * HEIGHT;
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={HEIGHT + ABOVE}
      style={{ transform: `translateX(${from}px)` }}
    >
      {months.map(({ month, ...cents }) => {
        const x = xOf(scale, firstDayNumber(month)) - from;
        const wide = (firstDayNumber(month + 1) - firstDayNumber(month)) * scale.pixels;
        const column = Math.max(1, wide * 0.84 / KINDS.length);
        return (
          <g key={month}>
            {KINDS.map((kind, nth) => (
              <rect
                key={kind}
                class={kind}
                x={x + wide * 0.08 + nth * column}
                y={HEIGHT + ABOVE - high(cents[kind])}
                width={column}
                height={high(cents[kind])}
              />
            ))}
            {wide >= ROOMY && cents.forecast > 0n && (
              <text x={x + wide / 2} y={HEIGHT + ABOVE - high(highest(cents)) - 4}>
                {shortMoney(amount(cents.forecast))}
              </text>
            )}
            <rect class="month" x={x} y={0} width={wide} height={HEIGHT + ABOVE}>
              <title>{said(month, cents)}</title>
            </rect>
          </g>
        );
      })}
    </svg>
  );
}

const highest = (cents: Amounts): bigint =>
  KINDS.reduce((most, kind) => cents[kind] > most ? cents[kind] : most, 0n);

const said = (month: number, cents: Amounts): string =>
  `${monthLabel(dayOf(firstDayNumber(month)))}: ${
    KINDS.map((kind) => `${kind} ${money(amount(cents[kind]))}`).join(", ")
  }`;
