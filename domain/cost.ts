/** What a record costs by plan, forecast and actual: computed in whole cents, never in floats. */
import { daysBetween } from "./dates.ts";
import { cents, divideCents, fromCents, type Money } from "./money.ts";
import type { Pfa } from "./pfa.ts";

export interface Costs {
  readonly plan: Money | null;
  readonly forecast: Money | null;
  readonly actual: Money | null;
  /** Actual (forecast while there is none) minus plan. */
  readonly variance: Money | null;
}

/**
 * Rental: days / 30.44 x monthlyRate, days counted from start to end; Purchase: purchasePrice (domain.md, Cost).
 * Null where a date or the amount is missing.
 */
export function costs(pfa: Pfa): Costs {
  const between = (start: string | null, end: string | null) =>
    start === null || end === null ? null : costOf(pfa, daysBetween(start, end));
  const plan = between(pfa.originalStart, pfa.originalEnd);
  const forecast = between(pfa.forecastStart, pfa.forecastEnd);
  const actual = between(pfa.actualStart, pfa.actualEnd);
  const latest = actual ?? forecast;
  return {
    plan: plan === null ? null : fromCents(plan),
    forecast: forecast === null ? null : fromCents(forecast),
    actual: actual === null ? null : fromCents(actual),
    variance: latest === null || plan === null ? null : fromCents(latest - plan),
  };
}

/** What of a record its cost depends on, beside days. */
export type Priced = Pick<Pfa, "source" | "monthlyRate" | "purchasePrice">;

/** The whole cents of so many days; null where the amount is missing. */
export function costOf(pfa: Priced, days: number): bigint | null {
  const amount = pfa.source === "Rental" ? pfa.monthlyRate : pfa.purchasePrice;
  if (amount === null) return null;
  return pfa.source === "Purchase"
    ? cents(amount)
    : divideCents(BigInt(days) * cents(amount) * 100n, 3044n);
}
