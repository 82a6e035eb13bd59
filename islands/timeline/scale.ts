/** The time axis: which day stands at which pixel, at five zooms. */
import { type CivilDate, dayNumber, dayOf } from "../../domain/dates.ts";

/** From near to far; each names what its lower header counts. */
export const ZOOMS = ["day", "week", "month", "quarter", "year"] as const;
export type Zoom = typeof ZOOMS[number];

export const isZoom = (text: string | undefined): text is Zoom =>
  (ZOOMS as ReadonlyArray<string | undefined>).includes(text);

/** Pixels a day is wide. */
const PIXELS: { readonly [zoom in Zoom]: number } = {
  day: 36,
  week: 14,
  month: 4,
  quarter: 1.6,
  year: 0.5,
};

/** Days by number, `to` not included. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

export interface Scale extends Days {
  readonly zoom: Zoom;
  readonly pixels: number;
}

export const scaleOf = (zoom: Zoom, { from, to }: Days): Scale => ({
  zoom,
  from,
  to,
  pixels: PIXELS[zoom],
});

/** Where the day begins, in pixels from the axis's beginning. */
export const xOf = ({ from, pixels }: Scale, day: number): number => (day - from) * pixels;

/** The day under the pixel, with what has passed of it. */
export const dayAt = ({ from, pixels }: Scale, x: number): number => from + x / pixels;

export const widthOf = (scale: Scale): number => xOf(scale, scale.to);

/** Nearer (-1) or farther (1); the last stays. */
export const zoomed = (zoom: Zoom, step: number): Zoom =>
  ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(zoom) + step))]!;

/** The nearest zoom at which so many days fit into so many pixels; else the farthest. */
export const fitting = (days: number, pixels: number): Zoom =>
  ZOOMS.find((zoom) => days * PIXELS[zoom] <= pixels) ?? "year";

/** The axis goes no farther: some systems write "never" as the year 9999, and browsers scroll 33 million pixels. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2200;

/** Whether the axis may hold the day. */
export const onAxis = (date: CivilDate): boolean =>
  yearOf(date) >= FIRST_YEAR && yearOf(date) < LAST_YEAR;

/** Whole years around the days, with a year to spare on either side: bars are dragged beyond what there is. */
export const yearsAround = (first: CivilDate, last: CivilDate): Days => ({
  from: dayNumber(`${within(yearOf(first) - 1)}-01-01`),
  to: dayNumber(`${within(yearOf(last) + 2)}-01-01`),
});

const within = (year: number): number => Math.max(FIRST_YEAR, Math.min(LAST_YEAR, year));

const yearOf = (date: CivilDate): number => Number(date.slice(0, 4));

/** Both together. */
export const joined = (one: Days, other: Days): Days =>
  one.from <= other.from && one.to >= other.to
    ? one
    : { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };

/** As many days as fill the pixels too, in whole years. */
export function filling(days: Days, zoom: Zoom, pixels: number): Days {
  const needed = days.from + Math.ceil(pixels / PIXELS[zoom]);
  return needed <= days.to
    ? days
    : { ...days, to: dayNumber(`${yearOf(dayOf(needed)) + 1}-01-01`) };
}
