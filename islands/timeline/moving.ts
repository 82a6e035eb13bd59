/** How a forecast moves: as a whole, or by one of its ends; which never passes the other. */
import { addDays, type CivilDate, daysBetween } from "../../domain/dates.ts";

export interface Span {
  readonly start: CivilDate;
  readonly end: CivilDate;
}

/** What of a bar is held. */
export type Grip = "whole" | "start" | "end";

/** The span after its grip has gone so many days. */
export function moved({ start, end }: Span, grip: Grip, days: number): Span {
  const length = daysBetween(start, end);
  switch (grip) {
    case "whole":
      return { start: addDays(start, days), end: addDays(end, days) };
    case "start":
      return { start: addDays(start, Math.min(days, length)), end };
    case "end":
      return { start, end: addDays(end, Math.max(days, -length)) };
  }
}

const WEEK = 7;

/** The whole days that the pixels make, or whole weeks of them. */
export function snapped(pixels: number, pixelsOfDay: number, weekly: boolean): number {
  const step = weekly ? WEEK : 1;
  // Never -0, which would be written as a move.
  return Math.round(pixels / pixelsOfDay / step) * step || 0;
}

/** `+3 days`, `-1 day`, `0 days`. */
export const shiftWords = (days: number): string =>
  `${days > 0 ? "+" : days < 0 ? "−" : ""}${Math.abs(days)} day${Math.abs(days) === 1 ? "" : "s"}`;

/** `3 days later`, `1 day earlier`. */
export const shiftSaid = (days: number): string =>
  `${Math.abs(days)} day${Math.abs(days) === 1 ? "" : "s"} ${days < 0 ? "earlier" : "later"}`;
