/** Mutants of the plan: what a turn makes of its claim. */
import type { Claim } from "../../db/claim.ts";
import { type Delta, entries, sameValue } from "../../domain/delta.ts";
import type { Plan } from "../../worker/turn.ts";
import { PRODUCT } from "./decisions.ts";
import * as invariants from "./invariants.ts";
import { type Mutant, mutant } from "./mutant.ts";
import { APART, DELETE, KEYS, ONE_EDIT, PAIR, POLICIES } from "./scenarios.ts";
import type { Scenario } from "./state.ts";

const { plan } = PRODUCT.decide;
const [, TWO_USERS] = KEYS as readonly [Scenario, Scenario, Scenario];

/** The claim with other changes in its items. */
const withChanges = (claim: Claim, change: (changes: Delta) => Delta): Claim => ({
  ...claim,
  items: claim.items.map((item) => ({ ...item, changes: change(item.changes) })),
});

/** A conflict on those fields alone that differ. */
function narrowed(claim: Claim, planned: Plan): Plan {
  if (planned._tag !== "Settle" || planned.turn.outcome._tag !== "Conflicted") return planned;
  const { turn } = planned;
  const { record } = claim.mirror;
  const fields = entries(turn.delta)
    .filter(([name, { from, to }]) =>
      !sameValue(name, record[name], from) && !sameValue(name, record[name], to)
    ).map(([name]) => name);
  const outcome = { ...planned.turn.outcome, fields };
  return { ...planned, turn: { ...turn, outcome } };
}

/** Plans a frozen write anew, under the key it has. */
function replanned(claim: Claim): Plan {
  const { frozen, ...rest } = claim;
  const fresh = plan({ ...rest, frozen: undefined });
  if (frozen === undefined || frozen.unknown || fresh._tag !== "Deliver") return plan(claim);
  const write = { ...fresh.sending.write, id: frozen.id };
  return { ...fresh, sending: { ...fresh.sending, write } };
}

export const PLANS: ReadonlyArray<Mutant> = [
  {
    name: "the base is re-taken when the turn is planned",
    product: mutant({
      plan: (claim) =>
        plan(withChanges(claim, (changes) =>
          Object.fromEntries(
            entries(changes).map(([name, { to }]) => [
              name,
              { from: claim.mirror.record[name], to },
            ]),
          ))),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.UNSEEN,
  },
  {
    name: "a resend carries what the mirror now calls for",
    product: mutant({ plan: replanned }),
    scenario: ONE_EDIT,
    breaks: invariants.THAWED,
  },
  {
    name: "edits of different users go as one write",
    product: mutant({
      plan: (claim) =>
        plan({
          ...claim,
          items: claim.items.map((item) => ({ ...item, userId: claim.items[0]!.userId })),
        }),
    }),
    scenario: TWO_USERS,
    breaks: invariants.MIXED,
  },
  {
    name: "a conflict leaves the rest of its group out",
    product: mutant({ plan: (claim) => narrowed(claim, plan(claim)) }),
    scenario: PAIR,
    breaks: invariants.HALF_GROUP,
  },
  {
    name: "the newest commit goes first",
    product: mutant({ plan: (claim) => plan({ ...claim, items: claim.items.slice(-1) }) }),
    scenario: APART,
    breaks: invariants.OVERTAKEN,
  },
  {
    name: "a delete looks only at what it changes itself",
    product: mutant({
      plan: (claim) =>
        plan(
          withChanges(claim, (changes) =>
            changes.isDiscontinued === undefined
              ? changes
              : { isDiscontinued: changes.isDiscontinued }),
        ),
    }),
    scenario: DELETE,
    breaks: invariants.UNSEEN,
  },
  {
    name: "every policy is for us",
    product: mutant({
      plan: (claim) => plan({ ...claim, policies: { model: "use_local", equipment: "use_local" } }),
    }),
    scenario: POLICIES,
    breaks: invariants.UNSEEN,
  },
];
