/** The fields as one user sees them: labels, kinds and, where editing is not allowed, the reason. */
import { FIELD_NAMES, type FieldName, FIELDS } from "../../domain/pfa.ts";
import { type Permission, permissionsToEdit } from "../../domain/permissions.ts";
import type { FieldMeta } from "../../islands/field.ts";

export const LABELS: { readonly [name in FieldName]: string } = {
  description: "Description",
  areaSilo: "Area",
  category: "Category",
  class: "Class",
  forecastCategory: "Forecast category",
  manufacturer: "Manufacturer",
  model: "Model",
  contract: "Contract",
  equipment: "Equipment",
  source: "Source",
  dor: "DOR",
  monthlyRate: "Monthly rate",
  purchasePrice: "Purchase price",
  originalStart: "Plan start",
  originalEnd: "Plan end",
  forecastStart: "Forecast start",
  forecastEnd: "Forecast end",
  actualStart: "Actual start",
  actualEnd: "Actual end",
  isActualized: "Actualized",
  isDiscontinued: "Discontinued",
  isFundsTransferable: "Funds transferable",
};

/** Every field the user may see; money is left out without ViewFinancials. */
export function fieldsFor(permissions: ReadonlyArray<Permission>): ReadonlyArray<FieldMeta> {
  return FIELD_NAMES
    .filter((name) => FIELDS[name].kind !== "money" || permissions.includes("ViewFinancials"))
    .map((name) => {
      const { kind, nullable, choices, maxLength } = FIELDS[name];
      const locked = reasonLocked(name, permissions);
      return {
        name,
        label: LABELS[name],
        kind,
        nullable,
        ...(choices && { choices }),
        ...(maxLength && { maxLength }),
        ...(locked && { locked }),
      };
    });
}

function reasonLocked(name: FieldName, has: ReadonlyArray<Permission>): string | undefined {
  const needs = permissionsToEdit(name);
  if (needs === undefined) {
    return name === "isDiscontinued"
      ? "A record is discontinued by deleting it, not by editing this field."
      : "The plan is fixed: nobody changes it here.";
  }
  const missing = [...needs, "SaveDraft" as const].filter((permission) =>
    !has.includes(permission)
  );
  return missing.length === 0
    ? undefined
    : `Read only: you do not have the permission ${missing.join(" and ")}.`;
}
