/** Civil dates: days of a calendar, with no time and no zone, so that no browser or server can shift them. */

/** `YYYY-MM-DD`, a day that exists. */
export type CivilDate = string;

const FORM = /^(\d{4})-(\d{2})-(\d{2})(?:T00:00:00(?:\.0+)?(?:Z|\+00:00))?$/;
const DAY_MS = 86_400_000;

/**
 * Reads `YYYY-MM-DD` or the PEMS form `YYYY-MM-DDT00:00:00Z`.
 * @returns the day, or undefined for any other text, a time other than midnight UTC, or a day that does not exist
 */
export function readDate(text: string): CivilDate | undefined {
  const [, year, month, day] = FORM.exec(text) ?? [];
  if (year === undefined) return undefined;
  const date = `${year}-${month}-${day}`;
  const at = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? undefined : date;
}

/** The form in which a date travels to PEMS and out of our API: midnight UTC of that day. */
export const wireDate = (date: CivilDate): string => `${date}T00:00:00Z`;

/** The day's number: whole days since 1970-01-01. */
export const dayNumber = (date: CivilDate): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;

/** The day of that number. */
export const dayOf = (number: number): CivilDate =>
  new Date(number * DAY_MS).toISOString().slice(0, 10);

/** Whole days from start to end; 0 when both are the same day. */
export const daysBetween = (start: CivilDate, end: CivilDate): number =>
  dayNumber(end) - dayNumber(start);

/** The day that lies `days` later (earlier when negative). */
export const addDays = (date: CivilDate, days: number): CivilDate => dayOf(dayNumber(date) + days);

/** The same day of the month so many months later; the month's last where it has no such day. */
export function addMonths(date: CivilDate, months: number): CivilDate {
  const month = monthNumber(date) + months;
  const last = firstDayNumber(month + 1) - firstDayNumber(month);
  return dayOf(firstDayNumber(month) + Math.min(Number(date.slice(8)), last) - 1);
}

/** The month's number: months since year 0, so that neighbours differ by one. */
export const monthNumber = (date: CivilDate): number =>
  Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;

/** The number of the month's first day. */
export const firstDayNumber = (month: number): number =>
  Date.UTC(Math.floor(month / 12), month % 12, 1) / DAY_MS;
