/** A mutant: the product with one decision or one step replaced by a plausible wrong one, and the promise that this breaks. */
import { type Decisions, PRODUCT, type Product, type Protocol } from "./decisions.ts";
import type { Scenario } from "./state.ts";

export interface Mutant {
  readonly name: string;
  readonly product: Product;
  /** A scenario in which the product itself breaks nothing. */
  readonly scenario: Scenario;
  readonly breaks: string;
}

/** The product with these in place of its own. */
export const mutant = (
  decide: Partial<Decisions>,
  protocol: Partial<Protocol> = {},
): Product => ({
  decide: { ...PRODUCT.decide, ...decide },
  protocol: { ...PRODUCT.protocol, ...protocol },
});
