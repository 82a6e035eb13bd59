/** What a PFA record is, to every room: its fields, their kinds, and how each value is read and written. */
import { type CivilDate, readDate, wireDate } from "./dates.ts";
import { type Money, readMoney, wireMoney } from "./money.ts";
import type { Permission } from "./permissions.ts";

export const SOURCES = ["Rental", "Purchase"] as const;
export const DORS = ["BEO", "PROJECT"] as const;

/** A record's content, normalised: trimmed text, civil dates, two-decimal money, null for nothing. */
export interface Pfa {
  readonly description: string | null;
  readonly areaSilo: string;
  readonly category: string;
  readonly class: string;
  readonly forecastCategory: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly contract: string | null;
  readonly equipment: string | null;
  readonly source: typeof SOURCES[number];
  readonly dor: typeof DORS[number];
  readonly monthlyRate: Money | null;
  readonly purchasePrice: Money | null;
  readonly originalStart: CivilDate;
  readonly originalEnd: CivilDate;
  readonly forecastStart: CivilDate;
  readonly forecastEnd: CivilDate;
  readonly actualStart: CivilDate | null;
  readonly actualEnd: CivilDate | null;
  readonly isActualized: boolean;
  readonly isDiscontinued: boolean;
  readonly isFundsTransferable: boolean;
}

export type FieldName = keyof Pfa;
export type FieldValue = string | boolean | null;
/** A value as it stands in JSON on our API and at PEMS: dates in the PEMS form, money as a number. */
export type WireValue = string | number | boolean | null;

export interface Field {
  readonly kind: "text" | "choice" | "money" | "date" | "flag";
  readonly nullable: boolean;
  /** What a user needs to edit it; undefined: nobody edits it. */
  readonly permission: Permission | undefined;
  readonly choices?: ReadonlyArray<string>;
  readonly maxLength?: number;
}

const text = (nullable: boolean, maxLength = 200): Field => ({
  kind: "text",
  nullable,
  permission: "EditForecast",
  maxLength,
});
const choice = (choices: ReadonlyArray<string>): Field => ({
  kind: "choice",
  nullable: false,
  permission: "EditForecast",
  choices,
});
const money: Field = { kind: "money", nullable: true, permission: "EditForecast" };
const date = (permission: Permission | undefined, nullable = false): Field => ({
  kind: "date",
  nullable,
  permission,
});
const flag = (permission: Permission): Field => ({ kind: "flag", nullable: false, permission });

/** Every field, in the order in which screens and CSV files show them. */
export const FIELDS: { readonly [name in FieldName]: Field } = {
  description: text(true, 500),
  areaSilo: text(false),
  category: text(false),
  class: text(false),
  forecastCategory: text(true),
  manufacturer: text(true),
  model: text(true),
  contract: text(true),
  equipment: text(true),
  source: choice(SOURCES),
  dor: choice(DORS),
  monthlyRate: money,
  purchasePrice: money,
  originalStart: date(undefined),
  originalEnd: date(undefined),
  forecastStart: date("EditForecast"),
  forecastEnd: date("EditForecast"),
  actualStart: date("EditActuals", true),
  actualEnd: date("EditActuals", true),
  isActualized: flag("EditActuals"),
  isDiscontinued: flag("Delete"),
  isFundsTransferable: flag("EditForecast"),
};

export const FIELD_NAMES = Object.keys(FIELDS) as ReadonlyArray<FieldName>;
export const MONEY_FIELDS = FIELD_NAMES.filter((name) => FIELDS[name].kind === "money");
export const isFieldName = (name: string): name is FieldName => Object.hasOwn(FIELDS, name);

/** A value in normal form, or the reason why it is none. */
export type Reading = { readonly value: FieldValue } | { readonly message: string };

/** Reads a JSON value for the field: by kind alone, without the rules of the whole record. */
export function readValue(name: FieldName, input: unknown): Reading {
  const field = FIELDS[name];
  if (input === null || (field.kind === "text" && typeof input === "string" && !input.trim())) {
    return field.nullable ? { value: null } : { message: `${name} must not be empty` };
  }
  switch (field.kind) {
    case "text":
      return readText(name, input);
    case "choice":
      return field.choices!.includes(input as string)
        ? { value: input as string }
        : { message: `${name} must be one of ${field.choices!.join(", ")}` };
    case "money": {
      const amount = typeof input === "number" ? readMoney(input) : undefined;
      return amount === undefined
        ? { message: `${name} must be a number with at most 2 decimals` }
        : { value: amount };
    }
    case "date": {
      const day = typeof input === "string" ? readDate(input) : undefined;
      return day === undefined
        ? { message: `${name} must be a date that exists, as YYYY-MM-DD` }
        : { value: day };
    }
    case "flag":
      return typeof input === "boolean"
        ? { value: input }
        : { message: `${name} must be true or false` };
  }
}

function readText(name: FieldName, input: unknown): Reading {
  if (typeof input !== "string") return { message: `${name} must be text` };
  const value = input.trim();
  const most = FIELDS[name].maxLength!;
  if (value.length > most) return { message: `${name} must have at most ${most} characters` };
  // Postgres text cannot hold NUL, and no field means anything with control characters.
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value)) {
    return { message: `${name} must not contain control characters` };
  }
  return { value };
}

/** The value as it travels: dates in the PEMS form, money as a number. */
export function wireValue(name: FieldName, value: FieldValue): WireValue {
  if (typeof value !== "string") return value;
  if (FIELDS[name].kind === "date") return wireDate(value);
  return FIELDS[name].kind === "money" ? wireMoney(value) : value;
}

/** The whole record, or the fields given of it, as it travels. */
export const wireRecord = (
  fields: { readonly [name in FieldName]?: FieldValue },
): Partial<Record<FieldName, WireValue>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, wireValue(name as FieldName, value)]),
  );

/** Reads a whole record from JSON; every unreadable field is named. */
export function readRecord(
  input: { readonly [name: string]: unknown },
): { readonly record: Pfa } | { readonly messages: ReadonlyArray<string> } {
  const messages: string[] = [];
  const record = Object.fromEntries(FIELD_NAMES.map((name) => {
    const reading = readValue(name, input[name] ?? null);
    if ("message" in reading) messages.push(reading.message);
    return [name, "value" in reading ? reading.value : null];
  }));
  return messages.length > 0 ? { messages } : { record: record as unknown as Pfa };
}
