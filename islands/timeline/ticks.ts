/** The two levels of the axis's header: what each zoom counts, and how it is written. */
import { dayNumber, dayOf, firstDayNumber, monthNumber } from "../../domain/dates.ts";
import type { Days, Zoom } from "./scale.ts";

export interface Tick extends Days {
  readonly label: string;
}

/** A stretch of the calendar: where the one with that day begins, where the next does, and its name. */
interface Unit {
  readonly begins: (day: number) => number;
  readonly next: (begin: number) => number;
  readonly label: (begin: number) => string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const yearOf = (day: number) => dayOf(day).slice(0, 4);
const monthName = (day: number) => MONTHS[Number(dayOf(day).slice(5, 7)) - 1]!;
const dayOfMonth = (day: number) => String(Number(dayOf(day).slice(8)));

/** So many months, counted from January. */
const months = (size: number, label: Unit["label"]): Unit => ({
  begins: (day) => {
    const month = monthNumber(dayOf(day));
    return firstDayNumber(month - month % size);
  },
  next: (begin) => firstDayNumber(monthNumber(dayOf(begin)) + size),
  label,
});

const quarterOf = (day: number) => `Q${Math.floor(monthNumber(dayOf(day)) % 12 / 3) + 1}`;

const DAY: Unit = { begins: (day) => day, next: (day) => day + 1, label: dayOfMonth };
/** Weeks begin on Monday; 1970-01-01 was a Thursday. */
const WEEK: Unit = {
  begins: (day) => day - (((day + 3) % 7) + 7) % 7,
  next: (day) => day + 7,
  label: (day) => `${monthName(day)} ${dayOfMonth(day)}`,
};
const MONTH = months(1, monthName);
const MONTH_OF_YEAR = months(1, (day) => `${monthName(day)} ${yearOf(day)}`);
const QUARTER = months(3, quarterOf);
const QUARTER_OF_YEAR = months(3, (day) => `${quarterOf(day)} ${yearOf(day)}`);
const YEAR = months(12, yearOf);
const DECADE = months(120, (day) => `${yearOf(day)}s`);

const LEVELS: { readonly [zoom in Zoom]: readonly [upper: Unit, lower: Unit] } = {
  day: [MONTH_OF_YEAR, DAY],
  week: [MONTH_OF_YEAR, WEEK],
  month: [QUARTER_OF_YEAR, MONTH],
  quarter: [YEAR, QUARTER],
  year: [DECADE, YEAR],
};

/** What is counted within the days, whole: the first may begin before them, the last end after. */
function counted({ begins, next, label }: Unit, { from, to }: Days): ReadonlyArray<Tick> {
  const ticks: Tick[] = [];
  for (let begin = begins(from); begin < to;) {
    const end = next(begin);
    ticks.push({ from: begin, to: end, label: label(begin) });
    begin = end;
  }
  return ticks;
}

interface Ticks {
  readonly upper: ReadonlyArray<Tick>;
  readonly lower: ReadonlyArray<Tick>;
}

export function ticksOf(zoom: Zoom, days: Days): Ticks {
  const [upper, lower] = LEVELS[zoom];
  return { upper: counted(upper, days), lower: counted(lower, days) };
}

/** Where the stretch after (1) or before (-1) the day begins, as the lower header counts. */
export function neighbour(zoom: Zoom, day: number, step: 1 | -1): number {
  const [, unit] = LEVELS[zoom];
  const begin = unit.begins(day);
  return step === 1 ? unit.next(begin) : begin < day ? begin : unit.begins(begin - 1);
}

/** Saturdays and Sundays within the days, as one stretch each. */
export const weekends = ({ from, to }: Days): ReadonlyArray<Days> =>
  counted(WEEK, { from, to }).map((week) => ({ from: week.from + 5, to: week.to }));

/** `Mar 2027`. */
export const monthLabel = (date: string): string => MONTH_OF_YEAR.label(dayNumber(date));
