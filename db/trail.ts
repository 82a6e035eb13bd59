/** The audit trail as it is read. */
import type { AuditEvent } from "./audit.ts";
import type { Tx } from "./sql.ts";

export interface TrailRow {
  readonly id: string;
  readonly at: Date;
  /** The same to the microsecond, for a cursor. */
  readonly moment: string;
  readonly eventType: AuditEvent;
  readonly userId: string | null;
  readonly userName: string | null;
  /** Whom it is about, when that is somebody else: a member, or the author of a change. */
  readonly aboutName: string | null;
  readonly workerId: string | null;
  readonly pfaId: string | null;
  readonly modificationId: string | null;
  readonly writeId: string | null;
  readonly jobId: string | null;
  readonly details: { readonly [name: string]: unknown };
  /** Its place in the organization's chain; null while it has none. */
  readonly link: string | null;
}

/** Each absent (null) filter lets everything through; `from` is inclusive, `to` exclusive. */
export interface TrailFilter {
  readonly events: ReadonlyArray<string> | null;
  readonly pfaId: string | null;
  readonly userId: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** What the entries belong to. */
  readonly of: Correlation | null;
}

/** A job, a write or a modification. */
export interface Correlation {
  readonly kind: "job" | "write" | "modification";
  readonly id: string;
  /** Its record, by which its entries are found; null for a job. */
  readonly pfaId: string | null;
  /** Nothing was written of it before. */
  readonly since: string;
}

/** What the id names in the transaction's organization; undefined: nothing there. */
export async function findCorrelation(tx: Tx, id: string): Promise<Correlation | undefined> {
  const [row] = await tx<Correlation[]>`
    select 'job' as kind, id, null as "pfaId", created_at::text as since from sync_job
    where organization_id = current_organization() and id = ${id}
    union all
    select 'modification', id, pfa_id, created_at::text from pfa_modification
    where organization_id = current_organization() and id = ${id}
    union all
    select 'write', id, pfa_id, created_at::text from pems_write
    where organization_id = current_organization() and id = ${id}`;
  return row;
}

export interface Place {
  readonly moment: string;
  readonly id: string;
}

/** Newest first. To be planned anew for each call: which index serves depends on the filter. */
export const listEntries = (
  tx: Tx,
  { events, pfaId, userId, from, to, of }: TrailFilter,
  { before, limit }: { readonly before: Place | null; readonly limit: number },
): Promise<TrailRow[]> => {
  const named = (kind: Correlation["kind"]) => of?.kind === kind ? of.id : null;
  return tx<TrailRow[]>`
    -- materialized: names and seals are looked up for the page alone
    with page as materialized (
      select * from audit_entry
      where organization_id = current_organization()
        and (${events as string[] | null}::text[] is null
          or event_type = any(${events as string[] | null}::text[]))
        and (${pfaId}::text is null or pfa_id = ${pfaId}::text)
        and (${userId}::text is null or user_id = ${userId}::text::uuid)
        and (${from}::text is null or at >= ${from}::text::timestamptz)
        and (${to}::text is null or at < ${to}::text::timestamptz)
        and (${named("job")}::text is null or job_id = ${named("job")}::text::uuid)
        and (${named("write")}::text is null or write_id = ${named("write")}::text::uuid)
        and (${named("modification")}::text is null
          or modification_id = ${named("modification")}::text::uuid)
        and (${of?.pfaId ?? null}::text is null or pfa_id = ${of?.pfaId ?? null}::text)
        and (${of?.since ?? null}::text is null or at >= ${of?.since ?? null}::text::timestamptz)
        and (${before?.moment ?? null}::text is null or (at, id)
          < (${before?.moment ?? null}::text::timestamptz, ${before?.id ?? null}::text::bigint))
      order by at desc, id desc
      limit ${limit}
    )
    select p.id::text, p.at, p.at::text as moment, p.event_type as "eventType",
      p.user_id as "userId", u.display_name as "userName", o.display_name as "aboutName",
      p.worker_id as "workerId", p.pfa_id as "pfaId", p.modification_id as "modificationId",
      p.write_id as "writeId", p.job_id as "jobId", p.details, s.nth::text as link
    from page p
    left join app_user u on u.id = p.user_id
    left join app_user o
      on o.id::text = coalesce(p.details ->> 'member', p.details ->> 'author') and o.id <> p.user_id
    left join audit_seal s on s.entry_id = p.id
    order by p.at desc, p.id desc`;
};

/** Whoever is in the organization's trail, by name: one look at the index for each. */
export const listPeople = (tx: Tx): Promise<Array<{ id: string; name: string }>> =>
  tx<Array<{ id: string; name: string }>>`
    with recursive person as (
      (select user_id from audit_entry
        where organization_id = current_organization() and user_id is not null
        order by user_id limit 1)
      union all
      select (select e.user_id from audit_entry e
        where e.organization_id = current_organization() and e.user_id > p.user_id
        order by e.user_id limit 1)
      from person p where p.user_id is not null
    )
    select u.id, u.display_name as name from person p join app_user u on u.id = p.user_id
    order by lower(u.display_name), u.id`;

/** The time of the newest entry in the organization's chain; undefined while nothing is sealed. */
export async function sealedThrough(tx: Tx): Promise<Date | undefined> {
  const [row] = await tx<Array<{ at: Date }>>`
    select sealed_through as at from audit_chain where organization_id = current_organization()`;
  return row?.at;
}

/** What can be asked for. */
export const AUDIT_EVENTS = [
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
  "VIEW_AS",
  "VIEW_AS_ENDED",
] as const satisfies ReadonlyArray<AuditEvent>;
