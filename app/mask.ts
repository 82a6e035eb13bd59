/** Money, in one place: whoever lacks ViewFinancials gets null for it, and no amount in any text, on every way out. */
import { maskAmounts } from "../domain/money.ts";
import { type FieldName, isFieldName, MONEY_FIELDS } from "../domain/pfa.ts";
import type { Permission } from "../domain/permissions.ts";
import type { SyncState } from "../domain/status.ts";
import type { WireDelta } from "./wire.ts";

export interface Mask {
  /** The fields with money as null where it is there. */
  fields<Values extends object>(values: Values): Values;
  /** A delta with the values of money as null. */
  delta(delta: WireDelta): WireDelta;
  /** The same at any depth, texts included: for trails and payloads. */
  deep(value: unknown): unknown;
  text(text: string): string;
  sync(sync: SyncState): SyncState;
}

/** By the field's name here, or its column's. */
function isMoney(name: string): boolean {
  const field = name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return isFieldName(field) && MONEY_FIELDS.includes(field as FieldName);
}

/** What may be shown to the holder of these permissions. */
export const maskFor = (permissions: ReadonlyArray<Permission>): Mask =>
  permissions.includes("ViewFinancials") ? OPEN : MASKED;

export const seesMoney = (permissions: ReadonlyArray<Permission>) =>
  permissions.includes("ViewFinancials");

const OPEN: Mask = {
  fields: (values) => values,
  delta: (delta) => delta,
  deep: (value) => value,
  text: (text) => text,
  sync: (sync) => sync,
};

export const MASKED: Mask = {
  fields: <Values extends object>(values: Values): Values =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, isMoney(name) ? null : value]),
    ) as Values,
  delta: (delta) =>
    Object.fromEntries(
      Object.entries(delta).map(([name, change]) => [name, isMoney(name) ? HIDDEN : change]),
    ),
  deep: maskDeep,
  text: maskAmounts,
  sync: (sync) => sync.error === undefined ? sync : { ...sync, error: maskAmounts(sync.error) },
};

const HIDDEN = { from: null, to: null };

function maskDeep(value: unknown): unknown {
  if (typeof value === "string") return maskAmounts(value);
  if (Array.isArray(value)) return value.map(maskDeep);
  if (typeof value !== "object" || value === null) return value;
  // A change may name its field beside its values.
  const ofMoney = "field" in value && typeof value.field === "string" && isMoney(value.field);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isMoney(name) || ofMoney && name !== "field" ? null : maskDeep(inner),
    ]),
  );
}
