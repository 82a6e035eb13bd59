/** Every mutant of the product. */
import type { Mutant } from "./mutant.ts";
import { PLANS } from "./mutant_plans.ts";
import { PROTOCOLS } from "./mutant_protocols.ts";
import { VERDICTS } from "./mutant_verdicts.ts";

export const MUTANTS: ReadonlyArray<Mutant> = [...PROTOCOLS, ...PLANS, ...VERDICTS];
