/** Reads what a planner typed into a cell, by the field's kind; the record's rules are the server's to judge. */
import type { FieldMeta } from "../field.ts";
import type { Value } from "../record.ts";

export type Reading = { readonly value: Value } | { readonly message: string };

const AMOUNT = /^\d{1,12}(\.\d{1,2})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readTyped(field: FieldMeta, typed: string): Reading {
  const text = typed.trim();
  if (text === "") {
    return field.nullable ? { value: null } : { message: `${field.label} must not be empty.` };
  }
  switch (field.kind) {
    case "money": {
      // Thousands separators as the cell itself shows them.
      const amount = text.replace(/[,\s]/g, "");
      return AMOUNT.test(amount)
        ? { value: Number(amount) }
        : { message: "An amount such as 5500.00: not negative, at most 2 decimals." };
    }
    case "date":
      return DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
        ? { value: text }
        : { message: "A date such as 2026-11-30." };
    case "choice":
      return field.choices!.includes(text)
        ? { value: text }
        : { message: `One of ${field.choices!.join(", ")}.` };
    case "flag":
      return /^(yes|true|1|no|false|0)$/i.test(text)
        ? { value: /^(yes|true|1)$/i.test(text) }
        : { message: "Yes or No." };
    case "text":
      return text.length <= field.maxLength!
        ? { value: text }
        : { message: `At most ${field.maxLength} characters; these are ${text.length}.` };
  }
}
