/** The audit trail: append-only entries, written in the transaction of what they tell of. */
import { json, type Runner } from "./sql.ts";

export type AuditEvent =
  | "DRAFT_SAVED"
  | "COMMIT"
  | "WRITE_ATTEMPT"
  | "WRITE_RESULT"
  | "WRITE_SETTLED"
  | "CONFLICT_DETECTED"
  | "CONFLICT_RESOLVED"
  | "RETRY"
  | "DEAD_LETTER"
  | "REPLAY"
  | "DISCARD"
  | "ROLLBACK"
  | "READ_SYNC"
  | "PAUSE"
  | "RESUME"
  | "CIRCUIT_OPEN"
  | "CIRCUIT_CLOSED"
  | "LOGIN"
  | "LOGIN_FAILED"
  | "PERMISSION_DENIED"
  | "PERMISSION_CHANGED"
  | "CREDENTIAL_CHANGED"
  | "EXPORT"
  | "IMPORT"
  | "VIEW_AS"
  | "VIEW_AS_ENDED";

export interface AuditEntry {
  readonly eventType: AuditEvent;
  /** Absent: of no organization, such as a sign-in. */
  readonly organizationId?: string | undefined;
  readonly userId?: string | undefined;
  readonly workerId?: string | undefined;
  readonly pfaId?: string | undefined;
  readonly modificationId?: string | undefined;
  readonly writeId?: string | undefined;
  readonly jobId?: string | undefined;
  /** Field values may be in here: readers mask money. Never credentials. */
  readonly details?: { readonly [name: string]: unknown };
}

export async function record(sql: Runner, entries: ReadonlyArray<AuditEntry>): Promise<void> {
  if (entries.length === 0) return;
  await sql`
    insert into audit_entry (organization_id, event_type, user_id, worker_id, pfa_id,
      modification_id, write_id, job_id, details)
    select "organizationId", "eventType", "userId", "workerId", "pfaId", "modificationId",
      "writeId", "jobId", coalesce(details, '{}')
    from jsonb_to_recordset(${
    json(entries)
  }::text::jsonb) as entry("organizationId" uuid, "eventType" text,
      "userId" uuid, "workerId" uuid, "pfaId" text, "modificationId" uuid, "writeId" uuid,
      "jobId" uuid, details jsonb)`;
}
