/** A conflict as the API tells it, and how it is put into plain words. */
import type { Conflict as ConflictShape, Conflicts } from "../../app/sync_shapes.ts";
import type { FieldMeta } from "../field.ts";
import { written } from "../format.ts";
import { plainValue, type Value } from "../record.ts";

export type Conflict = typeof ConflictShape.Type;
export type ConflictPage = typeof Conflicts.Type;

export const STATUS_WORDS: { readonly [status in Conflict["status"]]: string } = {
  unresolved: "Needs a decision",
  resolved_local: "Mine was used",
  resolved_pems: "PEMS was used",
  resolved_merged: "Merged",
  resolved_auto: "Ended by itself",
};

export const KIND_WORDS: { readonly [kind in Conflict["kind"]]: string } = {
  fields: "Same field changed",
  merge_invalid: "Together against a rule",
  delete: "Deleted here, changed there",
  outcome_unknown: "No answer from PEMS",
};

export const WHY: { readonly [kind in Conflict["kind"]]: string } = {
  fields:
    "PEMS got another value for the same field after you saw it. Sending yours would overwrite it unseen.",
  merge_invalid:
    "Your change and the one in PEMS touch different fields, but together they break a rule.",
  delete: "You deleted this record, and somebody changed it in PEMS after you saw it.",
  outcome_unknown:
    "PEMS did not answer, and has moved on since. Nobody can tell whether your change arrived: compare the values and decide.",
};

export interface Line {
  readonly name: string;
  readonly field: FieldMeta | undefined;
  readonly label: string;
  /** Whether it must be decided; the rest goes along. */
  readonly disputed: boolean;
  readonly base: Value;
  /** Undefined: the change does not touch the field. */
  readonly mine: Value | undefined;
  readonly pems: Value;
}

/** Amounts are left out of the fields of who may not see them. */
export const HIDDEN = "An amount you may not see";

type Values = { readonly [name: string]: Value | undefined };

/** The fields to compare: the disputed ones first, then what else the change is about. */
export function linesOf(
  conflict: Conflict,
  fields: ReadonlyArray<FieldMeta>,
): ReadonlyArray<Line> {
  const [base, local, pems] = [
    conflict.baseData,
    conflict.localData,
    conflict.pemsData,
  ] as Values[];
  const others = conflict.kind === "delete" ? [] : Object.keys(local!);
  return [...new Set([...conflict.conflictFields, ...others])].map((name) => {
    const field = fields.find((one) => one.name === name);
    return {
      name,
      field,
      label: field?.label ?? HIDDEN,
      disputed: conflict.conflictFields.includes(name),
      base: plainValue(base![name] ?? (name in base! ? null : pems![name])),
      mine: name in local! ? plainValue(local![name]) : undefined,
      pems: plainValue(pems![name]),
    };
  });
}

/** The value as the reader may see it. */
export const shown = ({ field }: Line, value: Value | undefined): string =>
  field === undefined ? "hidden" : written(field.kind, value ?? null) || "nothing";
