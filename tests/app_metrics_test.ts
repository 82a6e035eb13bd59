/** `GET /metrics`: every family from the start, requests by their route, pauses with their reasons, to who may scrape. */
import assert from "node:assert/strict";
import { Meters } from "../app/meters.ts";
import { until } from "../load/bench/person.ts";
import { assertProblem, withApp } from "./app_client.ts";
import { anOrganization, aPlanner } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { onPrometheus, promtool } from "./promtool.ts";
import { of, scrape } from "./scrape.ts";

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
