/** The state of one record's lane, with PEMS, network and workers around it, as a plain value. */
import type { Delta, Edits } from "../../domain/delta.ts";
import type { ConflictKind, Operation, Policies } from "../../domain/threeway.ts";
import type { FieldName } from "../../domain/pfa.ts";

/** The few fields of the record that anybody touches. */
export type Values = Edits;

/** The record as PEMS tells it. */
export interface Told {
  readonly version: number;
  readonly values: Values;
  readonly by: string;
}

/** A version in PEMS's own history. */
export interface Version extends Told {
  /** Our write that made it, and the modifications it carried; null: somebody in PEMS. */
  readonly key: number | null;
  readonly items: ReadonlyArray<number>;
}

/** A frozen request. */
export interface Write {
  readonly key: number;
  readonly version: number;
  readonly operation: Operation;
  readonly delta: Delta;
  /** Modifications by their place in the order of commits. */
  readonly items: ReadonlyArray<number>;
  readonly modifiedBy: string;
  /** The text of the request, by number. */
  readonly body: number;
}

/** The lane's row and the row of its frozen write. */
export interface Lane {
  readonly state: "none" | "ready" | "leased" | "blocked";
  readonly attempts: number;
  readonly write: Write | null;
  readonly unknown: boolean;
  /** The late window is over since the write was put on the wire. */
  readonly old: boolean;
  /** It was frozen under the lane's newest token. */
  readonly frozenNow: boolean;
  /** The text first frozen under each key, by number. */
  readonly bodies: ReadonlyArray<number>;
}

export interface Modification {
  readonly status:
    | "uncommitted"
    | "queued"
    | "synced"
    | "conflict"
    | "dead"
    | "discarded"
    | "unneeded";
  readonly changes: Delta;
  /** The oldest version that the planner can have seen some of. */
  readonly base: number;
  readonly kind: ConflictKind | null;
  /** A person has decided that it goes again over what PEMS shows. */
  readonly decided: boolean;
}

/** What a claim tells the worker. */
export interface Claimed {
  readonly items: ReadonlyArray<number>;
  readonly mirror: Told;
  readonly attempts: number;
  readonly frozen:
    | { readonly write: Write; readonly unknown: boolean; readonly old: boolean }
    | null;
}

/** An outcome, cut down to what settling needs. */
export interface Settling {
  readonly tag: string;
  readonly items: ReadonlyArray<number>;
  readonly remote: Told | null;
  readonly kind: ConflictKind | null;
  readonly fields: ReadonlyArray<FieldName>;
  readonly spent: number;
  /** The write stays in doubt, or comes to be. */
  readonly inDoubt: boolean;
}

export type Failure =
  | "timeout"
  | "500"
  | "503"
  | "503 with Retry-After"
  | "429"
  | "409"
  | "422"
  | "401"
  | "403"
  | "refused";

/** Where a worker stands in its turn. `holds`: the lane is still leased to it. */
export type Worker =
  | { readonly at: "idle" }
  | { readonly at: "claimed"; readonly holds: boolean; readonly claim: Claimed }
  | Turn & { readonly at: "frozen" | "waiting" | "resending" }
  | Turn & { readonly at: "asking"; readonly failure: Failure }
  | {
    readonly at: "settling";
    readonly holds: boolean;
    readonly claim: Claimed;
    readonly settling: Settling;
    /** Whether this turn put a copy on the wire, and what came of it. */
    readonly sent: boolean;
    readonly failure: Failure | null;
  };

export interface Turn {
  readonly holds: boolean;
  readonly claim: Claimed;
  readonly write: Write;
}

export interface State {
  /** PEMS's own history of the record, oldest first. */
  readonly history: ReadonlyArray<Version>;
  /** Copies that nobody waits for any more and that may still land. */
  readonly net: ReadonlyArray<Write>;
  readonly lane: Lane;
  readonly mirror: Told;
  /** A page of a read sync on its way. */
  readonly page: { readonly told: Told | null };
  readonly modifications: ReadonlyArray<Modification>;
  readonly workers: ReadonlyArray<Worker>;
  readonly circuit: { readonly open: boolean };
}

/** Somebody changes the record in PEMS itself. */
export interface Foreign {
  readonly by: string;
  readonly edits: Edits;
}

/** What may happen: who commits what, what PEMS and the network may do. */
export interface Scenario {
  readonly name: string;
  readonly values: Values;
  readonly commits: ReadonlyArray<{ readonly user: string; readonly edits: Edits | "DELETE" }>;
  readonly foreign: ReadonlyArray<Foreign>;
  readonly foreignMost: number;
  readonly keys: "honoured" | "ignored" | "expired";
  readonly failures: ReadonlyArray<Failure>;
  /** How a read of the record may fail. */
  readonly readFailures: ReadonlyArray<Failure>;
  readonly policies: Policies;
  readonly workers: number;
  /** Whether a worker goes on without its lease; otherwise losing it is death. */
  readonly zombies: boolean;
  readonly maxRetries: number;
  readonly readSync: boolean;
  readonly circuit: boolean;
  /** Whether people send a conflict's own values again. */
  readonly resolves: boolean;
}

export const versionOf = ({ history }: State): number => history.length;
export const toldBy = ({ history }: State): Told => {
  const { version, values, by } = history.at(-1)!;
  return { version, values, by };
};
