/** How values, amounts and times are written; the same on the server and in the browser, so that hydration agrees. */
import type { Value } from "./record.ts";

const LOCALE = "en-US";
/** Made when first used: the four of numbers kept a slow phone from answering for 130 ms, and few pages use them all. */
const lazily = <Made>(make: () => Made): () => Made => {
  let made: Made | undefined;
  return () => made ??= make();
};
const numbers = (options: Intl.NumberFormatOptions = {}) =>
  lazily(() => new Intl.NumberFormat(LOCALE, options));

const amount = numbers({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
const short = numbers({ notation: "compact", maximumFractionDigits: 2 });
const signed = numbers({
  notation: "compact",
  maximumFractionDigits: 2,
  signDisplay: "exceptZero",
});

/** Not negative, with its thousands apart. By hand: loading `Intl` took a slow phone 65 ms. */
export const count = (value: number): string =>
  String(value).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
export const money = (value: number): string => amount().format(value);
export const shortMoney = (value: number): string => short().format(value);
export const signedMoney = (value: number): string => signed().format(value);

const calendar = lazily(() =>
  new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: "UTC" })
);

/** A civil date as people say it: `Jan 3, 2027`. */
export const calendarDay = (date: string): string =>
  calendar().format(Date.parse(`${date}T00:00:00Z`));

/** `1 change`, `12 changes`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** What a cell says; empty for nothing. */
export function written(kind: string, value: Value): string {
  if (value === null) return "";
  if (kind === "flag") return value ? "Yes" : "No";
  return kind === "money" ? money(Number(value)) : String(value);
}

/** `2 s`, `2 min 4 s`, `1 h 5 min`: two units at most. */
export function duration(seconds: number): string {
  const s = Math.max(1, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min${s % 60 ? ` ${s % 60} s` : ""}`;
  const minutes = Math.round(s % 3600 / 60);
  return `${Math.floor(s / 3600)} h${minutes ? ` ${minutes} min` : ""}`;
}

/** A short time from its milliseconds: `280 ms`, `1.4 s`, `2 min 4 s`. */
export function span(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  return ms < 9950 ? `${(ms / 1000).toFixed(1)} s` : duration(ms / 1000);
}

/** PEMS takes 10 calls per second; the measured pace of the worker against that limit. */
const WRITES_PER_SECOND = 9.8;

/** About how long so many records take to reach PEMS. */
export const forecast = (records: number): string =>
  `about ${duration(records / WRITES_PER_SECOND)}`;

const local = lazily(() =>
  new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium" })
);

/** An instant in the reader's zone, to the second. Only in the browser: the server does not know the zone. */
export const localTime = (at: string): string =>
  local().format(
    new Date(at),
  );

/** An instant in UTC, for the first paint. */
export const utcTime = (at: string): string => `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
