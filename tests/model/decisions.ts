/** The product's own decisions, as the model calls them, and the protocol around them: what a mutant may replace. */
import type { Claim } from "../../db/claim.ts";
import type { Settlement } from "../../db/settle.ts";
import { inDoubt } from "../../db/story.ts";
import { type Plan, plan } from "../../worker/turn.ts";
import { accepted, afterFailure, afterInquiry, afterReading } from "../../worker/verdict.ts";

export interface Decisions {
  readonly plan: (claim: Claim) => Plan;
  readonly accepted: typeof accepted;
  readonly afterFailure: typeof afterFailure;
  readonly afterReading: typeof afterReading;
  readonly afterInquiry: typeof afterInquiry;
  readonly inDoubt: (settlement: Pick<Settlement, "claim" | "outcome">) => boolean;
}

/** What the database and the lease see to; false is a mutant. */
export interface Protocol {
  /** A lane that is leased is nobody else's. */
  readonly oneLease: boolean;
  /** Whoever lost the lease freezes and settles nothing. */
  readonly fencing: boolean;
  /** Whoever may have lost the lease sends nothing. */
  readonly leaseCheck: boolean;
  /** What was frozen under a lost lease is unknown. */
  readonly lostIsUnknown: boolean;
  /** A page older than the mirror is ignored. */
  readonly forwardOnly: boolean;
  /** The request is stored before its first byte. */
  readonly frozenFirst: boolean;
  /** Settling tells when the last copy was sent, however long it waited for its place. */
  readonly sentWhenSent: boolean;
}

export interface Product {
  readonly decide: Decisions;
  readonly protocol: Protocol;
}

export const PRODUCT: Product = {
  decide: {
    plan,
    accepted,
    afterFailure,
    afterReading,
    afterInquiry,
    inDoubt: (settlement) => inDoubt(settlement as Settlement),
  },
  protocol: {
    oneLease: true,
    fencing: true,
    leaseCheck: true,
    lostIsUnknown: true,
    forwardOnly: true,
    frozenFirst: true,
    sentWhenSent: true,
  },
};
