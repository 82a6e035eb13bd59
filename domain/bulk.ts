/** Bulk operations: what one operation makes of one record, or why it leaves the record alone. */
import { costs } from "./cost.ts";
import { addDays, readDate } from "./dates.ts";
import { type Edits, sameValue } from "./delta.ts";
import { cents, divideCents, fromCents, type Money, readMoney } from "./money.ts";
import type { FieldName, FieldValue, Pfa } from "./pfa.ts";

/** Which ends of a pair of dates move. */
export const ENDS = ["both", "start", "end"] as const;
export type Ends = typeof ENDS[number];
export type Rate = "monthlyRate" | "purchasePrice";

export type BulkOperation =
  | {
    readonly kind: "shift";
    readonly pair: "forecast" | "actual";
    readonly ends: Ends;
    /** Earlier when negative. */
    readonly days: number;
  }
  | { readonly kind: "set_rate"; readonly field: Rate; readonly amount: Money }
  /** By percent with at most two decimals, written as money is: `-12.50`. */
  | { readonly kind: "scale_rate"; readonly field: Rate; readonly percent: Money }
  | { readonly kind: "set"; readonly edits: Edits }
  | { readonly kind: "discontinue" };

/** Why a record is left alone; the rest of the reasons is the business of whoever knows more than the record. */
export type Alone = "unchanged" | "not_applicable" | "unreadable";

export type Planned =
  | { readonly _tag: "Edits"; readonly edits: Edits }
  | { readonly _tag: "Deletes" }
  | { readonly _tag: "Alone"; readonly reason: Alone; readonly message: string };

/** The fields that the operation may change, in the order of the record: who may not edit one of them may not do it. */
export function fieldsOf(operation: BulkOperation): ReadonlyArray<FieldName> {
  switch (operation.kind) {
    case "shift":
      return endsOf(operation);
    case "set_rate":
    case "scale_rate":
      return [operation.field];
    case "set":
      return Object.keys(operation.edits) as FieldName[];
    case "discontinue":
      return [];
  }
}

/** What the operation makes of the record as its planner sees it; the rules of the whole record are judged later. */
export function planRecord(operation: BulkOperation, seen: Pfa): Planned {
  if (operation.kind === "discontinue") return { _tag: "Deletes" };
  const edits = editsOf(operation, seen);
  if ("reason" in edits) return { _tag: "Alone", ...edits };
  const changed = Object.entries(edits.edits)
    .filter(([name, value]) => !sameValue(name as FieldName, seen[name as FieldName], value));
  return changed.length === 0
    ? { _tag: "Alone", reason: "unchanged", message: "It has these values already" }
    : { _tag: "Edits", edits: Object.fromEntries(changed) };
}

type Outcome = { readonly edits: Edits } | { readonly reason: Alone; readonly message: string };

function editsOf(operation: Exclude<BulkOperation, { kind: "discontinue" }>, seen: Pfa): Outcome {
  switch (operation.kind) {
    case "shift":
      return shifted(operation, seen);
    case "set_rate":
      return rated(operation.field, seen, () => operation.amount);
    case "scale_rate":
      return rated(
        operation.field,
        seen,
        (amount) => amount === null ? null : scaled(amount, operation.percent),
      );
    case "set":
      return { edits: operation.edits };
  }
}

type Shift = Extract<BulkOperation, { kind: "shift" }>;

function endsOf({ pair, ends }: Shift): ReadonlyArray<FieldName> {
  const names = [`${pair}Start`, `${pair}End`] as const;
  return names.filter((_, nth) => ends === "both" || ends === (nth === 0 ? "start" : "end"));
}

/** Dates that are not set stay so. */
function shifted(operation: Shift, seen: Pfa): Outcome {
  const edits: { [name in FieldName]?: FieldValue } = {};
  for (const name of endsOf(operation)) {
    const day = seen[name] as string | null;
    if (day === null) continue;
    const moved = addDays(day, operation.days);
    if (readDate(moved) === undefined) {
      return { reason: "unreadable", message: `${name} would leave the calendar` };
    }
    edits[name] = moved;
  }
  return Object.keys(edits).length > 0
    ? { edits }
    : { reason: "not_applicable", message: `It has no ${operation.pair} dates to shift` };
}

/** A rental has a monthly rate, a purchase its price: the other kind's amount costs nothing, and is left alone. */
function rated(
  field: Rate,
  seen: Pfa,
  become: (amount: Money | null) => Money | null | undefined,
): Outcome {
  const source = field === "monthlyRate" ? "Rental" : "Purchase";
  if (seen.source !== source) {
    return { reason: "not_applicable", message: `It is a ${seen.source}, which has no ${field}` };
  }
  const after = become(seen[field]);
  if (after === null) return { reason: "not_applicable", message: `It has no ${field} to change` };
  return after === undefined
    ? { reason: "unreadable", message: `${field} would be larger than an amount may be` }
    : { edits: { [field]: after } };
}

/** The amount changed by so many percent, to the nearest whole cent; undefined when it grows too large. */
export const scaled = (amount: Money, percent: Money): Money | undefined =>
  readMoney(fromCents(divideCents(cents(amount) * (10_000n + cents(percent)), 10_000n)));

/** What records come to, in whole cents; nothing counts as zero, as in every sum on the screens. */
export interface Sums {
  readonly plan: bigint;
  readonly forecast: bigint;
  readonly actual: bigint;
  readonly variance: bigint;
}
export const NOTHING: Sums = { plan: 0n, forecast: 0n, actual: 0n, variance: 0n };

/** The sums with one record more. */
export function plus(sums: Sums, record: Pfa): Sums {
  const own = costs(record);
  const add = (name: keyof Sums) => sums[name] + (own[name] === null ? 0n : cents(own[name]));
  return {
    plan: add("plan"),
    forecast: add("forecast"),
    actual: add("actual"),
    variance: add("variance"),
  };
}
