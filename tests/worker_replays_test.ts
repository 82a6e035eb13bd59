/** Replays in steps on a real Postgres: the canary, the ten, the rest, whoever dies, aborts or works beside. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { planReplay, type ReplayTurn, turnReplay } from "../db/replays.ts";
import { FIRST_STAGES, ON_THE_WAY } from "../domain/replay.ts";
import { serveSandbox } from "../pems/serve.ts";
import { memoryStore } from "../pems/store.ts";
import { type Engine, enginePostgres, idOf, KEY } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { asBoss } from "./engine_people.ts";
import { answered, type Handler } from "./engine_wire.ts";

const LETTERS = 500;
const setup = { records: LETTERS };
/** Enough for every step where all of them arrive. */
const FEWER = 250;
const fewer = { records: FEWER };
const closed = answered(422, "The cost centre is closed");

/** Edits that PEMS refused, all of the same; the worker runs on. */
async function dead(engine: Engine, letters = LETTERS): Promise<{ stop(): Promise<void> }> {
  engine.wire.always("PUT", closed);
  await engine.commit({
    by: "ada",
    edits: Object.fromEntries(
      Array.from({ length: letters }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
    ),
  });
  const worker = await engine.start();
  await engine.untilAtRest();
  engine.wire.always("PUT", undefined);
  deepEqual(await states(engine), { failed: letters });
  return worker;
}

const states = async ({ db }: Engine) => {
  const rows = await db.owner`
    select sync_status, count(*)::int as n from pfa_modification group by 1 order by 1`;
  return Object.fromEntries(rows.map(({ sync_status, n }) => [sync_status, n]));
};

/** The boss sends all of them again. Returns the job. */
const replayAll = (engine: Engine): Promise<string> =>
  asBoss(engine, async (tx, tenant) => {
    const [group] = await tx<[{ fingerprint: string }]>`
      select distinct letter_group as fingerprint from pfa_modification`;
    const { jobId } = await planReplay(tx, tenant, {
      action: "retry",
      selection: { group: group.fingerprint },
      reason: "the cost centre is open",
      stages: FIRST_STAGES,
    });
    return jobId;
  });

const turn = (engine: Engine, jobId: string, turn: ReplayTurn) =>
  asBoss(engine, (tx, tenant) => turnReplay(tx, tenant, { jobId, turn }));

const standing = async ({ db }: Engine, jobId: string) => {
  const [row] = await db.owner`
    select p.state, p.stage, p.error, t.* from replay_plan p cross join lateral replay_tally(p) t
    where p.job_id = ${jobId}`;
  return row!;
};

const untilState = (engine: Engine, jobId: string, state: string) =>
  engine.until(`the replay is ${state}`, async () => {
    return (await standing(engine, jobId)).state === state;
  });

/** How many each step released, as the trail tells. */
const releases = async ({ db }: Engine, jobId: string) => {
  const rows = await db.owner`
    select (details -> 'count')::int as n from audit_entry
    where job_id = ${jobId} and details ->> 'plan' = 'stage' order by id`;
  return rows.map(({ n }) => n as number);
};

const sentSince = ({ wire }: Engine, before: number) => wire.writes().slice(before);

enginePostgres(
  "a canary that fails stops the replay: one was sent, 499 stay dead",
  async (engine) => {
    await dead(engine);
    const before = engine.wire.writes().length;
    engine.wire.always("PUT", closed);
    const jobId = await replayAll(engine);
    await untilState(engine, jobId, "stopped");
    const { failed, left, waiting, synced, error } = await standing(engine, jobId);
    deepEqual([failed, left, waiting, synced], [1, 499, 0, 0]);
    match(error, /^RIO-\d+ failed again: PEMS answered 422: The cost centre is closed$/);
    equal(sentSince(engine, before).length, 1);
    deepEqual(await states(engine), { failed: LETTERS });
    const [note] = await engine.db.owner`
      select n.body from notification n where n.user_id = ${engine.people.boss}
        and n.title like 'The replay%'`;
    match(note!.body, /499 were not sent and are dead letters as before/);
    await agree(engine);
  },
  setup,
);

enginePostgres(
  "nothing follows the canary before PEMS has it; then ten, of which one fails: 489 stay dead",
  async (engine) => {
    await dead(engine);
    const before = engine.wire.writes().length;
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const jobId = await replayAll(engine);
    await gate.reached;
    deepEqual((await standing(engine, jobId)).open, 1);
    equal(sentSince(engine, before).length, 1);
    engine.wire.once("PUT", closed);
    gate.open();
    await untilState(engine, jobId, "stopped");
    await engine.untilAtRest();
    const { failed, left, synced } = await standing(engine, jobId);
    deepEqual([failed, left, synced], [1, 489, 10]);
    deepEqual(await releases(engine, jobId), [1, 10]);
    deepEqual(await states(engine), { failed: 490, synced: 10 });
    await agree(engine);
  },
  setup,
);

enginePostgres(
  "two workers replay all of 250, each once, never more than a hundred on the way",
  async (engine) => {
    await dead(engine, FEWER);
    await engine.start();
    const before = engine.wire.writes().length;
    const jobId = await replayAll(engine);
    await untilState(engine, jobId, "finished");
    deepEqual(await states(engine), { synced: FEWER });
    const keys = sentSince(engine, before).map(({ key }) => key);
    deepEqual([keys.length, new Set(keys).size], [FEWER, FEWER]);
    const released = await releases(engine, jobId);
    deepEqual(released.slice(0, 2), [1, 10]);
    equal(released.reduce((sum, n) => sum + n, 0), FEWER, "no letter was released twice");
    ok(released.every((n) => n <= ON_THE_WAY), `${released}`);
    await engine.until("the job is done", async () => {
      const [job] = await engine.db
        .owner`select status, done, total from sync_job where id = ${jobId}`;
      return job!.status === "completed" && job!.done === FEWER && job!.total === FEWER;
    });
    await agree(engine);
  },
  fewer,
);

enginePostgres(
  "an abort in the middle: what is on the way arrives, the others stay dead letters",
  async (engine) => {
    await dead(engine);
    const gate = engine.wire.gate();
    let sent = 0;
    // The canary and the ten go through; of the rest every one is held.
    const held: Handler = (serve, request) => ++sent <= 11 ? serve() : gate.handler(serve, request);
    engine.wire.always("PUT", held);
    const jobId = await replayAll(engine);
    await gate.reached;
    await engine.until("a hundred are on the way", async () => {
      return (await standing(engine, jobId)).open === ON_THE_WAY;
    });
    equal(await turn(engine, jobId, "pause"), "running");
    equal(await turn(engine, jobId, "resume"), "paused");
    equal(await turn(engine, jobId, "abort"), "running");
    equal(await turn(engine, jobId, "resume"), "aborted", "there is no way back");
    gate.open();
    await engine.untilAtRest();
    const { state, left, synced, failed } = await standing(engine, jobId);
    deepEqual([state, left, synced, failed], ["aborted", 389, 111, 0]);
    deepEqual(await states(engine), { failed: 389, synced: 111 });
    await agree(engine);
  },
  setup,
);

enginePostgres(
  "a worker killed between two steps leaves the replay to the next one",
  async (engine, url) => {
    const first = await dead(engine, FEWER);
    await first.stop();
    const { db } = engine;
    const store = memoryStore();
    await store.insert(engine.origin);
    const served = await serveSandbox({ port: 0, store, apiKey: KEY, faults: { latencyMs: 50 } });
    await db.owner`update pems_connection set base_url = ${served.url}`;
    const jobId = await replayAll(engine);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("engine_child.ts", import.meta.url).href],
      env: { DATABASE_URL: url, PEMS_KEY: KEY },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    try {
      await engine.until("the rest has begun", async () => {
        const { stage, open } = await standing(engine, jobId);
        return stage === 3 && open > 0;
      });
      child.kill("SIGKILL");
      await child.status;
      const { waiting } = await standing(engine, jobId);
      ok(waiting > 0, "it was killed in the middle");
      await engine.start({ fetch: undefined });
      await untilState(engine, jobId, "finished");
      deepEqual(await states(engine), { synced: FEWER });
      equal((await releases(engine, jobId)).reduce((sum, n) => sum + n, 0), FEWER);
      await agree({ ...engine, sandbox: served.sandbox });
    } finally {
      await served.stop();
    }
  },
  { records: FEWER, rateLimit: 200 },
);

enginePostgres(
  "a replay goes on after its canary was overtaken by a conflict in PEMS",
  async (engine) => {
    await dead(engine, FEWER);
    for (let nth = 1; nth <= 3; nth++) await engine.foreign(idOf(nth), { equipment: "theirs" });
    const jobId = await replayAll(engine);
    await untilState(engine, jobId, "finished");
    const { aside, synced } = await standing(engine, jobId);
    deepEqual([aside, synced], [3, 247]);
    deepEqual(await states(engine), { conflict: 3, synced: 247 });
    await agree(engine);
  },
  fewer,
);
