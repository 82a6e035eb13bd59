/** Entries of the trail as the API tells them, and what verifying their chain found. */
import type { Entries, People, Verification as VerificationShape } from "../../app/audit_shapes.ts";
import type { IconName } from "../icons.tsx";

export type EntryPage = typeof Entries.Type;
export type Entry = EntryPage["entries"][number];
export type EventType = Entry["eventType"];
export type Person = typeof People.Type["people"][number];
export type Verification = typeof VerificationShape.Type;
export type Verdict = Verification["verdict"];

interface Look {
  readonly name: string;
  readonly icon: IconName;
}

/** What each event is called, and its icon. */
export const EVENTS: { readonly [event in EventType]: Look } = {
  DRAFT_SAVED: { name: "Draft saved", icon: "draft" },
  COMMIT: { name: "Commit", icon: "send" },
  DISCARD: { name: "Discard", icon: "close" },
  IMPORT: { name: "Import", icon: "import" },
  WRITE_ATTEMPT: { name: "Write sent", icon: "syncing" },
  WRITE_RESULT: { name: "Answer of PEMS", icon: "synced" },
  WRITE_SETTLED: { name: "Settled without an answer", icon: "synced" },
  RETRY: { name: "Retry", icon: "retrying" },
  CIRCUIT_OPEN: { name: "PEMS away", icon: "failed" },
  CIRCUIT_CLOSED: { name: "PEMS back", icon: "check" },
  CONFLICT_DETECTED: { name: "Conflict found", icon: "conflict" },
  CONFLICT_RESOLVED: { name: "Conflict resolved", icon: "check" },
  DEAD_LETTER: { name: "Dead letter", icon: "failed" },
  REPLAY: { name: "Dead letter retried", icon: "retrying" },
  ROLLBACK: { name: "Rollback", icon: "undo" },
  READ_SYNC: { name: "Read from PEMS", icon: "stale" },
  EXPORT: { name: "Export", icon: "export" },
  PAUSE: { name: "Pause", icon: "waiting" },
  RESUME: { name: "Resume", icon: "next" },
  PERMISSION_CHANGED: { name: "Permissions changed", icon: "lock" },
  CREDENTIAL_CHANGED: { name: "Connection changed", icon: "lock" },
  PERMISSION_DENIED: { name: "Access refused", icon: "alert" },
  VIEW_AS: { name: "View as somebody", icon: "lock" },
  VIEW_AS_ENDED: { name: "View ended", icon: "check" },
  LOGIN: { name: "Sign-in", icon: "next" },
  LOGIN_FAILED: { name: "Failed sign-in", icon: "alert" },
};

/** An answer that is no good looks like one. */
export function iconOf({ eventType, details }: Entry): IconName {
  const refused = eventType === "WRITE_RESULT" && details["outcome"] !== "Synced";
  return refused ? details["status"] === null ? "unknown" : "alert" : EVENTS[eventType].icon;
}

/** Who did it: a person, a worker, or the product by itself. */
export const subjectOf = ({ userName, workerId }: Entry): string =>
  userName ?? (workerId === null ? "The sync" : `Worker ${workerId.slice(-6)}`);

export interface Mark {
  readonly state: "unsealed" | "sealed" | "verified" | "broken";
  readonly word: string;
  readonly icon: IconName;
  readonly words: string;
}

/** How sure one may be of the entry, by the last verification. */
export function markOf({ id, link }: Entry, verdict: Verdict): Mark {
  if (verdict?.fault?.entryId === id) {
    return { state: "broken", word: "Broken", icon: "failed", words: verdict.fault.words };
  }
  if (link === null) {
    const words = "Not in the chain yet: that takes about a second";
    return { state: "unsealed", word: "Not sealed", icon: "queued", words };
  }
  return verdict !== null && link <= verdict.intact
    ? {
      state: "verified",
      word: "Verified",
      icon: "check",
      words: `Link ${link} of the chain, as it was sealed when the chain was verified`,
    }
    : {
      state: "sealed",
      word: "Sealed",
      icon: "lock",
      words: `Link ${link} of the chain; not verified since it was sealed`,
    };
}
