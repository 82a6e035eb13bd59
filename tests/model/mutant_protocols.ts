/** Mutants of the protocol: leases, freezing before sending, and a mirror that goes forward only. */
import * as invariants from "./invariants.ts";
import { type Mutant, mutant } from "./mutant.ts";
import { ONE_EDIT, ZOMBIES } from "./scenarios.ts";

export const PROTOCOLS: ReadonlyArray<Mutant> = [
  {
    name: "there is no lane: whoever comes claims",
    product: mutant({}, { oneLease: false }),
    scenario: ZOMBIES,
    breaks: invariants.TWO_HOLDERS,
  },
  {
    name: "whoever lost the lease goes on as if nothing were",
    product: mutant({}, { fencing: false }),
    scenario: ZOMBIES,
    breaks: invariants.TWO_HOLDERS,
  },
  {
    name: "whoever may have lost the lease sends all the same",
    product: mutant({}, { leaseCheck: false }),
    scenario: ZOMBIES,
    breaks: invariants.FAILED,
  },
  {
    name: "what was frozen under a lost lease counts as not sent",
    product: mutant({}, { lostIsUnknown: false }),
    scenario: ONE_EDIT,
    breaks: invariants.DENIED,
  },
  {
    name: "a write is stored only once it is answered",
    product: mutant({}, { frozenFirst: false }),
    scenario: ONE_EDIT,
    breaks: invariants.TWO_WRITES,
  },
  {
    name: "a page older than the mirror is applied",
    product: mutant({}, { forwardOnly: false }),
    scenario: ONE_EDIT,
    breaks: invariants.FELL,
  },
  {
    name: "the late window counts from the freezing, not from the sending",
    product: mutant({}, { sentWhenSent: false }),
    scenario: ONE_EDIT,
    breaks: invariants.AFTERWARDS,
  },
];
