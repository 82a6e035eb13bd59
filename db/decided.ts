/** Modifications that a decision makes: a resolution, a rollback, a correction; committed from the start, never a draft. */
import type { Delta } from "../domain/delta.ts";
import { json, type Tenant, type Tx } from "./sql.ts";

export interface Decided {
  readonly pfaId: string;
  readonly origin: "edit" | "rollback" | "resolution";
  readonly changes: Delta;
  readonly baseVersion: number;
  readonly changeReason: string | null;
}

/** Makes them in the name of who decided; `enqueue` queues them. Returns their ids by record. */
export async function insertDecided(
  tx: Tx,
  { organizationId, userId }: Tenant,
  decided: ReadonlyArray<Decided>,
): Promise<ReadonlyMap<string, string>> {
  const rows = await tx<Array<{ pfa_id: string; id: string }>>`
    insert into pfa_modification (organization_id, pfa_id, user_id, origin, base_version, changes,
      change_reason, sync_status, committed_nth)
    select ${organizationId}::uuid, "pfaId", ${userId}::uuid, origin, "baseVersion", changes,
      "changeReason", 'committed', nextval('commit_order')
    from jsonb_to_recordset(${json(decided)}::text::jsonb) as made ("pfaId" text, origin text,
      "baseVersion" int, changes jsonb, "changeReason" text)
    returning pfa_id, id`;
  return new Map(rows.map((row) => [row.pfa_id, row.id]));
}
