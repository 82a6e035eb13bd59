/** A trial of a conflict policy: what it would have made of conflicts of the past, by the engine's own decision. Pure. */
import { type Delta, deltaOf, type Edits } from "./delta.ts";
import type { FieldName, Pfa } from "./pfa.ts";
import { type ConflictKind, type Operation, type Policies, threeWay } from "./threeway.ts";

/** A conflict as it was found: what was seen, what was wanted, what PEMS had. */
export interface PastConflict {
  readonly kind: ConflictKind;
  readonly operation: Operation;
  readonly base: Edits;
  readonly local: Edits;
  readonly pems: Pfa;
}

/** Who wins by the policy: all fields ours, all PEMS's, or some of each. */
export type Decision = "use_local" | "use_pems" | "merge";

export interface Trial {
  /** `manual`: a person would have been asked all the same. */
  readonly outcome: Decision | "manual";
  /** What the policy would have decided, or what would have been asked. */
  readonly fields: ReadonlyArray<FieldName>;
}

/** Who wins of the fields that a policy decided, given what is sent after it. */
export function decisionOf(auto: ReadonlyArray<FieldName>, sent: Delta): Decision {
  const ours = auto.filter((name) => name in sent).length;
  return ours === auto.length ? "use_local" : ours === 0 ? "use_pems" : "merge";
}

/** What the policy makes of the conflict. Whether a write has landed no policy can tell, so that is always asked. */
export function tryPolicy(
  { kind, operation, base, local, pems }: PastConflict,
  policies: Policies,
): Trial {
  const delta = deltaOf(base, local);
  if (kind === "outcome_unknown") {
    return { outcome: "manual", fields: Object.keys(delta) as FieldName[] };
  }
  const verdict = threeWay({ operation, delta, remote: pems, policies });
  if (verdict._tag === "Conflict") return { outcome: "manual", fields: verdict.fields };
  return { outcome: decisionOf(verdict.auto, verdict.delta), fields: verdict.auto };
}
