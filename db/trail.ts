/** The audit trail as it is read. */
import type { AuditEvent } from "./audit.ts";
import type { Tx } from "./sql.ts";

export interface TrailRow {
  readonly id: string;
  readonly at: Date;
  /** The same to the microsecond, for a cursor. */
  readonly moment: string;
  readonly eventType: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly workerId: string | null;
  readonly pfaId: string | null;
  readonly modificationId: string | null;
  readonly writeId: string | null;
  readonly jobId: string | null;
  readonly details: { readonly [name: string]: unknown };
  /** Whether it is in the chain yet. */
  readonly sealed: boolean;
}

/** Each absent (null) filter lets everything through; `from` is inclusive, `to` exclusive. */
export interface TrailFilter {
  readonly eventType: string | null;
  readonly pfaId: string | null;
  readonly userId: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

/** Newest first. */
export const listEntries = (
  tx: Tx,
  filter: TrailFilter,
  { before, limit }: {
    readonly before: { readonly moment: string; readonly id: string } | null;
    readonly limit: number;
  },
): Promise<TrailRow[]> =>
  tx<TrailRow[]>`
    select a.id::text, a.at, a.at::text as moment, a.event_type as "eventType",
      a.user_id as "userId", u.display_name as "userName", a.worker_id as "workerId",
      a.pfa_id as "pfaId", a.modification_id as "modificationId", a.write_id as "writeId",
      a.job_id as "jobId", a.details,
      exists (select from audit_seal s where s.entry_id = a.id) as sealed
    from audit_entry a left join app_user u on u.id = a.user_id
    where a.organization_id = current_organization()
      and (${filter.eventType}::text is null or a.event_type = ${filter.eventType}::text)
      and (${filter.pfaId}::text is null or a.pfa_id = ${filter.pfaId}::text)
      and (${filter.userId}::text is null or a.user_id = ${filter.userId}::text::uuid)
      and (${filter.from}::text is null or a.at >= ${filter.from}::text::timestamptz)
      and (${filter.to}::text is null or a.at < ${filter.to}::text::timestamptz)
      and (${before?.moment ?? null}::text is null or (a.at, a.id)
        < (${before?.moment ?? null}::text::timestamptz, ${before?.id ?? null}::text::bigint))
    order by a.at desc, a.id desc
    limit ${limit}`;

/** The time of the newest entry in the organization's chain; undefined while nothing is sealed. */
export async function sealedThrough(tx: Tx): Promise<Date | undefined> {
  const [row] = await tx<Array<{ at: Date }>>`
    select sealed_through as at from audit_chain where organization_id = current_organization()`;
  return row?.at;
}

/** What can be asked for. */
export const AUDIT_EVENTS: ReadonlyArray<AuditEvent> = [
  "DRAFT_SAVED",
  "COMMIT",
  "WRITE_ATTEMPT",
  "WRITE_RESULT",
  "WRITE_SETTLED",
  "CONFLICT_DETECTED",
  "CONFLICT_RESOLVED",
  "RETRY",
  "DEAD_LETTER",
  "REPLAY",
  "DISCARD",
  "ROLLBACK",
  "READ_SYNC",
  "PAUSE",
  "RESUME",
  "CIRCUIT_OPEN",
  "CIRCUIT_CLOSED",
  "LOGIN",
  "LOGIN_FAILED",
  "PERMISSION_DENIED",
  "PERMISSION_CHANGED",
  "CREDENTIAL_CHANGED",
  "EXPORT",
  "IMPORT",
];
