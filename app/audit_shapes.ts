/** Shapes of the audit trail: its entries, the people in it, and its chain verified. */
import { Schema } from "effect";
import { AUDIT_EVENTS } from "../db/trail.ts";
import { Id, Instant } from "./shape.ts";

const maybe = Schema.optionalKey;
const Text = Schema.String;
const orNull = Schema.NullOr;
const Count = Schema.Int;

export const Entries = Schema.Struct({
  entries: Schema.Array(Schema.Struct({
    id: Text,
    at: Instant,
    eventType: Schema.Literals(AUDIT_EVENTS),
    /** What happened, in a sentence without its subject. */
    summary: Text,
    /** Field by field, where it changed something. */
    changes: Schema.Array(Schema.Struct({
      field: Text,
      from: Schema.Unknown,
      to: Schema.Unknown,
      /** An amount that the reader may not see. */
      masked: Schema.Boolean,
    })),
    userId: orNull(Id),
    userName: orNull(Text),
    workerId: orNull(Id),
    pfaId: orNull(Text),
    modificationId: orNull(Id),
    writeId: orNull(Id),
    jobId: orNull(Id),
    details: Schema.Record(Text, Schema.Unknown),
    /** In the chain, so that any change of it is found. */
    sealed: Schema.Boolean,
    /** Its place in the chain; null while it is not sealed. */
    link: orNull(Count),
  })),
  /** Every entry is chained within a second; the time of the newest one that is. */
  chain: Schema.Struct({ sealedThrough: orNull(Instant) }),
  nextCursor: orNull(Text),
}).annotate({ identifier: "AuditEntries" });

export const People = Schema.Struct({
  people: Schema.Array(Schema.Struct({ id: Id, name: Text })),
}).annotate({ identifier: "AuditPeople" });

export const Verify = Schema.Struct({
  organizationId: Id,
  /** From the first link, whatever is under way. */
  anew: maybe(Schema.Boolean),
}).annotate({ identifier: "VerifyAudit" });

export const Verification = Schema.Struct({
  /** The time of the newest entry that is in the chain now. */
  sealedThrough: orNull(Instant),
  /** A walk along the chain that is under way: steps done, of how many. */
  walk: orNull(Schema.Struct({ begunAt: Instant, done: Count, of: Count })),
  /** What the last whole walk found. */
  verdict: orNull(Schema.Struct({
    begunAt: Instant,
    verifiedAt: Instant,
    verifiedBy: orNull(Text),
    /** Links from the first on that are as they were sealed. */
    intact: Count,
    links: Count,
    /** The time of the last of these links. */
    through: orNull(Instant),
    /** Sealed entries whose month has been dropped since. */
    expired: Count,
    /** Entries that had no seal yet. */
    unsealed: Count,
    /** The first thing that is wrong, and that in words; null: nothing is. */
    fault: orNull(Schema.Struct({
      link: orNull(Count),
      entryId: orNull(Text),
      words: Text,
    })),
  })),
}).annotate({ identifier: "AuditVerification" });
