/** Conflicts and dead letters as they are read. */
import type { Delta } from "../domain/delta.ts";
import type { FieldName, FieldValue } from "../domain/pfa.ts";
import type { Tx } from "./sql.ts";

type Values = { readonly [name in FieldName]?: FieldValue };

export interface ConflictRow {
  readonly id: string;
  readonly pfaId: string;
  readonly modificationIds: string[];
  readonly localVersion: number;
  readonly pemsVersion: number;
  readonly baseData: Values;
  readonly localData: Values;
  readonly pemsData: Values;
  readonly pemsChangedBy: string | null;
  readonly pemsChangedAt: Date | null;
  readonly kind: string;
  readonly conflictFields: string[];
  readonly reason: string;
  readonly status: string;
  readonly resolution: string | null;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
  readonly createdAt: Date;
  /** Whose changes are in it, in the order of their commits. */
  readonly mine: ReadonlyArray<{
    readonly modificationId: string;
    readonly userName: string;
    readonly committedAt: string;
    readonly changeReason: string | null;
  }>;
  /** What waits behind it, in the order of its lane. */
  readonly waiting: ReadonlyArray<{
    readonly modificationId: string;
    readonly userName: string;
    readonly changes: Delta;
  }>;
}

const columns = (tx: Tx) =>
  tx`
    c.id, c.pfa_id as "pfaId", c.modification_ids as "modificationIds",
    c.local_version as "localVersion", c.pems_version as "pemsVersion", c.base_data as "baseData",
    c.local_data as "localData", c.pems_data as "pemsData", c.pems_changed_by as "pemsChangedBy",
    c.pems_changed_at as "pemsChangedAt", c.kind, c.conflict_fields as "conflictFields", c.reason,
    c.status, c.resolution, u.display_name as "resolvedBy", c.resolved_at as "resolvedAt",
    c.created_at as "createdAt",
    coalesce((
      select jsonb_agg(jsonb_build_object('modificationId', m.id, 'userName', a.display_name,
        'committedAt', m.committed_at, 'changeReason', m.change_reason) order by m.committed_nth)
      from pfa_modification m
      join app_user a on a.id = m.user_id
      where m.id = any(c.modification_ids)), '[]') as mine,
    coalesce((
      select jsonb_agg(jsonb_build_object('modificationId', q.modification_id,
        'userName', a.display_name, 'changes', q.payload) order by q.id)
      from pfa_write_queue q
      join pfa_modification m on m.id = q.modification_id
      join app_user a on a.id = m.user_id
      where c.status = 'unresolved' and q.organization_id = c.organization_id
        and q.pfa_id = c.pfa_id and q.modification_id <> all(c.modification_ids)), '[]')
      as waiting`;

/** Null: any. */
export interface ConflictFilter {
  readonly status: string | null;
  readonly kind: string | null;
  readonly pfaId: string | null;
}

/** Newest first; ids are in order of time. */
export const listConflicts = (
  tx: Tx,
  { status, kind, pfaId, before, limit }: ConflictFilter & {
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<ConflictRow[]> =>
  tx<ConflictRow[]>`
    select ${columns(tx)} from pfa_sync_conflict c left join app_user u on u.id = c.resolved_by
    where c.organization_id = current_organization()
      and (${status}::text is null or c.status = ${status}::text)
      and (${kind}::text is null or c.kind = ${kind}::text)
      and (${pfaId}::text is null or c.pfa_id = ${pfaId}::text)
      and (${before}::text is null or c.id < ${before}::text::uuid)
    order by c.id desc
    limit ${limit}`;

export async function countConflicts(
  tx: Tx,
  { status, kind, pfaId }: ConflictFilter,
): Promise<number> {
  const [row] = await tx<[{ count: number }]>`
    select count(*)::int from pfa_sync_conflict
    where organization_id = current_organization()
      and (${status}::text is null or status = ${status}::text)
      and (${kind}::text is null or kind = ${kind}::text)
      and (${pfaId}::text is null or pfa_id = ${pfaId}::text)`;
  return row.count;
}

export async function findConflict(tx: Tx, id: string): Promise<ConflictRow | undefined> {
  const [row] = await tx<ConflictRow[]>`
    select ${columns(tx)} from pfa_sync_conflict c left join app_user u on u.id = c.resolved_by
    where c.organization_id = current_organization() and c.id = ${id}`;
  return row;
}

export interface DeadLetterRow {
  /** Of the modification. */
  readonly id: string;
  readonly pfaId: string;
  readonly userId: string;
  readonly userName: string;
  readonly jobId: string | null;
  readonly operation: string;
  readonly changes: Delta;
  readonly changeReason: string | null;
  readonly baseVersion: number;
  readonly error: string | null;
  readonly retryCount: number;
  readonly committedAt: Date;
  readonly failedAt: Date;
  readonly attempts: ReadonlyArray<{ readonly error: string | null }>;
}

/** The organization's dead letters, newest first, each with every attempt made for its record since its commit. */
export const listDeadLetters = (
  tx: Tx,
  { group, before, limit }: {
    /** Only these, that died of the same; null: all. */
    readonly group: string | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<DeadLetterRow[]> =>
  tx<DeadLetterRow[]>`
    select m.id, m.pfa_id as "pfaId", m.user_id as "userId", u.display_name as "userName",
      m.job_id as "jobId", m.operation, coalesce(m.standing, m.changes) as changes, m.change_reason as "changeReason",
      m.base_version as "baseVersion", coalesce(m.sync_error, q.last_error) as error,
      q.retry_count as "retryCount", m.committed_at as "committedAt", m.updated_at as "failedAt",
      coalesce((
        select jsonb_agg(jsonb_build_object('nth', a.nth, 'sentAt', a.sent_at,
          'answeredAt', a.answered_at, 'latencyMs', a.latency_ms, 'status', a.status,
          'outcome', a.outcome, 'error', a.error) order by a.answered_at, a.id)
        from pfa_write_attempt a
        where a.organization_id = m.organization_id and a.pfa_id = m.pfa_id
          and a.answered_at >= m.committed_at), '[]') as attempts
    from pfa_modification m
    join app_user u on u.id = m.user_id
    left join pfa_write_queue q on q.modification_id = m.id
    where m.organization_id = current_organization() and m.sync_status = 'failed'
      and (${group}::text is null or m.letter_group = ${group}::text)
      and (${before}::text is null or m.id < ${before}::text::uuid)
    order by m.id desc
    limit ${limit}`;

/** @param group only these; null: all */
export async function countDeadLetters(tx: Tx, group: string | null): Promise<number> {
  const [row] = await tx<[{ count: number }]>`
    select count(*)::int from pfa_modification
    where organization_id = current_organization() and sync_status = 'failed'
      and (${group}::text is null or letter_group = ${group}::text)`;
  return row.count;
}

/** The unresolved conflict of each of these records that has one. */
export async function openConflictsOf(
  tx: Tx,
  pfaIds: ReadonlyArray<string>,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx<Array<{ pfa_id: string; id: string }>>`
    select pfa_id, id from pfa_sync_conflict
    where organization_id = current_organization() and status = 'unresolved'
      and pfa_id = any(${pfaIds as string[]}::text[])`;
  return new Map(rows.map((row) => [row.pfa_id, row.id]));
}
