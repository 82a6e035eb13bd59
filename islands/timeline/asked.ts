/** What the date form asks for, and the rules it would break. */
import { addDays, readDate } from "../../domain/dates.ts";
import type { Pfa } from "../../domain/pfa.ts";
import { brokenRules } from "../../domain/rules.ts";
import { plural } from "../format.ts";
import type { Row } from "../records/records.ts";
import { inWords } from "../records/wording.ts";
import { type Change, parted, pricedOf } from "./acting.ts";
import type { Span } from "./moving.ts";
import { onAxis } from "./scale.ts";
import type { TimelineState } from "./state.ts";

/** Dates as typed, empty for what stays; and days to go on top. */
export interface Asked {
  readonly start: string;
  readonly end: string;
  readonly days: number;
}

export const changeOf = ({ start, end, days }: Asked): Change => (span) => ({
  start: addDays(start || span.start, days),
  end: addDays(end || span.end, days),
});

/** Why the dates cannot be had, by the rules of the whole record; undefined: they can. */
export function refusalOf(
  chart: TimelineState,
  rows: ReadonlyArray<Row>,
  asked: Asked,
): string | undefined {
  const { free } = parted(chart, rows);
  const broken: Array<{ readonly row: Row; readonly message: string }> = [];
  for (const row of free) {
    const message = brokenBy(chart, row, changeOf(asked)(chart.forecast(row)));
    if (message !== undefined) broken.push({ row, message });
  }
  const [first] = broken;
  if (first === undefined) return undefined;
  const message = inWords(first.message, chart.props.fields);
  const where = rows.length === 1 ? "" : `${chart.records.ids[first.row]}: `;
  const more = broken.length > 1 ? ` (and ${plural(broken.length - 1, "other record")})` : "";
  return `${where}${message}.${more}`;
}

/** Of the rules only those about the forecast: what else is wrong with the record is not this form's doing. */
function brokenBy(chart: TimelineState, row: Row, { start, end }: Span): string | undefined {
  for (const date of [start, end]) {
    if (readDate(date) === undefined || !onAxis(date)) {
      return `${date} is no day of a project`;
    }
  }
  const record = {
    ...pricedOf(chart, row),
    forecastStart: start,
    forecastEnd: end,
    actualStart: chart.date(row, "actualStart"),
    actualEnd: chart.date(row, "actualEnd"),
  } as Pfa;
  return brokenRules(record).find(({ fields }) => fields.includes("forecastStart"))?.message;
}
