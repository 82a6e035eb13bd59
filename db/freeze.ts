/** Freezing: what is about to be sent is stored, announced and audited before its first byte. */
import type { Notice } from "../domain/event.ts";
import type { Remote } from "../domain/outcome.ts";
import type { Load } from "../domain/turn.ts";
import type { Claim, Frozen } from "./claim.ts";
import { decidedBy } from "./conflicts.ts";
import { EVENT, payloads } from "./notices.ts";
import { json, type Sql } from "./sql.ts";

/** A claim with the write that its turn puts on the wire. */
export interface Sending {
  readonly claim: Claim;
  readonly write: Frozen;
}

/** A new frozen write of a load that was planned against the mirror; `body` is the exact request text. */
export const freezeLoad = (load: Load, body: string, mirror: Remote): Frozen => ({
  id: crypto.randomUUID(),
  operation: load.operation,
  version: load.version,
  body,
  delta: load.delta,
  modifiedBy: load.modifiedBy,
  unknown: false,
  sends: 0,
  sentAgoMs: 0,
  ...(load.auto.length === 0 ? {} : {
    decided: decidedBy(load.auto, { wanted: load.wanted, sent: load.delta, remote: mirror }),
  }),
});

/**
 * Stores the writes, new or to be resent, as being on the wire from their planned time on.
 * @returns the ids of those whose lease still holds; the others must not be sent
 */
export async function freeze(
  worker: Sql,
  sendings: ReadonlyArray<Sending>,
): Promise<ReadonlySet<string>> {
  if (sendings.length === 0) return new Set();
  const input = sendings.map(({ claim: { lease, call, items }, write }) => ({
    ...lease,
    ...write,
    in_ms: Math.max(call.inMs, 0),
    modifications: items.map((item) => item.modificationId),
  }));
  const [row] = await worker<[{ held: string[] | null }]>`
    with input as materialized (
      select i.* from jsonb_to_recordset(${json(input)}::text::jsonb) as i("organizationId" uuid,
        "pfaId" text, "workerId" uuid, "fencingToken" bigint, id uuid, operation text, version int,
        body text, delta jsonb, "modifiedBy" text, sends int, in_ms float8, modifications uuid[],
        decided jsonb)
      join pfa_lane l on l.organization_id = i."organizationId" and l.pfa_id = i."pfaId"
        and l.fencing_token = i."fencingToken"
        -- leased, told by a column of no index: that of leased lanes would be read whole
        and l.lease_owner is not null
      for update of l
    ), frozen as (
      insert into pems_write as w (id, organization_id, pfa_id, operation, version, body, delta,
        modified_by, worker_id, fencing_token, sends, sent_at)
      select id, "organizationId", "pfaId", operation, version, body, delta, "modifiedBy",
        "workerId", "fencingToken", 1, clock_timestamp() + in_ms * interval '1 ms'
      from input
      on conflict (id) do update set sends = w.sends + 1, sent_at = excluded.sent_at,
        worker_id = excluded.worker_id, fencing_token = excluded.fencing_token
    ), laned as (
      update pfa_lane l set write_id = i.id from input i
      where l.organization_id = i."organizationId" and l.pfa_id = i."pfaId"
        and l.fencing_token = i."fencingToken"
    ), carried as (
      select i.*, modification_id from input i, unnest(i.modifications) modification_id
    ), queued as (
      update pfa_write_queue q set status = 'syncing', write_id = c.id, last_attempt_at = now()
      from carried c where q.modification_id = c.modification_id
    ), modified as (
      update pfa_modification m set sync_status = 'syncing', write_id = c.id, updated_at = now()
      from carried c where m.id = c.modification_id
    ), audited as (
      insert into audit_entry (organization_id, event_type, worker_id, pfa_id, modification_id,
        write_id, details)
      select c."organizationId", 'WRITE_ATTEMPT', c."workerId", c."pfaId", c.modification_id, c.id,
        jsonb_build_object('send', c.sends + 1, 'version', c.version, 'operation', c.operation,
          'changes', c.delta)
      from carried c
    )
    select (select array_agg(id) from input) as held,
      (select count(record_policy(i."organizationId", i."pfaId", i."workerId", i.id,
        i.modifications, i.decided))
        from input i where i.decided is not null) as decided,
      (select count(pg_notify(${EVENT}, payload)) from unnest(${
    payloads(sendings.flatMap(processing))
  }::text[]) payload)`;
  return new Set(row.held ?? []);
}

const processing = ({ claim: { lease, items, attempts } }: Sending): Notice[] => {
  const newest = items.at(-1)!;
  return [{
    type: "SYNC_PROCESSING",
    organizationId: lease.organizationId,
    at: new Date().toISOString(),
    pfaId: lease.pfaId,
    modificationId: newest.modificationId,
    sync: { status: "syncing", modificationId: newest.modificationId, attempt: attempts + 1 },
  }];
};
