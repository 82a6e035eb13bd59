/** What PEMS's answers make of a write: pure, so that every case of them can be tried. */
import { Result } from "effect";
import type { Sending } from "../db/freeze.ts";
import { applied } from "../domain/delta.ts";
import type { Outcome, Remote } from "../domain/outcome.ts";
import { backoff, delayAfter, type RetryPolicy } from "../domain/retry.ts";
import { judge, type Judgement } from "../domain/settlement.ts";
import { POISON_AFTER, reasonOf, wantedOf } from "../domain/turn.ts";
import type { Written } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";
import { HOLD_BACK_MS } from "./call.ts";

/** How often a write whose attempts are spent is looked for, while a late copy may still land. */
const LOOK_EVERY_MS = 60_000;

export interface Patience {
  readonly retry: RetryPolicy;
  /** How long after its last send a copy may still land, in ms. */
  readonly lateWindowMs: number;
  /** From 0 to 1, spreads the retries. */
  readonly random: number;
}

/** PEMS's record as it was read after the write, or why it could not be. */
export type Reading = Result.Result<Remote, PemsError>;

/** The record must be read before the failure means anything. */
export interface Ask {
  readonly _tag: "Ask";
}

/** PEMS took it: its record is the one we sent against, with our values in it. */
export function accepted({ claim, write }: Sending, { newVersion, updatedAt }: Written): Outcome {
  return {
    _tag: "Synced",
    version: newVersion,
    evidence: "answer",
    remote: {
      version: newVersion,
      record: applied(claim.mirror.record, write.delta),
      updatedAt,
      modifiedBy: write.modifiedBy,
      changeReason: reasonOf(claim.items),
    },
  };
}

/** What a send that failed comes to; `afterReading` goes on where the record must be asked for. */
export function afterFailure(
  sending: Sending,
  error: PemsError,
  patience: Patience,
): Outcome | Ask {
  const { message } = error;
  switch (error._tag) {
    case "VersionConflict":
    case "Doubtful":
      return { _tag: "Ask" };
    case "Unanswered":
      return unanswered(sending, message, patience);
    case "Rejected":
      return doubting(sending, { _tag: "Buried", error: message }, patience);
    case "Unauthorized":
      return error.status === 401 ? { _tag: "Refused", error: message } : { _tag: "Ask" };
    case "RateLimited":
      return postponed(message, error.retryAfterMs ?? HOLD_BACK_MS);
    case "Unavailable":
      return error.retryAfterMs === undefined
        ? doubting(sending, retryOrBury(sending, message, patience), patience)
        : postponed(message, error.retryAfterMs);
    case "NotSent":
      return postponed(message, backoff(1, patience.retry, patience.random));
  }
}

/** What the record tells of a send that failed with the error. */
export function afterReading(
  sending: Sending,
  { error, reading }: { readonly error: PemsError; readonly reading: Reading },
  patience: Patience,
): Outcome {
  if (error._tag === "Unauthorized") {
    // A 403 on a record that we may read concerns that record alone; otherwise the credentials are refused.
    return Result.isSuccess(reading)
      ? doubting(sending, { _tag: "Buried", error: error.message }, patience)
      : { _tag: "Refused", error: error.message };
  }
  // A copy that got a 409 was not executed; an earlier one whose answer never came may be what changed the record.
  const mayHaveLanded = error._tag === "Doubtful" || sending.write.unknown;
  if (Result.isSuccess(reading)) {
    const judgement = judged(sending, reading.success, mayHaveLanded);
    // With a 409 at the very version we sent PEMS contradicts itself, which passes or fails like anything else.
    return judgement._tag === "NotLanded"
      ? doubting(sending, retryOrBury(sending, error.message, patience), patience)
      : judgement;
  }
  const outcome = doubting(sending, unreadable(sending, reading.failure, patience, true), patience);
  // A pause must not forget that a copy may have landed: the read that follows finds the refusal again.
  if (error._tag === "Doubtful" && outcome._tag === "Refused") {
    return unanswered(sending, outcome.error, patience);
  }
  return mayHaveLanded || outcome._tag !== "Unknown"
    ? outcome
    : postponed(outcome.error, outcome.delayMs);
}

/**
 * What the record tells of a write whose fate is unknown, before it is sent again.
 * @returns NotLanded when it may be
 */
export function afterInquiry(sending: Sending, reading: Reading, patience: Patience): Judgement {
  if (Result.isFailure(reading)) return unreadable(sending, reading.failure, patience, false);
  const { claim: { attempts, losses }, write } = sending;
  const judgement = judged(sending, reading.success, true);
  if (judgement._tag !== "NotLanded") return judgement;
  if (attempts <= patience.retry.maxRetries && losses < POISON_AFTER) return judgement;
  return write.sentAgoMs > patience.lateWindowMs
    ? {
      _tag: "Buried",
      error: `PEMS did not answer ${attempts} attempts, and has nothing of them ${
        Math.round(write.sentAgoMs / 1000)
      } s after the last`,
    }
    : {
      _tag: "Unknown",
      error: "PEMS did not answer; waiting until no late copy can land",
      delayMs: LOOK_EVERY_MS,
      sent: false,
    };
}

const judged = ({ claim, write }: Sending, remote: Remote, mayHaveLanded: boolean): Judgement =>
  judge({ ...write, wanted: wantedOf(claim.items), mayHaveLanded }, remote, claim.policies);

/** Whatever this copy came to, an earlier one may still land: only a read settles it. */
const doubting = (sending: Sending, outcome: Outcome, patience: Patience): Outcome =>
  sending.write.unknown && (outcome._tag === "Retried" || outcome._tag === "Buried")
    ? unanswered(sending, outcome.error, patience)
    : outcome;

const postponed = (error: string, delayMs: number): Outcome => ({
  _tag: "Postponed",
  error,
  delayMs,
});

function retryOrBury(
  { claim }: Sending,
  error: string,
  { retry, random }: Patience,
): Outcome {
  const delayMs = delayAfter(claim.attempts + 1, retry, random);
  return delayMs === undefined
    ? {
      _tag: "Buried",
      error: `Gave up after ${claim.attempts + 1} attempts: ${error}`,
      exhausted: true,
    }
    : { _tag: "Retried", error, delayMs };
}

const unanswered = ({ claim }: Sending, error: string, { retry, random }: Patience): Outcome => ({
  _tag: "Unknown",
  error,
  delayMs: backoff(claim.attempts + 1, retry, random),
  sent: true,
});

/** The read itself failed. A record that is gone for good ends it; refused credentials pause; all else waits. */
function unreadable(
  { claim }: Sending,
  error: PemsError,
  { retry, random }: Patience,
  sent: boolean,
): Outcome {
  if (error._tag === "Rejected" && error.status === 404) {
    return { _tag: "Buried", error: error.message };
  }
  if (error._tag === "Unauthorized") return { _tag: "Refused", error: error.message };
  return {
    _tag: "Unknown",
    error: `Cannot learn whether the write arrived: ${error.message}`,
    delayMs: backoff(claim.attempts + 1, retry, random),
    sent,
  };
}
