/** Mutants of the verdict: what is made of PEMS's answer, of none, and of a look at the record. */
import { Result } from "effect";
import type { Sending } from "../../db/freeze.ts";
import { entries } from "../../domain/delta.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { Doubtful, RateLimited, Unavailable } from "../../pems/errors.ts";
import type { Reading } from "../../worker/verdict.ts";
import { PROGRESS } from "./checker.ts";
import { PRODUCT } from "./decisions.ts";
import * as invariants from "./invariants.ts";
import { type Mutant, mutant } from "./mutant.ts";
import { EVERY_FAILURE, KEYS, ONE_EDIT, PAIR } from "./scenarios.ts";
import type { Scenario } from "./state.ts";

const { accepted, afterFailure, afterReading, afterInquiry } = PRODUCT.decide;
const [HONOURED] = KEYS as readonly [Scenario, Scenario, Scenario];
const message = "";

const changed = (reading: Reading, change: (version: number) => number): Reading =>
  Result.map(reading, (remote) => ({ ...remote, version: change(remote.version) }));

/** Takes whoever changed the record last for the author of the write. */
const byActor = ({ write }: Sending, reading: Reading): Outcome | undefined =>
  Result.isSuccess(reading) && reading.success.version > write.version &&
    reading.success.modifiedBy === write.modifiedBy
    ? { _tag: "Synced", version: reading.success.version, evidence: "content" }
    : undefined;

/** Forgets what PEMS had already when the write was sent. */
const narrowedToSent = ({ claim, write }: Sending): Sending => ({
  claim: { ...claim, items: [{ ...claim.items[0]!, changes: write.delta }] },
  write,
});

export const VERDICTS: ReadonlyArray<Mutant> = [
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
