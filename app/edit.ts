/** An edit as it arrives, judged field by field: who may change it, whether it exists, whether its value can be read. */
import type { Edits } from "../domain/delta.ts";
import { type FieldName, FIELDS, type FieldValue, isFieldName, readValue } from "../domain/pfa.ts";
import { permissionsToEdit } from "../domain/permissions.ts";
import type { Operation } from "../domain/threeway.ts";
import type { Membership } from "./env.ts";
import { broken, type FieldError, forbidden, invalid } from "./problem.ts";
import type { Edit } from "./record_shapes.ts";

/** An edit whose every value is in normal form. */
export interface ReadEdit {
  readonly pfaId: string;
  /** Where it stands in the request, such as `drafts.3.`; empty for a single one. */
  readonly path: string;
  readonly operation: Operation;
  readonly edits: Edits;
  readonly seen: Edits;
  readonly baseVersion: number | null;
  readonly changeReason: string | null;
}

/** Throws 403 for what the member may not edit, then 400 for unknown fields, then 422 for immutable ones and bad values. */
export function readEdits(
  edits: ReadonlyArray<Edit>,
  { single, organization }: { readonly single: boolean; readonly organization: Membership },
): ReadonlyArray<ReadEdit> {
  for (const edit of edits) requirePermissions(edit, organization);
  const malformed: FieldError[] = [];
  const wrong: FieldError[] = [];
  const read = edits.map((edit, nth) => {
    const path = single ? "" : `drafts.${nth}.`;
    const { operation = "UPDATE", changes, seen = {}, baseVersion, changeReason } = edit;
    if (operation === "UPDATE" && changes === undefined) {
      malformed.push({ path: `${path}changes`, message: "This field is required" });
    }
    if (operation === "DELETE" && Object.keys(changes ?? {}).length > 0) {
      wrong.push({ path: `${path}changes`, message: "A DELETE changes no fields" });
    }
    const into = { malformed, wrong };
    return {
      pfaId: edit.pfaId,
      path,
      operation,
      edits: readValues(changes ?? {}, { ...into, path: `${path}changes.`, editing: true }),
      seen: readValues(seen, { ...into, path: `${path}seen.`, editing: false }),
      baseVersion: baseVersion ?? null,
      changeReason: changeReason?.trim() || null,
    };
  });
  if (malformed.length > 0) throw invalid(malformed);
  if (wrong.length > 0) throw broken(wrong);
  return read;
}

function requirePermissions(
  { operation, changes = {}, seen = {} }: Edit,
  organization: Membership,
) {
  if (operation === "DELETE") requirePermission(organization, "Delete", "delete a record");
  for (const name of Object.keys(changes)) requireField(organization, name);
  for (const name of Object.keys(seen)) {
    if (isFieldName(name) && FIELDS[name].kind === "money") {
      requirePermission(organization, "ViewFinancials", `have seen ${name}`);
    }
  }
}

/** Throws 403 unless the member may edit the field; fields that nobody edits are judged later. */
export function requireField(organization: Membership, name: string): void {
  for (const permission of isFieldName(name) ? permissionsToEdit(name) ?? [] : []) {
    requirePermission(organization, permission, `edit ${name}`);
  }
}

export function requirePermission(
  { permissions, code }: Membership,
  permission: Membership["permissions"][number],
  to: string,
): void {
  if (permissions.includes(permission)) return;
  throw forbidden(`You need the permission ${permission} in ${code} to ${to}`);
}

/** Values that are to be written, judged like an edit's; `path` is where they stand. Throws 403, 400 and 422 alike. */
export function readChosen(
  values: { readonly [name: string]: unknown },
  { path, organization }: { readonly path: string; readonly organization: Membership },
): Edits {
  for (const name of Object.keys(values)) requireField(organization, name);
  const malformed: FieldError[] = [];
  const wrong: FieldError[] = [];
  const read = readValues(values, { malformed, wrong, path, editing: true });
  if (malformed.length > 0) throw invalid(malformed);
  if (wrong.length > 0) throw broken(wrong);
  return read;
}

interface Reading {
  readonly malformed: FieldError[];
  readonly wrong: FieldError[];
  readonly path: string;
  readonly editing: boolean;
}

function readValues(
  values: { readonly [name: string]: unknown },
  { malformed, wrong, path, editing }: Reading,
): Edits {
  const read: { [name in FieldName]?: FieldValue } = {};
  for (const [name, input] of Object.entries(values)) {
    if (!isFieldName(name)) {
      malformed.push({ path: path + name, message: `${name} is no field of a record` });
      continue;
    }
    if (editing && permissionsToEdit(name) === undefined) {
      wrong.push({
        path: path + name,
        message: name === "isDiscontinued"
          ? "isDiscontinued is set by the operation DELETE"
          : `${name} cannot be changed here`,
      });
      continue;
    }
    const reading = readValue(name, input);
    if ("value" in reading) read[name] = reading.value;
    else wrong.push({ path: path + name, message: reading.message });
  }
  return read;
}
