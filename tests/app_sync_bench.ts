/** A bench for a sync that people follow over the API: a job of which one change is in conflict and one is dead. */
import { notify } from "../db/notifications.ts";
import type { Database } from "../db/sql.ts";
import { benches, type CallerBench } from "./app_benches.ts";
import type { TestApp } from "./app_client.ts";
import { aPfa, aPlanner, committed, mirrored } from "./builders.ts";

/** Amounts that are nowhere else, so that a search finds them wherever they leak; not as part of an id. */
export const AMOUNTS = /(?<![\da-f-])(?:5511|6622|7733|8844)(?:\.\d+)?(?![\da-f-])/i;

interface Bench extends CallerBench {
  readonly jobId: string;
  readonly conflictId: string;
  readonly ids: ReadonlyMap<string, string>;
}

/** A job of two: A is in conflict, B is a dead letter, both about money; and a version of A that is past. */
async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const tenant = await aPlanner(db);
  const { organizationId, userId } = tenant;
  await mirrored(db, organizationId, {
    A: { monthlyRate: "5511.10" },
    B: { monthlyRate: "5511.10" },
    C: { monthlyRate: "5511.10" },
  });
  const { jobId, modifications: ids } = await committed(db, tenant, {
    A: { monthlyRate: "6622.20" },
    B: { monthlyRate: "6622.20" },
  }, { changeReason: "the rate is 6622.20 now" });
  await mirrored(db, organizationId, { A: { version: 2, monthlyRate: "7733.30" } });
  const [conflict] = await db.worker<[{ id: string }]>`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
    select 'A', ${organizationId}, ${[ids.get("A")!]}, 1, 2, '{"monthlyRate": "5511.10"}',
      '{"monthlyRate": "6622.20"}', ${
    JSON.stringify(aPfa({ monthlyRate: "7733.30" }))
  }::text::jsonb, 'fields',
      '{monthlyRate}', 'PEMS has the rate 7733.30'
    returning id`;
  const error = "monthlyRate 6622.20 exceeds the contract's 8844.40";
  await db.worker`
    update pfa_modification set sync_error = case pfa_id when 'B' then ${error} end,
      sync_status = case pfa_id when 'A' then 'conflict' else 'failed' end`;
  await db.worker`
    update pfa_write_queue set last_error = ${error},
      status = case pfa_id when 'A' then 'conflict' else 'dead' end`;
  await db.worker`update pfa_lane set state = 'blocked'`;
  await notify(db.worker, {
    organizationId,
    userIds: [userId],
    administrators: true,
    kind: "failure",
    title: "B failed",
    body: error,
    pfaId: "B",
  });
  return { db, app, caller: await app.as(userId), ...tenant, jobId, ids, conflictId: conflict.id };
}

export const { atBench, test } = benches(benchOf);
