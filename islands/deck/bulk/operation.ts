/** The operation as it stands in the dialog's form, and as the server takes it. */
import type { BulkRequest } from "../../../app/bulk_shapes.ts";
import type { FieldMeta, Workplace } from "../../field.ts";
import { readTyped } from "../../grid/reading.ts";

export type Operation = BulkRequest["operation"];

export const KINDS = {
  shift_forecast: "Shift forecast dates",
  shift_actual: "Shift actual dates",
  set_rate: "Set a rate or price",
  scale_rate: "Change a rate or price by percent",
  set: "Set fields",
  discontinue: "Discontinue",
} as const;
export type Kind = keyof typeof KINDS;

export interface Form {
  readonly kind: Kind;
  readonly days: string;
  readonly ends: "both" | "start" | "end";
  readonly rate: "monthlyRate" | "purchasePrice";
  readonly amount: string;
  readonly percent: string;
  /** Fields to set, each with what was typed. */
  readonly fields: ReadonlyArray<{ readonly name: string; readonly text: string }>;
}

export const BLANK: Form = {
  kind: "shift_forecast",
  days: "",
  ends: "both",
  rate: "monthlyRate",
  amount: "",
  percent: "",
  fields: [{ name: "", text: "" }],
};

/** What this user may do; the server says the same. */
export function kindsFor(
  fields: ReadonlyArray<FieldMeta>,
  workplace: Workplace,
): ReadonlyArray<Kind> {
  const may = (name: string) => fields.some((field) => field.name === name && !field.locked);
  return (Object.keys(KINDS) as Kind[]).filter((kind) => {
    switch (kind) {
      case "shift_forecast":
        return may("forecastStart");
      case "shift_actual":
        return may("actualStart");
      case "set_rate":
      case "scale_rate":
        return may("monthlyRate");
      case "set":
        return fields.some(({ locked }) => !locked);
      case "discontinue":
        return workplace.mayEdit && workplace.mayDelete;
    }
  });
}

export type Read =
  | { readonly operation: Operation }
  /** Undefined: it is not finished yet, and nothing is wrong with it. */
  | { readonly message: string | undefined };

/** What the form says so far. */
export function readForm(form: Form, fields: ReadonlyArray<FieldMeta>): Read {
  switch (form.kind) {
    case "shift_forecast":
    case "shift_actual": {
      if (form.days.trim() === "") return { message: undefined };
      const days = Number(form.days);
      if (!Number.isInteger(days)) return { message: "Whole days: 14, or -7 for a week earlier." };
      if (days === 0) return { message: "Nothing moves by 0 days." };
      const pair = form.kind === "shift_forecast" ? "forecast" : "actual";
      return { operation: { kind: "shift", pair, ends: form.ends, days } };
    }
    case "set_rate":
      return numbered(
        form.amount,
        AMOUNT,
        (amount) => ({ kind: "set_rate", field: form.rate, amount }),
      );
    case "scale_rate":
      return numbered(form.percent, PERCENT, (percent) => ({
        kind: "scale_rate",
        field: form.rate,
        percent,
      }));
    case "set":
      return setting(form, fields);
    case "discontinue":
      return { operation: { kind: "discontinue" } };
  }
}

interface Pattern {
  readonly form: RegExp;
  readonly message: string;
}
const AMOUNT: Pattern = {
  form: /^\d{1,12}(\.\d{1,2})?$/,
  message: "An amount such as 5500.00: not negative, at most 2 decimals.",
};
const PERCENT: Pattern = {
  form: /^[+-]?\d{1,4}(\.\d{1,2})?$/,
  message: "A percentage such as 5 or -2.5.",
};

function numbered(
  text: string,
  { form, message }: Pattern,
  make: (value: number) => Operation,
): Read {
  const bare = text.trim().replaceAll(",", "");
  if (bare === "") return { message: undefined };
  return form.test(bare) ? { operation: make(Number(bare)) } : { message };
}

function setting({ fields: lines }: Form, fields: ReadonlyArray<FieldMeta>): Read {
  const changes: { [name: string]: unknown } = {};
  for (const { name, text } of lines) {
    const field = fields.find((one) => one.name === name);
    if (field === undefined) continue;
    if ((field.kind === "choice" || field.kind === "flag") && text === "") {
      return { message: undefined };
    }
    const reading = readTyped(field, text);
    if ("message" in reading) {
      return { message: text === "" ? undefined : reading.message };
    }
    changes[name] = reading.value;
  }
  return Object.keys(changes).length === 0
    ? { message: undefined }
    : { operation: { kind: "set", changes } };
}
