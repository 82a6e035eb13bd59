/** `GET /metrics`: every family from the start, the numbers of what happened, and no scan of what is at rest. */
import assert from "node:assert/strict";
import { Meters } from "../app/meters.ts";
import { BOUNDS } from "../domain/series.ts";
import { foldMetrics } from "../db/metrics.ts";
import type { Database } from "../db/sql.ts";
import { assertProblem, withApp } from "./app_client.ts";
import { until } from "../load/bench/person.ts";
import { anOrganization, aPlanner, committed, mirrored } from "./builders.ts";
import { onEach, onPostgres, withDatabase } from "./database.ts";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { answered, dropped } from "./engine_wire.ts";
import { onPrometheus, promtool } from "./promtool.ts";

/** Name to type; the names and labels that operations.md promises. */
const PROMISED = {
  pems_sync_queue_size: "gauge",
  pems_sync_success_rate: "gauge",
  pems_sync_latency_seconds: "histogram",
  pems_sync_conflicts_total: "counter",
  pems_sync_errors_total: "counter",
  pems_api_rate_limit_hits: "untyped",
  pems_sync_success_total: "counter",
  pems_sync_failures_total: "counter",
  pems_sync_dead_letters: "gauge",
  pems_sync_oldest_pending_seconds: "gauge",
  pems_sync_unaccounted: "gauge",
  pems_sync_worker_last_seen_seconds: "gauge",
  pems_circuit_state: "gauge",
  pems_api_request_duration_seconds: "histogram",
  pems_api_budget_used_ratio: "gauge",
  pems_api_budget_calls_per_second: "gauge",
  pems_connection_paused: "gauge",
  pems_credential_age_seconds: "gauge",
  http_server_request_duration_seconds: "histogram",
  http_server_active_requests: "gauge",
  http_server_open_sockets: "gauge",
  process_cpu_seconds_total: "counter",
  process_resident_memory_bytes: "gauge",
  process_start_time_seconds: "gauge",
  process_event_loop_delay_seconds: "histogram",
};

/** Samples by their line without the value, and the types; throws for a line that Prometheus would not read. */
async function scrape(db: Database) {
  let text = "";
  await withApp(db, async (app) => {
    const answer = await app.caller().get("/metrics");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    text = answer.body;
  });
  const types: Record<string, string> = {};
  const samples: Record<string, number> = {};
  assert.ok(text.endsWith("\n"));
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\w+) (\w+)$/.exec(line);
    if (type !== null) types[type[1]!] = type[2]!;
    if (line.startsWith("#")) continue;
    const sample = /^(\w+(?:\{(?:\w+="[^"\n]*",?)+\})?) (\+Inf|-?\d+(?:\.\d+)?(?:e-?\d+)?)$/.exec(
      line,
    );
    assert.ok(sample, line);
    assert.ok(!(sample[1]! in samples), `told twice: ${line}`);
    samples[sample[1]!] = sample[2] === "+Inf" ? Infinity : Number(sample[2]);
  }
  return { text, types, samples };
}

const of = (organization: string, name: string) => `${name}{organization="${organization}"}`;

Deno.test("every family is there from the start, with nothing to count", () =>
  withDatabase(async (db) => {
    assert.deepEqual((await scrape(db)).types, PROMISED);
    await aPlanner(db, { code: "RIO" });
    const { text, samples } = await scrape(db);
    for (const name of Object.keys(PROMISED)) {
      assert.match(text, new RegExp(`^# HELP ${name} \\S.*\\n# TYPE ${name} `, "m"));
    }
    assert.equal(samples[of("RIO", "pems_sync_success_rate")], 100);
    assert.equal(samples["pems_sync_worker_last_seen_seconds"], Infinity);
    const zeros = [
      ...["queue_size", "conflicts_total", "success_total", "failures_total", "dead_letters"],
      "unaccounted",
      ...["oldest_pending_seconds", "latency_seconds_count"],
    ];
    for (const name of zeros) assert.equal(samples[of("RIO", `pems_sync_${name}`)], 0, name);
    assert.equal(samples[of("RIO", "pems_circuit_state")], 0);
    assert.equal(samples[of("RIO", "pems_api_budget_used_ratio")], 0);
    assert.equal(samples['pems_sync_errors_total{organization="RIO",error_type="no_answer"}'], 0);
  }));

Deno.test("requests are told by method, route and class of status, never by path", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const caller = app.caller();
      await caller.get("/healthz");
      await caller.get("/healthz?again");
      await caller.get("/api/pfa-data/SECRET-1?organizationId=x");
      await caller.get("/nowhere/SECRET-2");
      await caller.send("BREW", "/nowhere/SECRET-3");
      const { body } = await caller.get("/metrics");
      const count = (method: string, route: string, status: string) =>
        `http_server_request_duration_seconds_count{method="${method}",route="${route}",` +
        `status="${status}"}`;
      for (
        const line of [
          `${count("GET", "/healthz", "2xx")} 2`,
          `${count("GET", "/api/pfa-data/:pfaId", "4xx")} 1`,
          "http_server_active_requests 1",
          "http_server_open_sockets 0",
        ]
      ) assert.ok(body.includes(`${line}\n`), `${line}\n${body}`);
      assert.match(body, /_count\{method="other",/);
      assert.doesNotMatch(body, /SECRET/);
    })
  ));

Deno.test("a loop that was held up is seen", async () => {
  const meters = new Meters();
  const unwatch = meters.watch();
  const sum = () =>
    meters.families(0).find(({ name }) => name === "process_event_loop_delay_seconds")!
      .samples.find(({ suffix }) => suffix === "_sum")!.value;
  const began = performance.now();
  while (performance.now() - began < 500);
  await until(() => Promise.resolve(sum()), (seconds) => seconds > 0);
  unwatch();
  assert.ok(sum() > 0.2, `${sum()} s`);
});

Deno.test("a pause is told with its reason, and how old each key is", () =>
  withDatabase(async (db) => {
    await aPlanner(db, { code: "RIO" });
    await anOrganization(db, { code: "NEW" });
    await db.owner`
      update organization set pause = 'rewind', paused_at = now(), pems_key_set_at = now() - interval '100 days'
      where code = 'RIO'`;
    const { samples } = await scrape(db);
    const paused = (code: string, reason: string) =>
      samples[`pems_connection_paused{organization="${code}",reason="${reason}"}`];
    assert.deepEqual(
      ["administrator", "credentials", "rewind"].map((reason) => paused("RIO", reason)),
      [0, 0, 1],
    );
    assert.equal(paused("NEW", "rewind"), 0);
    const age = samples[of("RIO", "pems_credential_age_seconds")]!;
    assert.equal(Math.floor(age / 86_400), 100);
    assert.equal(samples[of("NEW", "pems_credential_age_seconds")], undefined);
    assert.equal(samples[of("RIO", "pems_api_budget_calls_per_second")], 10);
    assert.equal(samples[of("NEW", "pems_api_budget_calls_per_second")], undefined);
  }));

onPrometheus("Prometheus's own linter finds nothing to mend", () =>
  withDatabase(async (db) => {
    await aPlanner(db, { code: "RIO" });
    await promtool(["check", "metrics"], { input: (await scrape(db)).text });
  }));

Deno.test("a token that is set must be sent", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const bearer = (token: string) => app.caller({ authorization: `Bearer ${token}` });
      assertProblem(await app.caller().get("/metrics"), 401, /METRICS_TOKEN/);
      assertProblem(await bearer("scrape-m").get("/metrics"), 401);
      assert.equal((await bearer("scrape-me").get("/metrics")).status, 200);
    }, { METRICS_TOKEN: "scrape-me" })
  ));

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
