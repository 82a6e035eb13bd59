/** Shapes of the system page: who works, what is held, which versions, and what the doctor finds. */
import { Schema } from "effect";
import { Id, Instant } from "./shape.ts";
import { SyncStatus } from "./sync_shapes.ts";

const Text = Schema.String;
const orNull = Schema.NullOr;
const Count = Schema.Int;

export const System = Schema.Struct({
  at: Instant,
  /** Told of every organization, as system administrators are. */
  everything: Schema.Boolean,
  versions: Schema.Struct({ product: Text, deno: Text, postgres: Text, schema: Text }),
  migrations: Schema.Array(Schema.Struct({ number: Count, name: Text, appliedAt: Instant })),
  workers: Schema.Array(Schema.Struct({
    id: Id,
    startedAt: Instant,
    lastSeenAt: Instant,
    secondsUnseen: Schema.Finite,
    version: orNull(Text),
    /** Calls of all organizations; null for who may not know of them. */
    inFlight: orNull(Count),
  })),
  organizations: Schema.Array(Schema.Struct({
    id: Id,
    code: Text,
    name: Text,
    status: SyncStatus,
    connection: orNull(Schema.Struct({
      circuit: Schema.Literals(["closed", "open", "probing"]),
      circuitSince: Text,
      probeAt: orNull(Text),
      rateLimit: Count,
      rateNow: Schema.Finite,
    })),
    pause: orNull(Schema.Struct({ by: Text, reason: orNull(Text), since: Text })),
    oldestPendingAt: orNull(Instant),
    /** Lanes by state. */
    lanes: Schema.Record(Text, Count),
    /** Up to when its audit trail is chained; null: nothing is in it yet. */
    sealedThrough: orNull(Instant),
    leases: Schema.Array(Schema.Struct({
      workerId: Id,
      pfaId: Text,
      since: orNull(Instant),
      until: Instant,
      attempts: Count,
    })),
  })),
}).annotate({ identifier: "System" });

export const AskDoctor = Schema.Struct({
  organizationId: Id,
  /** Every organization: for system administrators. */
  everything: Schema.optionalKey(Schema.Boolean),
}).annotate({ identifier: "AskDoctor" });
export const Examination = Schema.Struct({
  at: Instant,
  tookMs: Count,
  /** Codes of those that were looked at. */
  organizations: Schema.Array(Text),
  findings: Schema.Array(Schema.Struct({
    invariant: Text,
    /** How often it is broken; null: it was not looked at to the end in the time there was. */
    broken: orNull(Count),
    violations: Schema.Array(Schema.Struct({ organization: Text, id: Text, what: Text })),
  })),
}).annotate({ identifier: "Examination" });
