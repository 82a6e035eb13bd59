/** What one turn of a lane came to. The worker decides it, one settlement records it, the badge shows it. */
import type { Pfa } from "./pfa.ts";
import type { ConflictKind } from "./threeway.ts";
import type { FieldName } from "./pfa.ts";

/** A record as PEMS told it. */
export interface Remote {
  readonly version: number;
  readonly record: Pfa;
  readonly updatedAt: string;
  readonly modifiedBy: string | null;
  readonly changeReason: string | null;
}

export type Outcome =
  /** In PEMS, by its answer, by what its record holds, or because nothing was left to send. */
  | {
    readonly _tag: "Synced";
    readonly version: number;
    readonly evidence: "answer" | "content" | "nothing_to_send";
    /** PEMS's record after it; absent when nothing was sent. */
    readonly remote?: Remote;
    /** Fields that a policy decided for PEMS, so that nothing was left to send. */
    readonly auto?: ReadonlyArray<FieldName>;
  }
  /** PEMS moved on elsewhere: the same delta goes again as a new write against what it is now. */
  | { readonly _tag: "Rebased"; readonly remote: Remote }
  /** A person decides. */
  | {
    readonly _tag: "Conflicted";
    readonly kind: ConflictKind;
    readonly fields: ReadonlyArray<FieldName>;
    readonly remote: Remote;
    readonly reason: string;
  }
  /** Failed for now, an attempt is spent; the frozen write goes again after the delay. */
  | { readonly _tag: "Retried"; readonly error: string; readonly delayMs: number }
  /** Not executed and nobody's fault: goes again after the delay, no attempt spent. */
  | { readonly _tag: "Postponed"; readonly error: string; readonly delayMs: number }
  /** No answer: it may still land. Read, and resend while attempts last, until it is known. */
  | {
    readonly _tag: "Unknown";
    readonly error: string;
    readonly delayMs: number;
    /** Whether this turn sent, and so spent an attempt. */
    readonly sent: boolean;
  }
  /** PEMS is down, and that is not this item's fault: waits until the circuit closes, no attempt spent. */
  | { readonly _tag: "Outage"; readonly error: string }
  /** PEMS refuses our credentials: the organization's connection pauses. */
  | { readonly _tag: "Refused"; readonly error: string }
  /** Failed for good: dead letter; `exhausted` when it was not refused, but its attempts are used up. */
  | { readonly _tag: "Buried"; readonly error: string; readonly exhausted?: true };

export type OutcomeTag = Outcome["_tag"];
