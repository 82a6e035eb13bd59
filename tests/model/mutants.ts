/** The product with one decision or one step replaced by a plausible wrong one, and the promise that this breaks. */
import { Result } from "effect";
import type { Sending } from "../../db/freeze.ts";
import type { Delta } from "../../domain/delta.ts";
import { entries, sameValue } from "../../domain/delta.ts";
import type { Outcome } from "../../domain/outcome.ts";
import type { Claim } from "../../db/claim.ts";
import { Doubtful, RateLimited, Unavailable } from "../../pems/errors.ts";
import type { Plan } from "../../worker/turn.ts";
import type { Reading } from "../../worker/verdict.ts";
import { PROGRESS } from "./checker.ts";
import { mutant, PRODUCT, type Product } from "./decisions.ts";
import * as invariants from "./invariants.ts";
import {
  APART,
  DELETE,
  EVERY_FAILURE,
  KEYS,
  ONE_EDIT,
  PAIR,
  POLICIES,
  ZOMBIES,
} from "./scenarios.ts";
import type { Scenario } from "./state.ts";

export interface Mutant {
  readonly name: string;
  readonly product: Product;
  /** A scenario in which the product itself breaks nothing. */
  readonly scenario: Scenario;
  readonly breaks: string;
}

const { plan, accepted, afterFailure, afterReading, afterInquiry } = PRODUCT.decide;
const [HONOURED, TWO_USERS] = KEYS as readonly [Scenario, Scenario, Scenario];
const message = "";

/** The claim with other changes in its items. */
const withChanges = (claim: Claim, change: (changes: Delta) => Delta): Claim => ({
  ...claim,
  items: claim.items.map((item) => ({ ...item, changes: change(item.changes) })),
});

const changed = (reading: Reading, change: (version: number) => number): Reading =>
  Result.map(reading, (remote) => ({ ...remote, version: change(remote.version) }));

/** Takes whoever changed the record last for the author of the write. */
const byActor = ({ write }: Sending, reading: Reading): Outcome | undefined =>
  Result.isSuccess(reading) && reading.success.version > write.version &&
    reading.success.modifiedBy === write.modifiedBy
    ? { _tag: "Synced", version: reading.success.version, evidence: "content" }
    : undefined;

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

/** Forgets what PEMS had already when the write was sent. */
const narrowedToSent = ({ claim, write }: Sending): Sending => ({
  claim: { ...claim, items: [{ ...claim.items[0]!, changes: write.delta }] },
  write,
});

/** Plans a frozen write anew, under the key it has. */
function replanned(claim: Claim): Plan {
  const { frozen, ...rest } = claim;
  const fresh = plan({ ...rest, frozen: undefined });
  if (frozen === undefined || frozen.unknown || fresh._tag !== "Deliver") return plan(claim);
  const write = { ...fresh.sending.write, id: frozen.id };
  return { ...fresh, sending: { ...fresh.sending, write } };
}

export const MUTANTS: ReadonlyArray<Mutant> = [
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
    name: "a timeout counts as a failure",
    product: mutant({
      afterFailure: (sending, error, patience) =>
        error._tag === "Unanswered"
          ? afterFailure(sending, new Unavailable({ message, status: 503 }), patience)
          : afterFailure(sending, error, patience),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.AFTERWARDS,
  },
  {
    name: "a 409 is always a conflict",
    product: mutant({
      afterReading: (sending, answer, patience) =>
        answer.error._tag === "VersionConflict" && Result.isSuccess(answer.reading)
          ? {
            _tag: "Conflicted",
            kind: "fields",
            fields: entries(sending.write.delta).map(([name]) => name),
            remote: answer.reading.success,
            reason: message,
          }
          : afterReading(sending, answer, patience),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.FALSE_CONFLICT,
  },
  {
    name: "the unknown flag is dropped",
    product: mutant({ inDoubt: () => false }),
    scenario: ONE_EDIT,
    breaks: invariants.FAILED,
  },
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
    name: "an attempt is spent while nobody can be reached",
    product: mutant({
      afterFailure: (sending, error, patience) =>
        error._tag === "NotSent"
          ? { _tag: "Retried", error: message, delayMs: 0 }
          : afterFailure(sending, error, patience),
    }),
    scenario: EVERY_FAILURE,
    breaks: invariants.SPENT,
  },
  {
    name: "an attempt is spent on a 429",
    product: mutant({
      afterFailure: (sending, error, patience) =>
        error instanceof RateLimited
          ? { _tag: "Retried", error: message, delayMs: 0 }
          : afterFailure(sending, error, patience),
    }),
    scenario: EVERY_FAILURE,
    breaks: invariants.SPENT,
  },
  {
    name: "an echo is told by its actor, not by its values",
    product: mutant({
      afterReading: (sending, answer, patience) =>
        byActor(sending, answer.reading) ?? afterReading(sending, answer, patience),
      afterInquiry: (sending, reading, patience) =>
        byActor(sending, reading) ?? afterInquiry(sending, reading, patience),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.NEVER,
  },
  {
    name: "a conflict leaves the rest of its group out",
    product: mutant({ plan: (claim) => narrowed(claim, plan(claim)) }),
    scenario: PAIR,
    breaks: invariants.HALF_GROUP,
  },
  {
    name: "a conflict is about what was sent, not about what was wanted",
    product: mutant({
      afterReading: (sending, answer, patience) =>
        afterReading(narrowedToSent(sending), answer, patience),
      afterInquiry: (sending, reading, patience) =>
        afterInquiry(narrowedToSent(sending), reading, patience),
    }),
    scenario: PAIR,
    breaks: invariants.HALF_GROUP,
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
    name: "an unknown write is planned anew while its copy may be under way",
    product: mutant({
      afterInquiry: (sending, reading, patience) => {
        const judgement = afterInquiry(sending, reading, patience);
        return judgement._tag === "NotLanded" && Result.isSuccess(reading)
          ? { _tag: "Rebased", remote: reading.success }
          : judgement;
      },
    }),
    scenario: ONE_EDIT,
    breaks: invariants.TWO_WRITES,
  },
  {
    name: "a version further still counts as not landed",
    product: mutant({
      afterInquiry: (sending, reading, patience) =>
        afterInquiry(
          sending,
          changed(reading, (v) => v === sending.write.version + 1 ? sending.write.version : v),
          patience,
        ),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.FAILED,
  },
  {
    name: "two versions further count as one",
    product: mutant({
      afterInquiry: (sending, reading, patience) =>
        afterInquiry(
          sending,
          changed(reading, (version) => Math.min(version, sending.write.version + 1)),
          patience,
        ),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.DENIED,
  },
  {
    name: "a dead letter is written while a copy may be under way",
    product: mutant({
      afterInquiry: (sending, reading, patience) =>
        afterInquiry(sending, reading, { ...patience, lateWindowMs: -1 }),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.AFTERWARDS,
  },
  {
    name: "the late window counts from the freezing, not from the sending",
    product: mutant({}, { sentWhenSent: false }),
    scenario: ONE_EDIT,
    breaks: invariants.AFTERWARDS,
  },
  {
    name: "a 500 is retried without a look at the record",
    product: mutant({
      afterFailure: (sending, error, patience) =>
        error instanceof Doubtful
          ? afterFailure(sending, new Unavailable({ message, status: 503 }), patience)
          : afterFailure(sending, error, patience),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.FAILED,
  },
  {
    name: "a refused read makes the doubt be forgotten",
    product: mutant({
      afterReading: (sending, answer, patience) =>
        Result.isFailure(answer.reading) && answer.reading.failure._tag === "Unauthorized"
          ? { _tag: "Refused", error: message }
          : afterReading(sending, answer, patience),
    }),
    scenario: ONE_EDIT,
    breaks: invariants.DENIED,
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
  {
    name: "a 200 is mirrored over what the mirror has become",
    product: mutant({
      accepted: (sending, written) => {
        const outcome = accepted(sending, written);
        return outcome._tag === "Synced" && outcome.remote !== undefined
          ? { ...outcome, remote: { ...outcome.remote, version: written.newVersion + 1 } }
          : outcome;
      },
    }),
    scenario: HONOURED,
    breaks: invariants.MIRROR,
  },
  {
    name: "an unknown write is never given up",
    product: mutant({
      afterInquiry: (sending, reading, patience) =>
        afterInquiry(sending, reading, { ...patience, lateWindowMs: Infinity }),
    }),
    scenario: { ...ONE_EDIT, failures: ["timeout"], foreign: [] },
    breaks: PROGRESS,
  },
];
