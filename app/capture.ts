/** What a draft becomes when an edit meets it: pure, so that bulk and single saves decide alike. */
import type { Basis } from "../db/drafts.ts";
import {
  applied,
  capture,
  type Change,
  type Delta,
  isEmpty,
  mergeDeltas,
} from "../domain/delta.ts";
import { FIELD_NAMES, type FieldName, type FieldValue, type Pfa } from "../domain/pfa.ts";
import { brokenRules } from "../domain/rules.ts";
import type { Operation } from "../domain/threeway.ts";
import type { ReadEdit } from "./edit.ts";
import type { FieldError } from "./problem.ts";

/** The state of a draft between two edits of one request. */
export interface Drafted {
  readonly operation: Operation;
  readonly changes: Delta;
  readonly baseVersion: number;
}

export type Captured =
  | { readonly _tag: "Drafted"; readonly draft: Drafted }
  /** Every field is back at its base. */
  | { readonly _tag: "Emptied"; readonly baseVersion: number }
  | { readonly _tag: "Broken"; readonly errors: ReadonlyArray<FieldError> }
  /** The own draft deletes the record: it would have to go first. */
  | { readonly _tag: "Deleted" };

/** The edit laid over the draft there is; the rules are those of the whole record after it. */
export function captureEdit(basis: Basis, draft: Drafted | undefined, edit: ReadEdit): Captured {
  const { record, version } = basis;
  const ahead = edit.baseVersion !== null && edit.baseVersion > version;
  if (ahead) {
    return refused(`${edit.path}baseVersion`, `The record is at version ${version}`);
  }
  if (record.isDiscontinued) {
    return refused(`${edit.path}pfaId`, `${edit.pfaId} is discontinued and cannot be changed`);
  }
  const base = Math.min(edit.baseVersion ?? version, draft?.baseVersion ?? version);
  if (edit.operation === "DELETE") {
    return { _tag: "Drafted", draft: deletion({ ...record, ...edit.seen } as Pfa, base) };
  }
  if (draft?.operation === "DELETE") return { _tag: "Deleted" };
  const changes = mergeDeltas(draft?.changes ?? {}, capture(known(basis, draft, edit), edit.edits));
  if (isEmpty(changes)) return { _tag: "Emptied", baseVersion: base };
  const errors = ruleErrors(applied(record, changes), changes, `${edit.path}changes.`);
  return errors.length > 0
    ? { _tag: "Broken", errors }
    : { _tag: "Drafted", draft: { operation: "UPDATE", changes, baseVersion: base } };
}

/**
 * What the planner saw: what the tab says it showed, else the own draft and what is pending, else the
 * mirror, at the version the tab had.
 */
function known(
  { record, pending, earlier }: Basis,
  draft: Drafted | undefined,
  edit: ReadEdit,
): Pfa {
  const moved: { [name in FieldName]?: FieldValue } = {};
  for (const name of earlier === undefined ? [] : FIELD_NAMES) {
    if (!pending.has(name)) moved[name] = earlier![name];
  }
  return { ...applied({ ...record, ...moved } as Pfa, draft?.changes ?? {}), ...edit.seen } as Pfa;
}

/** A delete carries every field as it was seen, so that whatever PEMS changed meanwhile is noticed. */
function deletion(seen: Pfa, baseVersion: number): Drafted {
  const changes: { [name in FieldName]?: Change } = {};
  for (const name of FIELD_NAMES) changes[name] = { from: seen[name], to: seen[name] };
  changes.isDiscontinued = { from: false, to: true };
  return { operation: "DELETE", changes, baseVersion };
}

/** Every rule the record breaks, told at the field that was changed. */
export const ruleErrors = (record: Pfa, changes: Delta, path: string): ReadonlyArray<FieldError> =>
  brokenRules(record).map(({ fields, message }) => ({
    path: path + (fields.findLast((name) => name in changes) ?? fields.at(-1)),
    message,
  }));

const refused = (path: string, message: string): Captured => ({
  _tag: "Broken",
  errors: [{ path, message }],
});
