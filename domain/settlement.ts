/** What PEMS's record tells of a write whose answer was a conflict, doubtful, or never came. Pure. */
import { type Delta, isEmpty } from "./delta.ts";
import type { Outcome, Remote } from "./outcome.ts";
import { holdsOurValues, type Operation, type Policies, threeWay } from "./threeway.ts";

export interface Sent {
  readonly operation: Operation;
  readonly delta: Delta;
  /** All that its modifications want, also what PEMS had already when it was sent. */
  readonly wanted: Delta;
  /** The version it was sent against. */
  readonly version: number;
  /** Whether a copy of it may have been executed: no answer came, or a doubtful one. */
  readonly mayHaveLanded: boolean;
}

/** Decided for good, or not landed (yet): the frozen write may go again. */
export type Judgement = Outcome | { readonly _tag: "NotLanded" };

/**
 * Judges by the record read after the write (sync-semantics.md, Unknown outcomes). Let V be the version sent and
 * v the version now: v = V, not landed; all our values there, landed; v = V+1 and not ours, ours can never land;
 * v >= V+2 and not ours, undecidable when a copy may have been executed.
 */
export function judge(sent: Sent, remote: Remote, policies: Policies): Judgement {
  if (remote.version <= sent.version) return { _tag: "NotLanded" };
  if (sent.mayHaveLanded && holdsOurValues(sent.delta, remote.record)) {
    return { _tag: "Synced", version: remote.version, evidence: "content", remote };
  }
  if (sent.mayHaveLanded && remote.version >= sent.version + 2) {
    return {
      _tag: "Conflicted",
      kind: "outcome_unknown",
      fields: Object.keys(sent.delta) as Array<keyof Delta>,
      remote,
      reason:
        `PEMS did not answer, and went from version ${sent.version} to ${remote.version} meanwhile: ` +
        "whether our write was among these changes cannot be told",
    };
  }
  const verdict = threeWay({
    operation: sent.operation,
    delta: sent.wanted,
    remote: remote.record,
    policies,
  });
  if (verdict._tag === "Conflict") {
    return {
      _tag: "Conflicted",
      kind: verdict.kind,
      fields: verdict.fields,
      remote,
      reason: `PEMS is at version ${remote.version}, this was made on version ${sent.version}`,
    };
  }
  if (!isEmpty(verdict.delta)) return { _tag: "Rebased", remote };
  const auto = verdict.auto.length > 0 ? { auto: verdict.auto } : {};
  return { _tag: "Synced", version: remote.version, evidence: "content", remote, ...auto };
}
