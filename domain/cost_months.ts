/** What records cost month by month: a rental day by day, a purchase on the day it begins. */
import { daysBetween } from "./dates.ts";
import { divideCents, fromCents, type Money } from "./money.ts";

/** `latest` is actual, or forecast while there is none: what variance is measured by. */
export const SERIES = ["plan", "forecast", "actual", "latest"] as const;
export type CostSeries = typeof SERIES[number];

/** The days in one month on which rentals begin (+) and end (-), and what is bought, summed over records. */
export interface MonthEvents {
  readonly series: CostSeries;
  /** Its first day. */
  readonly month: string;
  /** Monthly rates in whole cents, those that end taken off. */
  readonly rate: bigint;
  /** The same, each times the days from EPOCH to its day. */
  readonly moment: bigint;
  /** Prices in whole cents. */
  readonly bought: bigint;
}
export const EPOCH = "2000-01-01";

export interface MonthCosts {
  /** `YYYY-MM`. */
  readonly month: string;
  readonly plan: Money;
  readonly forecast: Money;
  readonly actual: Money;
  readonly variance: Money;
}

/** Fifty years: what lies further off is a typing error that no chart could show. */
export const MOST_MONTHS = 600;

/**
 * Costs of every month from the first event to the last. A rental costs rate / 30.44 for each day from its start to the
 * day before its end (domain.md, Cost), so what it has cost by a day is (days x rates - moments) / 30.44 of what began
 * before: one pass over months, however many records there are. Each month is rounded by itself to the nearest cent.
 */
export function monthly(events: ReadonlyArray<MonthEvents>): ReadonlyArray<MonthCosts> {
  const months = monthsOf(events);
  const costs = new Map(SERIES.map((series) => [series, spread(events, series, months)]));
  return months.map((month, nth) => {
    const of = (series: CostSeries) => costs.get(series)![nth]!;
    return {
      month: month.slice(0, 7),
      plan: fromCents(of("plan")),
      forecast: fromCents(of("forecast")),
      actual: fromCents(of("actual")),
      variance: fromCents(of("latest") - of("plan")),
    };
  });
}

function monthsOf(events: ReadonlyArray<MonthEvents>): ReadonlyArray<string> {
  const known = events.map(({ month }) => month).sort();
  const last = known.at(-1);
  const months: string[] = [];
  for (let month = known[0]; month !== undefined && month <= last!; month = next(month)) {
    if (months.push(month) === MOST_MONTHS) break;
  }
  return months;
}

const next = (month: string): string => {
  const [year, nth] = month.split("-").map(Number) as [number, number];
  const [y, m] = nth === 12 ? [year + 1, 1] : [year, nth + 1];
  return `${String(y).padStart(4, "0")}-${String(m).padStart(2, "0")}-01`;
};

/** Whole cents for each month. */
function spread(
  events: ReadonlyArray<MonthEvents>,
  series: CostSeries,
  months: ReadonlyArray<string>,
): ReadonlyArray<bigint> {
  const own = new Map(
    events.filter((one) => one.series === series).map((one) => [one.month, one]),
  );
  let rate = 0n;
  let moment = 0n;
  let reached = 0n;
  return months.map((month) => {
    const here = own.get(month);
    rate += here?.rate ?? 0n;
    moment += here?.moment ?? 0n;
    const by = BigInt(daysBetween(EPOCH, next(month))) * rate - moment;
    const rented = divideCents((by - reached) * 100n, 3044n);
    reached = by;
    return rented + (here?.bought ?? 0n);
  });
}
