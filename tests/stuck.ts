/** Changes that need a person, made as a settlement makes them: in conflict, or dead. */
import { openConflict } from "../db/conflicts.ts";
import type { Database, Tenant } from "../db/sql.ts";
import { type Delta, entries } from "../domain/delta.ts";
import type { FieldName, Pfa } from "../domain/pfa.ts";
import { aRemote, type Changes, committed, mirrored } from "./builders.ts";

const NOBODY = "0198c0de-0000-7000-8000-000000000000";

interface Stage {
  readonly db: Database;
  /** Whose changes they are. */
  readonly tenant: Tenant;
  readonly organizationId: string;
}

/** The committed change of a record meets such a PEMS: its conflict, as a settlement opens it. Returns its id. */
export async function conflicting(
  { db, tenant, organizationId }: Stage,
  pfaId: string,
  { changes, theirs }: { readonly changes: Changes[string]; readonly theirs: Partial<Pfa> },
): Promise<{ readonly id: string; readonly modificationId: string }> {
  const { modifications } = await committed(db, tenant, { [pfaId]: changes });
  const modificationId = modifications.get(pfaId)!;
  await mirrored(db, organizationId, { [pfaId]: { version: 2, ...theirs } });
  const [row] = await db.worker<[{ changes: Delta; operation: "UPDATE" }]>`
    select changes, operation from pfa_modification where id = ${modificationId}`;
  const item = { modificationId, operation: row.operation, changes: row.changes };
  await db.worker.begin((tx) =>
    openConflict(tx, {
      claim: {
        lease: { organizationId, pfaId, workerId: NOBODY, fencingToken: "1" },
        mirror: aRemote(),
        frozen: undefined,
      } as never,
      items: [item as never],
      delta: row.changes,
      writeId: undefined,
      exchange: undefined,
      outcome: undefined as never,
    }, {
      _tag: "Conflicted",
      kind: "fields",
      fields: entries(row.changes).map(([name]) => name)
        .filter((name) => name in theirs) as FieldName[],
      remote: aRemote({ version: 2, ...theirs }),
      reason: "PEMS changed",
    })
  );
  await db.worker`
    update pfa_modification set sync_status = 'conflict' where id = ${modificationId}`;
  await db.worker`
    update pfa_write_queue set status = 'conflict' where modification_id = ${modificationId}`;
  await db.worker`select follow_heads(${organizationId}, ${[pfaId]})`;
  const [conflict] = await db.worker<[{ id: string }]>`
    select id from pfa_sync_conflict where pfa_id = ${pfaId} and status = 'unresolved'`;
  return { id: conflict.id, modificationId };
}

/** The committed changes, each dead in a write of its own with that error. Returns the modifications by record. */
export async function buried(
  { db, tenant, organizationId }: Stage,
  changes: Changes,
  error: string | ((pfaId: string) => string),
): Promise<ReadonlyMap<string, string>> {
  const { modifications } = await committed(db, tenant, changes);
  for (const [pfaId, id] of modifications) {
    await db.worker`
      update pfa_modification set sync_status = 'failed', write_id = gen_random_uuid(),
        sync_error = ${typeof error === "string" ? error : error(pfaId)} where id = ${id}`;
  }
  const ids = [...modifications.values()];
  await db.worker`
    update pfa_write_queue set status = 'dead', retry_count = 3
    where modification_id = any(${ids}::uuid[])`;
  await db.worker`select follow_heads(${organizationId}, ${[...modifications.keys()]}, true)`;
  return modifications;
}
