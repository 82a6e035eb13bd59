/** The 14 permissions of a membership, and what each field edit needs. */
import { type FieldName, FIELDS } from "./pfa.ts";

export const PERMISSIONS = [
  "Read",
  "EditForecast",
  "EditActuals",
  "Delete",
  "Import",
  "RefreshData",
  "Export",
  "ViewFinancials",
  "SaveDraft",
  "Sync",
  "ManageUsers",
  "ManageSettings",
  "ConfigureAlerts",
  "Impersonate",
] as const;
export type Permission = typeof PERMISSIONS[number];

export const isPermission = (name: string): name is Permission =>
  (PERMISSIONS as ReadonlyArray<string>).includes(name);

/**
 * The permissions an edit of the field needs: the field's own and, for money, ViewFinancials too.
 * Undefined: nobody may edit it here (the plan dates; `isDiscontinued` goes through a DELETE).
 */
export function permissionsToEdit(name: FieldName): ReadonlyArray<Permission> | undefined {
  const { permission, kind } = FIELDS[name];
  if (permission === undefined || permission === "Delete") return undefined;
  return kind === "money" ? [permission, "ViewFinancials"] : [permission];
}
