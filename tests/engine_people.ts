/** What tests of decisions share: records, lanes and conflicts as they are, and people who act on them. */
import { resolveConflicts } from "../app/resolving.ts";
import { giveUp, lockLetters, replay } from "../db/dead_letters.ts";
import { applyPage, type Reading } from "../db/reading.ts";
import { asTenant, type Tenant, type Tx } from "../db/sql.ts";
import type { Edits } from "../domain/delta.ts";
import type { Choice } from "../domain/resolution.ts";
import { equal } from "node:assert/strict";
import { type Engine, idOf, type Person } from "./engine.ts";
import { answered } from "./engine_wire.ts";

export const one = idOf(1);

export const laneOf = async ({ db }: Engine) => {
  const [row] = await db.owner`select state, pending from pfa_lane where pfa_id = ${one}`;
  return row && [row.state, row.pending];
};

export const openOf = async ({ db }: Engine, pfaId = one) => {
  const rows = await db.owner`
    select * from pfa_sync_conflict where status = 'unresolved' and pfa_id = ${pfaId}`;
  equal(rows.length, 1);
  return rows[0]!;
};

export const recordOf = async ({ sandbox }: Engine, pfaId = one) =>
  (await sandbox.store.find(pfaId))!.record;

/** Who changed the record in PEMS, and which fields, in order. */
export const ledgerOf = async ({ sandbox }: Engine) =>
  (await sandbox.store.ledger("")).map(({ modifiedBy, changes }) =>
    `${modifiedBy.split("@")[0]}: ${Object.keys(changes).sort().join()}`
  );

export async function resolve(engine: Engine, by: Person, choice: Choice, pfaId = one) {
  const tenant = { organizationId: engine.organizationId(), userId: engine.people[by] };
  const { id } = await openOf(engine, pfaId);
  return await asTenant(
    engine.db.app,
    tenant,
    (tx) => resolveConflicts(tx, { tenant: { ...tenant, maxRetries: 3 }, ids: [id], choice }),
  );
}

/** Ada's edit of the rate and the model in conflict over the rate; the worker runs. */
export async function inConflict(
  engine: Engine,
  edits: Edits = { monthlyRate: "100.00", model: "M-1" },
) {
  await engine.foreign(one, { monthlyRate: "777.00" });
  const id = await engine.commitOne("ada", one, edits);
  await engine.start();
  await engine.untilStatus(id, "conflict");
  return id;
}

/** PEMS's record as it is now, through a read sync's page. */
export async function read({ db, sandbox, organizationId }: Engine, pfaId = one) {
  const { organizationCode: _, pfaId: __, ...remote } = (await sandbox.store.find(pfaId))!;
  const [job] = await db.worker<[{ id: string }]>`
    insert into sync_job (organization_id, kind, status)
    values (${organizationId()}, 'read_sync', 'completed') returning id`;
  const row = { organizationId: organizationId(), pfaId, remote, origin: "read_sync" } as const;
  await applyPage(db.worker, { jobId: job.id, organizationId: organizationId() } as Reading, {
    rows: [row],
    nextCursor: null,
    unreadable: [],
  });
}

export const refusedOnce = answered(422, "The cost centre is closed");

export const asBoss = <A>(
  { db, organizationId, people }: Engine,
  work: (tx: Tx, tenant: Tenant) => Promise<A>,
) => {
  const tenant = { organizationId: organizationId(), userId: people.boss };
  return asTenant(db.app, tenant, (tx) => work(tx, tenant));
};

export const retry = (engine: Engine, ...ids: string[]) =>
  asBoss(engine, async (tx, tenant) => {
    const letters = await lockLetters(tx, tenant.organizationId, ids);
    return await replay(tx, tenant, { letters, reason: "the cost centre is open" });
  });

export const discard = (engine: Engine, ...ids: string[]) =>
  asBoss(engine, async (tx, tenant) => {
    const letters = await lockLetters(tx, tenant.organizationId, ids);
    await giveUp(tx, tenant, { letters, reason: "nobody needs it" });
  });
