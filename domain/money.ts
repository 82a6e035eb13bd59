/** Money: decimal text with two decimals inside, a JSON number on the wire, whole cents in arithmetic. */

/** Decimal text with exactly two decimals, such as `5500.00`; at most 12 digits before the point. */
export type Money = string;

const FORM = /^(-?)(\d{1,12})(?:\.(\d{1,2}0*))?$/;

/**
 * Reads a JSON number or decimal text.
 * @returns the normal form, or undefined when it is no amount, has more than two decimals, or exceeds 999,999,999,999.99
 */
export function readMoney(amount: number | string): Money | undefined {
  const text = typeof amount === "number" ? plainText(amount) : amount.trim();
  const [, sign, units, decimals = ""] = FORM.exec(text) ?? [];
  if (units === undefined || /[1-9]/.test(decimals.slice(2))) return undefined;
  const normal = `${BigInt(units)}.${decimals.slice(0, 2).padEnd(2, "0")}`;
  return sign === "-" && normal !== "0.00" ? `-${normal}` : normal;
}

/** The amount as a JSON number; exact, since 14 digits fit a double. */
export const wireMoney = (money: Money): number => Number(money);

/** The amount in whole cents. */
export const cents = (money: Money): bigint => BigInt(money.replace(".", ""));

/** Whole cents as money. */
export function fromCents(amount: bigint): Money {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `numerator / denominator` to the nearest whole cent, halves away from zero. */
export function divideCents(numerator: bigint, denominator: bigint): bigint {
  const sign = (numerator < 0n) === (denominator < 0n) ? 1n : -1n;
  const n = numerator < 0n ? -numerator : numerator;
  const d = denominator < 0n ? -denominator : denominator;
  return sign * ((2n * n + d) / (2n * d));
}

const plainText = (amount: number): string =>
  Number.isFinite(amount) && Math.abs(amount) < 1e15 ? amount.toString() : "";

const TELLS_OF_MONEY = /rate|price|cost|amount|budget|money|value/i;
const CURRENCY = "(?:USD|EUR|GBP|BRL|CAD|AUD|CHF|NOK|SEK|DKK|PLN|MXN|JPY|CNY|INR|ZAR)";
/** A number by itself or beside a currency: no part of an id, a date or a version of a protocol. */
const NUMBER = new RegExp(
  `(?:(?<![\\w.-])|(?<=\\b${CURRENCY}))-?\\d(?:[\\d.,]*\\d)?(?:(?=${CURRENCY}\\b)|(?![\\w-]|:\\d))`,
  "g",
);
/** Whatever the words around it are about: with cents, in groups of thousands, or beside a currency. */
const AMOUNT = new RegExp(
  [
    `(?<![\\w.:-])-?(?:\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d{1,3}(?:\\.\\d{3})+,\\d{2}|\\d+\\.\\d{2})(?![\\w-]|[.:,]\\d)`,
    `(?<=\\b${CURRENCY} ?|[$€£] ?)-?\\d(?:[\\d.,]*\\d)?`,
    `(?<![\\w.:-])-?\\d(?:[\\d.,]*\\d)?(?= ?(?:${CURRENCY}\\b|[$€£]))`,
  ].join("|"),
  "g",
);

/**
 * The text without amounts: PEMS's own words may quote one, and people's as well. Where they are about money all numbers
 * go, elsewhere what is written as an amount.
 */
export const maskAmounts = (text: string): string =>
  text.replace(TELLS_OF_MONEY.test(text) ? NUMBER : AMOUNT, "•••");
