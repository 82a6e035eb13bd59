/** When a cost arises: month by month, and the months together are the whole, to the cent. */
import { costOf, type Priced } from "./cost.ts";
import { type CivilDate, dayNumber, firstDayNumber, monthNumber } from "./dates.ts";

export interface Month {
  /** As `monthNumber` counts. */
  readonly month: number;
  readonly cents: bigint;
}

/**
 * A Purchase is paid in the month it starts. A Rental's days cost what they do in `costs`: each month takes what is
 * due at its end less what was due at its beginning, so that rounding never adds up.
 * @returns the months with a cost, in order; empty where the amount is missing
 */
export function spending(pfa: Priced, start: CivilDate, end: CivilDate): ReadonlyArray<Month> {
  const [from, to] = [dayNumber(start), dayNumber(end)];
  const whole = costOf(pfa, to - from);
  if (whole === null || whole === 0n) return [];
  const first = monthNumber(start);
  if (pfa.source === "Purchase" || to <= firstDayNumber(first + 1)) {
    return [{ month: first, cents: whole }];
  }
  const months: Month[] = [];
  let due = 0n;
  for (let month = first; due < whole; month++) {
    const until = Math.min(to, firstDayNumber(month + 1)) - from;
    const then = costOf(pfa, until)!;
    if (then > due) months.push({ month, cents: then - due });
    due = then;
  }
  return months;
}
