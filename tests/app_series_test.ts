/** `GET /api/pems/metrics` and METRICS over the socket: what happened as series, sampled once, kept as long as promised. */
import assert from "node:assert/strict";
import { foldMetrics, forgetMetrics, sampleMetrics } from "../db/metrics.ts";
import { EVENT } from "../db/notices.ts";
import { assertProblem, withApp } from "./app_client.ts";
import { aPlanner, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

onEach("what waits and what was counted is told as series", async (db) => {
  await withApp(db, async (app) => {
    const planner = await aPlanner(db);
    const { organizationId } = planner;
    await mirrored(db, organizationId, { A: {}, B: {} });
    await committed(db, planner, { A: { model: "M-1" }, B: { model: "M-2" } });
    await db.owner`
      insert into metric_delta (organization_id, metric, labels, value) values
        (${organizationId}, 'latency', '{"le": "0.5"}', 9), (${organizationId}, 'failed', '{}', 1),
        (${organizationId}, 'errors', '{"error_type": "rejected"}', 2)`;
    while (await foldMetrics(db.worker) > 0);
    // As many workers do: once for each ten seconds all the same, though a slot may end in between.
    for (const _ of ["first", "second", "third"]) await sampleMetrics(db.worker);
    const [taken] = await db.owner`
      select sum(samples) filter (where step = 10)::int as fine, max(samples) filter (where step = 10) as most,
        sum(samples) filter (where step = 300)::int as coarse
      from metric_series where organization_id = ${organizationId}`;
    assert.equal(taken!.most, 1);
    assert.equal(taken!.coarse, taken!.fine);
    const caller = await app.as(planner.userId);
    const series = (await caller.get(`/api/pems/metrics?organizationId=${organizationId}`)).body;
    assert.equal(series.step, 10);
    const known = (value: number | null) => value !== null;
    assert.equal(series.queue.queued.findLast(known), 2);
    assert.deepEqual(series.totals, {
      synced: 9,
      failed: 1,
      successPercent: 90,
      budgetLeftPercent: 100 * (1 - 1 / (10 * (100 - 99.9) / 100)),
    });
    assert.ok(series.errors.rejected.some((value: number | null) => value! > 0));
    const long = `organizationId=${organizationId}&from=${minutesAgo(60 * 24 * 20)}`;
    const coarse = (await caller.get(`/api/pems/metrics?${long}`)).body;
    assert.equal(coarse.step, 7200);
    assert.equal(coarse.totals.synced, 9);
    assert.equal(coarse.queue.queued.findLast(known), 2);
  });
});

onEach("each wrong time or step is refused by name", async (db) => {
  await withApp(db, async (app) => {
    const planner = await aPlanner(db);
    const caller = await app.as(planner.userId);
    const get = (parameters: string) =>
      caller.get(`/api/pems/metrics?organizationId=${planner.organizationId}&${parameters}`);
    assertProblem(await get("step=7"), 400, /Expected one of 10, 60/);
    assertProblem(await get("from=yesterday"), 400, /Expected a day/);
    assertProblem(await get(`from=${minutesAgo(1)}&to=${minutesAgo(2)}`), 400, /before `to`/);
    assertProblem(await get(`from=${minutesAgo(60 * 24 * 36)}`), 400, /at most 35 days/);
    assertProblem(
      await get(`from=${minutesAgo(60 * 24 * 30)}&to=${minutesAgo(60 * 24 * 30 - 10)}&step=60`),
      400,
      /kept for 26 hours/,
    );
    assertProblem(await get(`from=${minutesAgo(60 * 20)}&step=10`), 400, /no more than 4000/);
  });
});

onEach("a sample is told of once, to those who listen", async (db) => {
  const { organizationId } = await aPlanner(db);
  const heard = Promise.withResolvers<string>();
  const { unlisten } = await db.owner.listen(EVENT, (payload) => {
    if (payload.includes("METRICS") && payload.includes(organizationId)) heard.resolve(payload);
  });
  await sampleMetrics(db.worker);
  const [notice] = JSON.parse(await heard.promise);
  assert.equal(notice.type, "METRICS");
  assert.equal(Date.parse(notice.at) % 10_000, 0);
  await unlisten();
});

onEach("points are kept for a day, coarse ones for five weeks", async (db) => {
  const { organizationId } = await aPlanner(db);
  for (const [step, hours] of [[10, 25], [10, 27], [300, 24 * 34], [300, 24 * 36]] as const) {
    await db.owner`
      insert into metric_series (organization_id, step, at)
      values (${organizationId}, ${step}, now() - ${hours}::int * interval '1 hour')`;
  }
  await forgetMetrics(db.worker);
  const left = await db.owner`
    select step, round(extract(epoch from now() - at) / 3600)::int as hours from metric_series
    where organization_id = ${organizationId} order by step`;
  assert.deepEqual(left.map((row) => ({ ...row })), [
    { step: 10, hours: 25 },
    { step: 300, hours: 24 * 34 },
  ]);
});
