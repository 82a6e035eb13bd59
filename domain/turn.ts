/** A lane's turn: which pending modifications go out together, and whether they may. Pure. */
import type { FieldName } from "./pfa.ts";
import { type Delta, isEmpty, mergeDeltas } from "./delta.ts";
import type { Outcome, Remote } from "./outcome.ts";
import { type Operation, type Policies, threeWay } from "./threeway.ts";

/** A committed modification waiting in a lane. */
export interface Item {
  readonly modificationId: string;
  readonly userId: string;
  /** The author as PEMS knows people: e-mail, or username where there is none. */
  readonly modifiedBy: string;
  readonly operation: Operation;
  readonly origin: "edit" | "rollback" | "resolution";
  readonly changes: Delta;
  readonly reason: string | null;
  /** What committed it. */
  readonly jobId?: string;
  /** W3C's traceparent of that commit's request; null while nothing was traced. */
  readonly traceparent?: string | null;
}

/** What a turn sends: one request for all its items. */
export interface Load {
  readonly items: ReadonlyArray<Item>;
  readonly operation: Operation;
  /** The merged delta, cut down to what PEMS does not have yet. */
  readonly delta: Delta;
  /** The merged delta as it was wanted. */
  readonly wanted: Delta;
  /** Fields that a policy decided, against PEMS's value or against ours. */
  readonly auto: ReadonlyArray<FieldName>;
  readonly version: number;
  readonly modifiedBy: string;
  readonly reason: string | null;
}

/** An item whose lease was lost so often is claimed alone: whatever it does to workers, it does to no other item. */
export const ALONE_AFTER = 2;
/** Lost so often, three times of them alone, it is not tried again. */
export const POISON_AFTER = 5;

export type Turn =
  | { readonly _tag: "Send"; readonly load: Load }
  | {
    readonly _tag: "Settle";
    readonly items: ReadonlyArray<Item>;
    readonly delta: Delta;
    readonly outcome: Outcome;
  };

/**
 * The items at the head of the lane that one request may carry: of one user and one operation, since PEMS's
 * history must name the right person, and never across a delete or a rollback.
 */
export function leadingRun(items: ReadonlyArray<Item>): ReadonlyArray<Item> {
  const [head] = items;
  if (head === undefined) return [];
  if (head.operation === "DELETE" || head.origin !== "edit") return [head];
  const end = items.findIndex((item) =>
    item.userId !== head.userId || item.operation !== head.operation || item.origin !== "edit"
  );
  return end < 0 ? items : items.slice(0, end);
}

/** What the items come to, one laid over the other. */
export const wantedOf = (items: ReadonlyArray<Item>): Delta =>
  items.map((item) => item.changes).reduce(mergeDeltas);

/** What PEMS is told of why: each reason once, in commit order; null when nobody gave one. */
export const reasonOf = (items: ReadonlyArray<Item>): string | null =>
  [...new Set(items.map((item) => item.reason).filter(Boolean))].join("; ") || null;

/** Decides the turn against the newest mirror: send, or settle at once without a request. */
export function planTurn(
  pending: ReadonlyArray<Item>,
  mirror: Remote,
  policies: Policies,
): Turn {
  const items = leadingRun(pending);
  const [head] = items;
  if (head === undefined) throw new Error("Cannot plan a turn of an empty lane");
  const wanted = wantedOf(items);
  const verdict = threeWay({
    operation: head.operation,
    delta: wanted,
    remote: mirror.record,
    policies,
  });
  if (verdict._tag === "Conflict") {
    return {
      _tag: "Settle",
      items,
      delta: wanted,
      outcome: {
        _tag: "Conflicted",
        kind: verdict.kind,
        fields: verdict.fields,
        remote: mirror,
        reason: "PEMS changed before this was sent",
      },
    };
  }
  if (isEmpty(verdict.delta)) {
    return {
      _tag: "Settle",
      items,
      delta: wanted,
      outcome: {
        _tag: "Synced",
        version: mirror.version,
        evidence: "nothing_to_send",
        ...(verdict.auto.length > 0 ? { auto: verdict.auto } : {}),
      },
    };
  }
  return {
    _tag: "Send",
    load: {
      items,
      operation: head.operation,
      delta: verdict.delta,
      wanted,
      auto: verdict.auto,
      version: mirror.version,
      modifiedBy: head.modifiedBy,
      reason: reasonOf(items),
    },
  };
}
