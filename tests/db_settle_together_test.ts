/** Successes settled together: what each leaves by itself, whatever becomes of the others. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { type Claim, claim } from "../db/claim.ts";
import { freeze } from "../db/freeze.ts";
import { columns } from "../db/mirror.ts";
import { settle } from "../db/settle.ts";
import { isSuccess, settleSynced, type Success } from "../db/settle_synced.ts";
import { takeBack } from "../db/workers.ts";
import { plan } from "../worker/turn.ts";
import { type Engine, engineTest, idOf, withEngine } from "./engine.ts";
import { withDatabase } from "./database.ts";

const claimed = ({ db, connectionId }: Engine) =>
  claim(db.worker, {
    workerId: crypto.randomUUID(),
    connectionId,
    limit: 10,
    busy: 0,
    horizonMs: 10_000,
    leaseMs: 60_000,
  });

/** Claims, and puts on the wire, as a worker whose answers the test gives itself. */
async function carried(engine: Engine): Promise<ReadonlyArray<Success>> {
  const { db } = engine;
  const sendings = (await claimed(engine)).map(plan).map((planned) => {
    ok(planned._tag === "Deliver");
    return planned.sending;
  });
  await freeze(db.worker, sendings);
  return sendings.map(({ claim, write }) => {
    const success = {
      claim,
      items: claim.items,
      delta: write.delta,
      writeId: write.id,
      exchange: { latencyMs: 20, status: 200, error: null },
      outcome: {
        _tag: "Synced",
        version: claim.mirror.version + 1,
        evidence: "answer",
        remote: landed(claim),
      },
    } as const;
    ok(isSuccess(success));
    return success;
  });
}

/** PEMS's record after the write. */
const landed = ({ mirror, items }: Claim) => ({
  ...mirror,
  version: mirror.version + 1,
  record: { ...mirror.record, equipment: items.at(-1)!.changes.equipment!.to as string },
});

/** Four records: one with two changes of one person, one with another person's change behind, one read meanwhile. */
async function underWay(engine: Engine): Promise<ReadonlyArray<Success>> {
  for (const nth of [1, 2, 3, 4]) {
    await engine.commitOne("ada", idOf(nth), { equipment: `X-${nth}` });
  }
  await engine.commitOne("ada", idOf(1), { equipment: "X-11" });
  await engine.commitOne("ben", idOf(2), { model: "M-2" });
  const successes = await carried(engine);
  const third = successes.find(({ claim }) => claim.lease.pfaId === idOf(3))!;
  const remote = { ...landed(third.claim), version: third.claim.mirror.version + 2 };
  await engine.db.worker`
    insert into parked_row (organization_id, pfa_id, version, row)
    values (${third.claim.lease.organizationId}, ${idOf(3)}, ${remote.version}, ${
    engine.db.worker.json(
      columns({ ...third.claim.lease, remote, origin: "read_sync" }) as never,
    )
  })`;
  return successes;
}

/** What the tables hold, but for who, when and which. */
async function left({ db: { owner } }: Engine) {
  const rows = await owner<Array<{ what: string }>>`
    select concat_ws(' ', 'modification', pfa_id, sync_status, pems_version, sync_error) as what
    from pfa_modification
    union all select concat_ws(' ', 'queue', pfa_id, status, write_id is null) from pfa_write_queue
    union all select concat_ws(' ', 'done', pfa_id, status, write_id is null) from pfa_write_done
    union all select concat_ws(' ', 'lane', pfa_id, state, pending, lease_owner is null, write_id is null)
      from pfa_lane
    union all select concat_ws(' ', 'write', pfa_id, outcome, settled_at is null) from pems_write
    union all select concat_ws(' ', 'attempt', pfa_id, nth, latency_ms, status, outcome, error)
      from pfa_write_attempt
    union all select concat_ws(' ', 'mirror', pfa_id, version, equipment, origin) from pfa_mirror
    union all select concat_ws(' ', 'history', pfa_id, version) from pfa_mirror_history
    union all select concat_ws(' ', 'parked', pfa_id) from parked_row
    union all select concat_ws(' ', 'audit', event_type, pfa_id, details - 'at') from audit_entry
      where event_type not in ('DRAFT_SAVED', 'COMMIT', 'WRITE_ATTEMPT')
    union all select concat_ws(' ', 'metric', metric, labels - 'le', sum(value)) from metric_delta
      where metric in ('latency', 'request') group by metric, labels - 'le'
    order by 1`;
  return rows.map(({ what }) => what);
}

engineTest("together they leave what each leaves by itself", async (together) => {
  const successes = await underWay(together);
  equal(successes.length, 4);
  const told = await settleSynced(together.db.worker, successes);
  const expected: { alone?: ReadonlyArray<string>; told?: ReadonlyArray<number | false> } = {};
  const kept = await left(together);
  await withDatabase((db) =>
    withEngine(db, {}, async (apart) => {
      const lefts: Array<number | false> = [];
      for (const success of await underWay(apart)) {
        lefts.push(await settle(apart.db.worker, success, 1_000));
      }
      expected.alone = await left(apart);
      expected.told = lefts;
    })
  );
  deepEqual(kept, expected.alone);
  deepEqual(told, expected.told);
  deepEqual([...told].sort(), [0, 0, 0, 1], "ben's change is left in its lane");
  const { version } = successes.find(({ claim }) => claim.lease.pfaId === idOf(3))!.claim.mirror;
  ok(
    kept.includes(`mirror ${idOf(3)} ${version + 2} X-3 read_sync`),
    "what was read meanwhile is applied",
  );
});

engineTest("one whose lease was lost is left out, and holds nobody up", async (engine) => {
  const { db } = engine;
  for (const nth of [1, 2]) {
    await engine.commitOne("ada", idOf(nth), { equipment: `X-${nth}` });
  }
  const successes = await carried(engine);
  const lost = successes[0]!.claim.lease;
  await db.owner`
    update pfa_lane set leased_until = '-infinity' where pfa_id = ${lost.pfaId}`;
  equal(await takeBack(db.worker), 1);
  equal((await claimed(engine)).length, 1, "another worker has it now");
  deepEqual(await settleSynced(db.worker, successes), [false, 0]);
  const rows = await db.owner`
    select pfa_id, sync_status from pfa_modification order by pfa_id = ${lost.pfaId} desc`;
  deepEqual(rows.map((row) => row.sync_status), ["unknown", "synced"]);
  const [mirror] = await db.owner`select version from pfa_mirror where pfa_id = ${lost.pfaId}`;
  equal(mirror!.version, successes[0]!.claim.mirror.version, "nothing of it is changed");
  equal((await db.owner`select from pfa_write_attempt`).length, 1);
});
