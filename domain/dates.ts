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

/** Whole days from start to end; 0 when both are the same day. */
export const daysBetween = (start: CivilDate, end: CivilDate): number =>
  (Date.parse(`${end}T00:00:00Z`) - Date.parse(`${start}T00:00:00Z`)) / DAY_MS;

/** The day that lies `days` later (earlier when negative). */
export const addDays = (date: CivilDate, days: number): CivilDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
