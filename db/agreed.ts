/** Conflicts that end by themselves: PEMS has come to hold all that we wanted. */
import { deltaOf, type Edits } from "../domain/delta.ts";
import type { RecordEvent } from "../domain/event.ts";
import { isAgreed } from "../domain/resolution.ts";
import type { Operation } from "../domain/threeway.ts";
import { followHeads } from "./lane_items.ts";
import { remoteOf } from "./mirror.ts";
import { announce } from "./notices.ts";
import type { Tx } from "./sql.ts";

/** Closes the open conflicts of these records that the mirror now agrees with; their items are synced. */
export async function closeAgreed(
  tx: Tx,
  organizationId: string,
  pfaIds: ReadonlyArray<string>,
): Promise<void> {
  if (pfaIds.length === 0) return;
  const open = await tx<
    Array<{
      id: string;
      base: Edits;
      local: Edits;
      operation: Operation;
      mirror: { readonly [column: string]: unknown };
    }>
  >`
    select c.id, c.base_data as base, c.local_data as local, to_jsonb(m) as mirror, (
      select d.operation from pfa_modification d where d.id = c.modification_ids[1]) as operation
    from pfa_sync_conflict c
    join pfa_mirror m on m.organization_id = c.organization_id and m.pfa_id = c.pfa_id
    where c.organization_id = ${organizationId} and c.pfa_id = any(${pfaIds as string[]}::text[])
      and c.status = 'unresolved'`;
  const agreed = open.filter(({ base, local, operation, mirror }) =>
    isAgreed(operation, deltaOf(base, local), remoteOf(mirror).record)
  );
  if (agreed.length > 0) await close(tx, organizationId, agreed.map(({ id }) => id));
}

async function close(tx: Tx, organizationId: string, ids: ReadonlyArray<string>): Promise<void> {
  // Lanes before conflicts, as whoever resolves them does; who came first has decided.
  await tx`
    select from pfa_lane l
    where l.organization_id = ${organizationId} and l.pfa_id in (
      select pfa_id from pfa_sync_conflict where id = any(${ids as string[]}::uuid[]))
    order by l.pfa_id
    for update`;
  const rows = await tx<Array<{ id: string; pfa_id: string; pems_version: number }>>`
    with closed as (
      update pfa_sync_conflict c set status = 'resolved_auto', resolved_at = now()
      where c.id = any(${ids as string[]}::uuid[]) and c.status = 'unresolved'
      returning c.*
    ), item as (
      select c.id as conflict, c.local_data, m.version, one as modification_id
      from closed c
      join pfa_mirror m on m.organization_id = c.organization_id and m.pfa_id = c.pfa_id,
      unnest(c.modification_ids) one
    ), gone as (
      delete from pfa_write_queue q using item where q.modification_id = item.modification_id
      returning q.*
    ), done as (
      insert into pfa_write_done (id, modification_id, pfa_id, organization_id, operation, payload,
        status, priority, retry_count, max_retries, last_attempt_at, last_error, scheduled_at,
        completed_at, created_at, write_id)
      select id, modification_id, pfa_id, organization_id, operation, payload, 'completed', priority,
        retry_count, max_retries, last_attempt_at, last_error, scheduled_at, now(), created_at, null
      from gone
    ), synced as (
      update pfa_modification m
      set sync_status = 'synced', synced_at = clock_timestamp(), pems_version = item.version,
        sync_error = null, write_id = null, updated_at = now()
      from item where m.id = item.modification_id
      returning m.id, m.organization_id, m.pfa_id, m.job_id, m.pems_version, m.committed_nth,
        item.conflict, item.local_data
    ), audited as (
      insert into audit_entry (organization_id, event_type, pfa_id, modification_id, job_id, details)
      select organization_id, event, pfa_id, id, job_id, jsonb_build_object('conflictId', conflict,
        'by', 'PEMS', 'evidence', 'content', 'changes', local_data, 'pemsVersion', pems_version)
      from synced, unnest(array['CONFLICT_RESOLVED', 'WRITE_SETTLED']) event
    )
    select id, pfa_id, pems_version from synced order by committed_nth`;
  await followHeads(tx, organizationId, [...new Set(rows.map((row) => row.pfa_id))]);
  const at = new Date().toISOString();
  await announce(
    tx,
    rows.map((row): RecordEvent => ({
      type: "SYNC_SUCCESS",
      organizationId,
      at,
      pfaId: row.pfa_id,
      modificationId: row.id,
      sync: { status: "synced", modificationId: row.id, syncedAt: at },
      version: row.pems_version,
    })),
  );
}
