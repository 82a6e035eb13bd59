/** What the database counts for `GET /metrics`: each event once, folded or not, in its bucket, and no scan of what is at rest. */
import assert from "node:assert/strict";
import { foldMetrics } from "../db/metrics.ts";
import { BOUNDS } from "../domain/series.ts";
import { aPlanner, committed, mirrored } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { answered, dropped } from "./engine_wire.ts";
import { of, scrape } from "./scrape.ts";

/** Synced 1, 4 (tried twice), 5 and 6; conflict 2 with one behind it; dead letter 3. */
async function happened(engine: Engine): Promise<void> {
  const { wire } = engine;
  await engine.foreign(idOf(2), { model: "M-9" });
  wire.once(`PUT /api/pems/pfa/${idOf(3)}`, answered(422, "no"));
  wire.once(`PUT /api/pems/pfa/${idOf(4)}`, answered(503));
  wire.once(`PUT /api/pems/pfa/${idOf(5)}`, dropped);
  const edits = Object.fromEntries([1, 2, 3, 4, 5, 6].map((nth) => [idOf(nth), { model: "M-1" }]));
  const ids = await engine.commit({ by: "ada", edits });
  const worker = await engine.start();
  for (const nth of [1, 4, 5, 6]) await engine.untilStatus(ids.get(idOf(nth))!, "synced");
  await engine.untilStatus(ids.get(idOf(2))!, "conflict");
  await engine.untilStatus(ids.get(idOf(3))!, "failed");
  await worker.stop();
  await engine.commitOne("ben", idOf(2), { equipment: "X-1" });
  await engine.commitOne("ben", idOf(7), { equipment: "X-1" });
}

engineTest("what happened is counted, folded or not", async (engine) => {
  const { db } = engine;
  await happened(engine);
  const expected = {
    queue_size: 1,
    success_rate: 80,
    conflicts_total: 1,
    success_total: 4,
    failures_total: 1,
    dead_letters: 1,
    unaccounted: 0,
    latency_seconds_count: 4,
  };
  const requests = (status: string) =>
    `pems_api_request_duration_seconds_count{organization="RIO",method="PUT",status="${status}"}`;
  const errors = (type: string) =>
    `pems_sync_errors_total{organization="RIO",error_type="${type}"}`;
  let folded = 0;
  for (const _ of ["as it was left", "folded", "folded twice"]) {
    const { samples, text } = await scrape(db);
    for (const [name, value] of Object.entries(expected)) {
      assert.equal(samples[of("RIO", `pems_sync_${name}`)], value, name);
    }
    assert.equal(samples[requests("200")], 4, text);
    assert.equal(samples[requests("503")], 1);
    assert.equal(samples[requests("none")], 1);
    assert.equal(samples[errors("rejected")], 1);
    assert.equal(samples[errors("unavailable")], 1);
    assert.equal(samples[errors("no_answer")], 1);
    assert.equal(samples[errors("version_conflict")], 1);
    assert.equal(samples[errors("server_error")], 0);
    assert.ok(samples[of("RIO", "pems_sync_latency_seconds_sum")]! > 0);
    assert.ok(samples[of("RIO", "pems_sync_oldest_pending_seconds")]! > 0);
    folded = await foldMetrics(db.worker);
  }
  assert.equal(folded, 0);
  const [left] = await db.owner`select count(*)::int as deltas from metric_delta`;
  assert.equal(left!.deltas, 0);
  for (const step of [10, 300]) {
    const rows = await db.owner<Array<{ counts: Record<string, number> }>>`
      select counts from metric_series where step = ${step}`;
    const sum = (prefix: string) =>
      rows.flatMap(({ counts }) => Object.entries(counts))
        .reduce((total, [key, value]) => key.startsWith(prefix) ? total + value : total, 0);
    assert.equal(sum("latency/"), 4);
    assert.equal(sum("failed"), 1);
    assert.equal(sum("conflicts/fields"), 1);
    assert.equal(sum("request/PUT/200"), 4);
    assert.equal(sum("errors/unavailable"), 1);
  }
});

engineTest("buckets of a histogram rise to its count", async (engine) => {
  await happened(engine);
  const { samples } = await scrape(engine.db);
  const name = "pems_sync_latency_seconds";
  const counts = [...BOUNDS.map(String), "+Inf"].map((le) =>
    samples[`${name}_bucket{organization="RIO",le="${le}"}`]!
  );
  assert.deepEqual(counts, [...counts].sort((a, b) => a - b));
  assert.equal(counts.at(-1), samples[of("RIO", `${name}_count`)]);
});

onEach("the database sorts into the buckets that are told", async (db) => {
  const bucketOf = async (seconds: number) => {
    const [row] = await db.owner<[{ le: string }]>`select metric_bucket(${seconds}) as le`;
    return row.le;
  };
  for (const bound of BOUNDS) assert.equal(await bucketOf(bound), String(bound));
  assert.equal(await bucketOf(0.051), "0.1");
  assert.equal(await bucketOf(301), "+Inf");
});

onEach("each answer of PEMS is an error of its own type", async (db) => {
  const { organizationId } = await aPlanner(db, { code: "RIO" });
  const answers: ReadonlyArray<readonly [status: number | null, outcome: string, type: string]> = [
    [null, "Unknown", "no_answer"],
    [null, "Postponed", "not_sent"],
    [401, "Refused", "unauthorized"],
    [403, "Buried", "unauthorized"],
    [404, "Buried", "rejected"],
    [409, "Rebased", "version_conflict"],
    [422, "Buried", "rejected"],
    [429, "Postponed", "rate_limited"],
    [500, "Retried", "server_error"],
    [503, "Retried", "unavailable"],
    [504, "Unknown", "server_error"],
  ];
  const id = crypto.randomUUID();
  await db.owner`
    insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta, modified_by,
      worker_id, fencing_token)
    values (${id}, ${organizationId}, 'A', 'DELETE', 1, '', '{}', '', ${id}, 1)`;
  for (const [status, outcome] of [...answers, [200, "Synced"] as const]) {
    await db.worker`
      insert into pfa_write_attempt (write_id, organization_id, pfa_id, nth, worker_id, sent_at,
        latency_ms, status, outcome)
      values (${id}, ${organizationId}, 'A', 1, ${id}, now(), 70, ${status}, ${outcome})`;
  }
  const { samples } = await scrape(db);
  const wanted = new Map<string, number>();
  for (const [, , type] of answers) wanted.set(type, (wanted.get(type) ?? 0) + 1);
  for (const [type, count] of wanted) {
    assert.equal(samples[`pems_sync_errors_total{organization="RIO",error_type="${type}"}`], count);
  }
  const of200 = 'organization="RIO",method="DELETE",status="200"';
  assert.equal(samples[`pems_api_request_duration_seconds_bucket{${of200},le="0.05"}`], 0);
  assert.equal(samples[`pems_api_request_duration_seconds_bucket{${of200},le="0.1"}`], 1);
});

onPostgres("many writers and folders at once lose no count", async (db) => {
  const { organizationId } = await aPlanner(db, { code: "RIO" });
  const open = () =>
    db.worker`
      insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
        pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
      values (gen_random_uuid(), ${organizationId}, '{}', 1, 2, '{}', '{}', '{}', 'fields', '{}', '')`;
  await Promise.all(
    Array.from({ length: 200 }, (_, nth) => nth % 4 === 0 ? foldMetrics(db.worker) : open()),
  );
  const told = async () => (await scrape(db)).samples[of("RIO", "pems_sync_conflicts_total")];
  assert.equal(await told(), 150);
  while (await foldMetrics(db.worker) > 0);
  assert.equal(await told(), 150);
});

onPostgres("a scrape reads what is pending, and nothing that is at rest", async (db) => {
  const tenant = await aPlanner(db);
  await mirrored(db, tenant.organizationId, { A: {} });
  await committed(db, tenant, { A: { model: "M-1" } });
  await db.owner`
    insert into pfa_modification (organization_id, pfa_id, user_id, base_version, changes, sync_status,
      committed_nth, committed_at, synced_at, pems_version)
    select ${tenant.organizationId}, 'R-' || nth, ${tenant.userId}, 1, '{}', 'synced', nth, now(), now(), 2
    from generate_series(1, 20000) nth`;
  await db.owner`vacuum analyze pfa_modification`;
  const pages = await db.owner.begin(async (tx) => {
    await tx`select from sync_gauges()`;
    const [row] = await tx`explain (analyze, buffers, format json) select * from sync_gauges()`;
    const { Plan: plan } = row!["QUERY PLAN"][0];
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"];
  });
  assert.ok(pages < 100, `${pages} pages`);
});
