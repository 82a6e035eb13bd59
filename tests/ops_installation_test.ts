/** An installation as in production, with the permissions of its tasks: traced, logged, stopped, backed up and restored. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { openSite, type Site } from "../load/bench/site.ts";
import { until } from "../load/bench/person.ts";
import { admin } from "./admin.ts";
import { type Collector, withCollector } from "./collector.ts";
import { ensureOwner, onPostgres, OWNER, urlOf } from "./database.ts";
import { Listener } from "./listener.ts";
import { serverUrl } from "./postgres.ts";

/** Debian's, since its pg_dump is the one that tests can count on. */
const VERSION = 15;
const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SECRETS = /sandbox-key|a password for measuring|vanguard_session=|7531|postgres:\/\//;

onPostgres(
  "an installation syncs, traces, logs, hands over and comes back from a backup",
  (_db, url) =>
    withCollector(async (collector) => {
      const env = { ...collector.env, LOG_LEVEL: "info", PEMS_API_RATE_LIMIT: "1000" };
      const site = await openSite({ rateLimit: 0, databaseUrl: url, workers: 1, env });
      try {
        const jobId = await followsTheTrace(site, collector);
        tellsInTheLog(site, jobId);
        await handsOver(site, url);
        await comesBack(site, url);
      } finally {
        await site.stop();
      }
    }),
  { version: VERSION, empty: true },
);

/** Saves and commits an edit of each record, as part of the trace; returns the job. */
async function commit(
  { person, organizationId, origin }: Pick<Site, "person" | "organizationId" | "origin">,
  edits: { readonly [pfaId: string]: Record<string, unknown> },
  trace = "",
): Promise<string> {
  await person.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: Object.entries(edits).map(([pfaId, changes]) => ({ pfaId, changes })),
  });
  const answer = await fetch(`${origin}/api/pfa-data/commit-drafts`, {
    method: "POST",
    headers: { ...person.headers, "content-type": "application/json", traceparent: trace },
    body: JSON.stringify({ organizationId }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).jobId;
}

const untilSynced = ({ person, organizationId }: Site, completed: number) =>
  until(
    () =>
      person.get<{ completed: number }>(
        `/api/pems/sync-status?organizationId=${organizationId}`,
      ),
    (status) => status.completed === completed,
  );

/** From the click's request over the queue to PEMS's answer: one trace. Returns the job. */
async function followsTheTrace(site: Site, { spans }: Collector): Promise<string> {
  const rental = site.records.find(({ data }) => data["source"] === "Rental")!;
  const jobId = await commit(
    site,
    { [rental.pfaId]: { monthlyRate: 7531.19 } },
    `00-${TRACE}-b7ad6b7169203331-01`,
  );
  await untilSynced(site, 1);
  // Each process exports what it has ended when it likes; a turn ends after all that is in it.
  await until(
    () => Promise.resolve(spans),
    (some) =>
      some.some(({ name }) => name === "worker.turn") &&
      some.some(({ kind, traceId }) => kind === 2 && traceId === TRACE),
  );
  const all = spans.filter(({ traceId }) => traceId === TRACE);
  const find = (name: RegExp, kind: number) => {
    const found = all.filter((span) => name.test(span.name) && span.kind === kind);
    assert.equal(found.length, 1, `${name} in ${all.map(({ name }) => name).join()}`);
    return found[0]!;
  };
  const request = find(/^POST/, 2);
  const turn = find(/^worker.turn$/, 1);
  const delivery = find(/^worker.deliver$/, 1);
  const call = find(/^PUT/, 3);
  assert.equal(request.parentSpanId, "b7ad6b7169203331");
  assert.equal(turn.parentSpanId, request.spanId);
  assert.equal(delivery.parentSpanId, turn.spanId);
  const parents = new Map(all.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]));
  let above = call.parentSpanId;
  while (above !== delivery.spanId && parents.has(above)) above = parents.get(above)!;
  assert.equal(above, delivery.spanId, "the call to PEMS is part of the delivery");
  assert.equal(call.attributes["http.response.status_code"], "200");
  assert.match(call.attributes["url.full"]!, new RegExp(`/api/pems/pfa/${rental.pfaId}$`));
  return jobId;
}

/** JSON, with the ids that lead from a request to its job and its write, without secrets and amounts. */
function tellsInTheLog({ app, workers }: Site, jobId: string): void {
  // Before it is ready a process speaks to whoever started it.
  const linesOf = ({ said, line }: typeof app) =>
    said.slice(said.indexOf(line) + 1).map((text) => JSON.parse(text));
  const requests = linesOf(app).filter(({ message }) => message === "request");
  const request = requests.find((line) => line.jobId === jobId);
  assert.match(request.requestId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    [request.method, request.path, request.status, request.traceId],
    ["POST", "/api/pfa-data/commit-drafts", 200, TRACE],
  );
  const turn = workers.flatMap(linesOf).find(({ jobIds }) => jobIds?.includes(jobId));
  assert.equal(turn.message, "settled");
  assert.deepEqual([turn.outcome, turn.status, turn.attempt], ["Synced", 200, 1]);
  assert.match(turn.writeId, /^[0-9a-f-]{36}$/);
  assert.match(turn.fencingToken, /^\d+$/);
  assert.equal(turn.organizationId, request.organizationId);
  assert.equal(turn.modificationIds.length, 1);
  for (const line of [app, ...workers].flatMap(({ said }) => said)) {
    assert.doesNotMatch(line, SECRETS);
  }
}

/** An app that stops answers what it has begun, and its sockets go on at another. */
async function handsOver(site: Site, url: string): Promise<void> {
  const { person, organizationId, records } = site;
  const leaving = await site.startApp();
  const open = (origin: string, since?: string) =>
    new Listener(
      `${origin}/api/ws/sync/${organizationId}${since === undefined ? "" : `?since=${since}`}`,
      { ...person.headers, origin },
    );
  const socket = open(leaving.origin);
  const { seq } = await socket.next("SNAPSHOT");

  const owner = postgres(url, { max: 2 });
  const lock = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const held = owner.begin(async (tx) => {
    await tx`lock table pfa_modification in access exclusive mode`;
    locked.resolve();
    await lock.promise;
  });
  await locked.promise;
  const chosen = records.slice(10, 15);
  const saves = chosen.map(({ pfaId }) =>
    fetch(`${leaving.origin}/api/pfa-data/save-draft`, {
      method: "POST",
      headers: { ...person.headers, origin: leaving.origin, "content-type": "application/json" },
      body: JSON.stringify({ organizationId, pfaId, changes: { description: "Handed over" } }),
    })
  );
  await until(
    () => owner`select from pg_locks where not granted and relation = 'pfa_modification'::regclass`,
    (waiting) => waiting.length >= saves.length,
  );
  const stopped = leaving.running.stop();
  const { code } = await socket.closed;
  assert.equal(code, 1001);
  await until(
    () => fetch(`${leaving.origin}/healthz`).then(({ body }) => body?.cancel(), () => "refused"),
    (answer) => answer === "refused",
  );
  const next = open(site.origin, seq);
  lock.resolve();
  await held;
  for (const answer of await Promise.all(saves)) {
    assert.equal(answer.status, 200);
    await answer.body?.cancel();
  }
  await stopped;
  await owner.end();

  // Another process numbers otherwise: it tells where everything stands, and goes on from there.
  assert.notEqual((await next.next("SNAPSHOT")).seq.split(".")[0], seq.split(".")[0]);
  await commit(site, {});
  const queued = await next.next("SYNC_SUCCESS");
  assert.ok(chosen.some(({ pfaId }) => pfaId === queued.pfaId));
  await untilSynced(site, 1 + chosen.length);
  await next.close();
}

/** Dumped in the middle of the work, restored: what PEMS got since is found there, and nothing is written twice. */
async function comesBack(site: Site, url: string): Promise<void> {
  const begun = new Date().toISOString();
  const chosen = site.records.slice(20, 60);
  await site.faults({ latencyMs: 100, rateLimit: 0 });
  await commit(
    site,
    Object.fromEntries(chosen.map(({ pfaId }) => [pfaId, { description: `Kept, ${pfaId}` }])),
  );
  await until(() => site.ledger(begun), ({ changes }) => changes.length > 0, 5);
  const file = await Deno.makeTempFile({ prefix: "vanguard-", suffix: ".dump" });
  await run("pg_dump", ["--format=custom", `--file=${file}`, url]);
  await untilSynced(site, 6 + chosen.length);
  for (const one of [site.app, ...site.workers]) await one.stop();

  // Another server, and a newer one, which has counted fewer transactions.
  const server = await serverUrl(18);
  const root = postgres(server, { max: 1, onnotice: () => {} });
  const name = `restored_${crypto.randomUUID().replaceAll("-", "")}`;
  await ensureOwner(root);
  for (const role of ["vanguard_app", "vanguard_worker", "vanguard_auth"]) {
    await root.unsafe(`create role ${role} nologin`).catch(() => "others have made it");
    await root.unsafe(`grant ${role} to ${OWNER}`);
  }
  await root`create database ${root(name)} owner ${root(OWNER)}`;
  const restored = urlOf(server, name);
  try {
    await run("pg_restore", [`--dbname=${restored}`, "--exit-on-error", "--no-owner", file]);
    const db = postgres(restored, { max: 1, onnotice: () => {} });
    const [before] = await db`select count(*)::int as pending from pfa_write_queue`;
    assert.ok(before!.pending > 0, "the dump holds work that was under way");
    // A test does not wait half a minute for the leases of workers that are no more.
    await db`update pfa_lane set leased_until = '-infinity' where state = 'leased'`;
    const worker = await site.startWorker(restored);
    await until(
      () => db`select from pfa_write_queue`,
      (rows) => rows.length === 0,
    );
    await worker.stop();
    await db.end();
    const { changes } = await site.ledger(begun);
    assert.equal(changes.length, chosen.length);
    assert.equal(new Set(changes.map(({ pfaId }) => pfaId)).size, chosen.length);
    const { code, said } = await admin(restored, "doctor");
    assert.equal(code, 0, said);
    assert.equal((await admin(restored, "audit", "verify")).code, 0);
  } finally {
    await root`drop database ${root(name)} with (force)`;
    await root.end();
    await Deno.remove(file);
  }
}

async function run(program: string, args: string[]): Promise<void> {
  const path = `/usr/lib/postgresql/${VERSION}/bin/${program}`;
  const { success, stderr } = await new Deno.Command(path, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}
