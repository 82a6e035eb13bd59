/** The business rules of a whole record: they hold for what it becomes, not only for what changed. */
import type { FieldName, Pfa } from "./pfa.ts";

export interface BrokenRule {
  /** The fields the rule is about; a conflict by rule names them all. */
  readonly fields: ReadonlyArray<FieldName>;
  /** The rule itself, the same for every record. */
  readonly rule: string;
  /** The rule with what this record has. */
  readonly message: string;
}

/** Every rule the record breaks; empty when it may stand. Shapes of single values are `readValue`'s business. */
export function brokenRules(pfa: Pfa): ReadonlyArray<BrokenRule> {
  const broken: BrokenRule[] = [];
  const check = (
    holds: boolean,
    fields: ReadonlyArray<FieldName>,
    rule: string,
    message = rule,
  ) => {
    if (!holds) broken.push({ fields, rule, message });
  };
  const ordered = (start: string | null, end: string | null) =>
    start === null || end === null || start <= end;

  check(
    ordered(pfa.forecastStart, pfa.forecastEnd),
    ["forecastStart", "forecastEnd"],
    "forecastEnd must not be before forecastStart",
    `forecastEnd ${pfa.forecastEnd} must not be before forecastStart ${pfa.forecastStart}`,
  );
  check(
    ordered(pfa.actualStart, pfa.actualEnd),
    ["actualStart", "actualEnd"],
    "actualEnd must not be before actualStart",
    `actualEnd ${pfa.actualEnd} must not be before actualStart ${pfa.actualStart}`,
  );
  check(
    pfa.source !== "Rental" || pfa.monthlyRate !== null,
    ["source", "monthlyRate"],
    "a Rental needs a monthlyRate",
  );
  check(
    pfa.source !== "Purchase" || pfa.purchasePrice !== null,
    ["source", "purchasePrice"],
    "a Purchase needs a purchasePrice",
  );
  for (const name of ["monthlyRate", "purchasePrice"] as const) {
    check(!pfa[name]?.startsWith("-"), [name], `${name} must not be negative`);
  }
  return broken;
}
