/** Reads what a planner typed into a cell, by the field's kind; the record's rules are the server's to judge. */
import type { FieldMeta } from "../field.ts";
import type { Value } from "../record.ts";
import { type DayOrder, readDay } from "./days.ts";

export type Reading = { readonly value: Value } | { readonly message: string };

const AMOUNT = /^\d{1,12}(\.\d{1,2})?$/;
/** Thousands in groups of three, as the cell itself shows them: `5,5` is no amount. */
const GROUPED = /^\d{1,3}([, \u00a0]\d{3})+(\.\d+)?$/;

/** @param order how dates with slashes are meant */
export function readTyped(field: FieldMeta, typed: string, order: DayOrder = "month"): Reading {
  const text = typed.trim();
  if (text === "") {
    return field.nullable ? { value: null } : { message: `${field.label} must not be empty.` };
  }
  switch (field.kind) {
    case "money": {
      const bare = text.replace(/^[$€£]\s?/, "");
      const amount = GROUPED.test(bare) ? bare.replace(/[^\d.]/g, "") : bare;
      return AMOUNT.test(amount)
        ? { value: Number(amount) }
        : { message: "An amount such as 5500.00: not negative, at most 2 decimals." };
    }
    case "date": {
      const day = readDay(text, order);
      return day === undefined ? { message: "A date such as 2026-11-30." } : { value: day };
    }
    case "choice": {
      const choice = field.choices!.find((one) => one.toLowerCase() === text.toLowerCase());
      return choice === undefined
        ? { message: `One of ${field.choices!.join(", ")}.` }
        : { value: choice };
    }
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
