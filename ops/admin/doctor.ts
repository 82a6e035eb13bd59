/** `admin doctor`: the invariants of the live database, each with what breaks it. */
import type { Finding } from "../../db/invariants.ts";

export const isSound = (findings: ReadonlyArray<Finding>): boolean =>
  findings.every(({ broken }) => broken === 0);

/** A line for each invariant, and one for each violation that is shown. */
export const tellFindings = (findings: ReadonlyArray<Finding>): string =>
  findings.flatMap(({ invariant, broken, violations }) => [
    broken === 0 ? `holds   ${invariant}` : `BROKEN  ${invariant}: ${broken}`,
    ...violations.map(({ id, what }) => `          ${id}: ${what}`),
    ...(broken > violations.length ? [`          and ${broken - violations.length} more`] : []),
  ]).join("\n");

/** The same for programs. */
export const findingsJson = (findings: ReadonlyArray<Finding>): string =>
  JSON.stringify({ sound: isSound(findings), findings }, null, 2);
