/** Commits of the engine's tests: edits by people, straight to the tables, as the routes do. */
import { readBases, saveDrafts } from "../db/drafts.ts";
import { enqueue } from "../db/enqueue.ts";
import { asTenant, type Database, type Tenant } from "../db/sql.ts";
import { capture, type Delta, type Edits } from "../domain/delta.ts";
import type { Priority } from "../domain/status.ts";
import type { Operation } from "../domain/threeway.ts";

interface Wanted {
  readonly priority: Priority;
  readonly reason: string | null;
  readonly wanted: ReadonlyMap<string, Edits | "DELETE">;
}

/** Captures, drafts and queues as the routes do, in one transaction of the tenant. */
export const commit = (db: Database, tenant: Tenant, { priority, reason, wanted }: Wanted) =>
  asTenant(db.app, tenant, async (tx) => {
    const bases = await readBases(
      tx,
      tenant.userId,
      [...wanted.keys()].map((pfaId) => ({ pfaId, baseVersion: null })),
    );
    const drafts = [...wanted].map(([pfaId, edits]) => {
      const { record, version } = bases.get(pfaId)!;
      const changes: Delta = edits === "DELETE"
        ? {
          ...Object.fromEntries(
            Object.entries(record).map(([name, value]) => [name, { from: value, to: value }]),
          ),
          isDiscontinued: { from: false, to: true },
        }
        : capture(record, edits);
      const operation: Operation = edits === "DELETE" ? "DELETE" : "UPDATE";
      return { pfaId, operation, changes, baseVersion: version, changeReason: reason };
    });
    const ids = await saveDrafts(tx, tenant, drafts);
    await enqueue(tx, {
      ...tenant,
      modificationIds: [...ids.values()],
      priority,
      maxRetries: 3,
    });
    return ids;
  });
