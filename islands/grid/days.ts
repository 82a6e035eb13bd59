/** Dates as planners and their spreadsheets write them, read without guessing. */

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Which comes first in dates with slashes. */
export type DayOrder = "month" | "day";

/** As the reader's language has it: Excel puts dates on the clipboard in that order. */
export function dayOrder(language: string): DayOrder {
  const parts = new Intl.DateTimeFormat(language).formatToParts(0).map(({ type }) => type);
  return parts.indexOf("day") < parts.indexOf("month") ? "day" : "month";
}

type Read = (match: RegExpMatchArray, order: DayOrder) => readonly [string, string, string];

/** Each gives year, month and day. */
const FORMS: ReadonlyArray<readonly [RegExp, Read]> = [
  [
    /^(\d{4})[-/.](\d\d?)[-/.](\d\d?)(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?$/,
    ([, y, m, d]) => [y!, m!, d!],
  ],
  [/^(\d\d?)\.(\d\d?)\.(\d{4})$/, ([, d, m, y]) => [y!, m!, d!]],
  [
    /^(\d\d?)\/(\d\d?)\/(\d{4})$/,
    ([, one, other, y], order) => order === "day" ? [y!, other!, one!] : [y!, one!, other!],
  ],
  [/^(\d\d?)[- ]([a-z]{3})[a-z]*[-, ]+(\d{4})$/i, ([, d, m, y]) => [y!, monthOf(m!), d!]],
  [/^([a-z]{3})[a-z]* (\d\d?),? (\d{4})$/i, ([, m, d, y]) => [y!, monthOf(m!), d!]],
];

const monthOf = (name: string) => String(MONTHS.indexOf(name.toLowerCase()) + 1);

/** `YYYY-MM-DD`; undefined for what is no date, or one that does not exist. */
export function readDay(text: string, order: DayOrder): string | undefined {
  for (const [form, read] of FORMS) {
    const match = text.match(form);
    if (match === null) continue;
    const [year, month, day] = read(match, order);
    const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    const instant = new Date(`${date}T00:00:00Z`);
    const exists = !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(date);
    return exists ? date : undefined;
  }
  return undefined;
}
