/** Drafts: one user's uncommitted delta of a record; at most one for each user and record. */
import type { Delta } from "../domain/delta.ts";
import type { FieldName, Pfa } from "../domain/pfa.ts";
import type { Operation } from "../domain/threeway.ts";
import { announceDrafts } from "./draft_news.ts";
import { pfaOf, pfaOfJson } from "./record_rows.ts";
import { json, type Tenant, type Tx } from "./sql.ts";

export interface Draft {
  readonly id: string;
  readonly operation: Operation;
  readonly changes: Delta;
  readonly baseVersion: number;
}

/** What a draft of a record starts from. */
export interface Basis {
  readonly pfaId: string;
  readonly version: number;
  /** Mirror and every pending committed modification. */
  readonly record: Pfa;
  /** The fields that pending modifications set. */
  readonly pending: ReadonlySet<FieldName>;
  readonly draft: Draft | undefined;
  /** The mirror at the version asked for, when that is an earlier one and still known. */
  readonly earlier: Pfa | undefined;
}

export interface Wanted {
  readonly pfaId: string;
  readonly baseVersion: number | null;
}

/** One at a time for each user and organization, since a save reads, decides and writes. */
export const lockDrafts = (tx: Tx, { organizationId, userId }: Tenant) =>
  tx`select pg_advisory_xact_lock(hashtextextended(${organizationId + userId}, 0))`.execute();

/** The bases of these records, with the user's drafts locked; records that are not there are left out. */
export async function readBases(
  tx: Tx,
  userId: string,
  wanted: ReadonlyArray<Wanted>,
): Promise<ReadonlyMap<string, Basis>> {
  const ids = wanted.map(({ pfaId }) => pfaId);
  const locked = tx`
    select from pfa_modification
    where organization_id = current_organization() and user_id = ${userId}
      and sync_status = 'draft' and pfa_id = any(${ids}::text[])
    for update`.execute();
  const read = tx<BasisRow[]>`
    select r.*, o.pending, d.id as draft_id, d.operation, d.changes, d.base_version,
      case when w.base_version < r.version then (
        select h.record from pfa_mirror_history h
        where h.organization_id = r.organization_id and h.pfa_id = w.pfa_id
          and h.version = w.base_version
        order by h.replaced_at desc limit 1) end as earlier
    from unnest(${ids}::text[], ${wanted.map((one) => one.baseVersion)}::int[])
      w (pfa_id, base_version)
    -- limit 1 keeps it a lookup for each record: before its first analysis the table looks small enough to read whole
    cross join lateral (
      select x as mirror from pfa_mirror x
      where x.organization_id = current_organization() and x.pfa_id = w.pfa_id
      limit 1
    ) m
    left join (
      select pfa_id, fields, array(select jsonb_object_keys(fields)) as pending
      from record_overlays(null) where pfa_id = any(${ids}::text[])
    ) o on o.pfa_id = w.pfa_id
    left join lateral (
      select * from pfa_modification
      where organization_id = current_organization() and user_id = ${userId}
        and pfa_id = w.pfa_id and sync_status = 'draft'
      limit 1
    ) d on true
    cross join lateral jsonb_populate_record(m.mirror, coalesce(o.fields, '{}')) r`;
  const [rows] = await Promise.all([read, locked]);
  return new Map(rows.map((row) => [row.pfa_id, basisOf(row)]));
}

type Columns = { readonly [column: string]: unknown };
type BasisRow = Columns & {
  readonly pfa_id: string;
  readonly version: number;
  readonly pending: string[] | null;
  readonly draft_id: string | null;
  readonly operation: Operation;
  readonly changes: Delta;
  readonly base_version: number;
  readonly earlier: Columns | null;
};

const basisOf = (row: BasisRow): Basis => ({
  pfaId: row.pfa_id,
  version: row.version,
  record: pfaOf(row),
  pending: new Set((row.pending ?? []).map(fieldOf)),
  draft: row.draft_id === null ? undefined : {
    id: row.draft_id,
    operation: row.operation,
    changes: row.changes,
    baseVersion: row.base_version,
  },
  earlier: row.earlier === null ? undefined : pfaOfJson(row.earlier),
});

const fieldOf = (column: string) =>
  column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) as FieldName;

export interface NewDraft {
  readonly pfaId: string;
  readonly operation: Operation;
  readonly changes: Delta;
  readonly baseVersion: number;
  /** Null: the one given before stays. */
  readonly changeReason: string | null;
}

/** Writes the drafts over what the user had of these records, audited; returns their ids by record. */
export async function saveDrafts(
  tx: Tx,
  tenant: Tenant,
  drafts: ReadonlyArray<NewDraft>,
): Promise<ReadonlyMap<string, string>> {
  if (drafts.length === 0) return new Map();
  const rows = await tx<Array<{ pfa_id: string; id: string }>>`
    with saved as (
      insert into pfa_modification as m (organization_id, pfa_id, user_id, operation, base_version,
        changes, change_reason)
      select ${tenant.organizationId}::uuid, "pfaId", ${tenant.userId}::uuid, operation,
        "baseVersion", changes, "changeReason"
      from jsonb_to_recordset(${json(drafts)}::text::jsonb) as draft ("pfaId" text, operation text,
        "baseVersion" int, changes jsonb, "changeReason" text)
      on conflict (organization_id, user_id, pfa_id) where sync_status = 'draft'
      do update set operation = excluded.operation, base_version = excluded.base_version,
        changes = excluded.changes, updated_at = now(),
        change_reason = coalesce(excluded.change_reason, m.change_reason)
      returning m.id, m.organization_id, m.user_id, m.pfa_id, m.operation, m.base_version, m.changes,
        m.change_reason
    ), audited as (
      insert into audit_entry (organization_id, event_type, user_id, pfa_id, modification_id, details)
      select organization_id, 'DRAFT_SAVED', user_id, pfa_id, id, jsonb_build_object(
        'operation', operation, 'baseVersion', base_version, 'changes', changes,
        'reason', change_reason)
      from saved
    )
    select pfa_id, id from saved`;
  await announceDrafts(tx, tenant, rows.map((row) => row.pfa_id));
  return new Map(rows.map((row) => [row.pfa_id, row.id]));
}

/**
 * Discards the user's own drafts of these ids, audited.
 * @param reason goes into the trail
 * @returns how many there were
 */
export async function discardDrafts(
  tx: Tx,
  tenant: Tenant,
  { ids, reason }: { readonly ids: ReadonlyArray<string>; readonly reason: string },
): Promise<number> {
  if (ids.length === 0) return 0;
  const rows = await tx<Array<{ pfa_id: string }>>`
    with discarded as (
      update pfa_modification set sync_status = 'discarded', updated_at = now()
      where id = any(${ids as string[]}::uuid[]) and organization_id = ${tenant.organizationId}
        and user_id = ${tenant.userId} and sync_status = 'draft'
      returning id, organization_id, user_id, pfa_id, changes
    ), audited as (
      insert into audit_entry (organization_id, event_type, user_id, pfa_id, modification_id, details)
      select organization_id, 'DISCARD', user_id, pfa_id, id,
        jsonb_build_object('changes', changes, 'reason', ${reason}::text)
      from discarded
    )
    select pfa_id from discarded`;
  await announceDrafts(tx, tenant, rows.map((row) => row.pfa_id));
  return rows.length;
}
