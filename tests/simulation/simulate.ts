/** One simulation: two worker programs and a scripted PEMS, from the first commit until nothing is left to do. */
import { createHash } from "node:crypto";
import { deepEqual } from "node:assert/strict";
import { examine } from "../../db/invariants.ts";
import { remoteOf } from "../../db/mirror.ts";
import { ensurePartitions } from "../../db/sweep.ts";
import { entries, sameValue } from "../../domain/delta.ts";
import { type Engine, type Setup, withEngine } from "../engine.ts";
import { agree } from "../engine_agreement.ts";
import type { Ground } from "./lines.ts";
import { type Act, CALM_MS, drawPlan, RECORDS, SEATS } from "./plan.ts";
import { makeSeat, type Seat } from "./seat.ts";
import { makeWeather, type Weather } from "./weather.ts";
import { inWorld, type World } from "./world.ts";

/** What is not at rest by then never will be. */
const PATIENCE_MS = 20 * 60_000;
/** How often it is looked whether all is at rest. */
const LOOK_MS = 5_000;

export interface Told {
  readonly seed: number;
  /** Every request and event with its moment. */
  readonly trace: ReadonlyArray<string>;
  /** What the tables hold at the end, a row a line. */
  readonly tables: string;
  /** Of trace and tables. */
  readonly hash: string;
  /** Ms of the world. */
  readonly lasted: number;
  readonly failure: Error | undefined;
}

/** Plays the seed through; what goes wrong is told, not thrown. */
export const simulate = (ground: Ground, seed: number): Promise<Told> =>
  inWorld(seed, async (world) => {
    const trace: string[] = [];
    const tell = (line: string) => void trace.push(`${world.now()} ${line}`);
    const { db } = ground.lines(world.stir);
    await ground.wipe();
    await ensurePartitions(db.owner);
    let failure: Error | undefined;
    let tables = "";
    const setup: Setup = {
      records: RECORDS,
      reads: true,
      rateLimit: 20,
      faults: { ignoreIdempotencyKeys: seed % 2 === 0 },
    };
    await withEngine(db, setup, async (engine) => {
      try {
        await play(engine, { world, ground, tell });
      } catch (cause) {
        failure = cause as Error;
      }
      tables = await content(engine);
    });
    await db.close();
    const hash = createHash("sha256").update(trace.join("\n")).update(tables).digest("hex");
    return { seed, trace, tables, hash, lasted: world.now(), failure };
  });

interface Stage {
  readonly world: World;
  readonly ground: Ground;
  readonly tell: (line: string) => void;
}

async function play(engine: Engine, { world, ground, tell }: Stage): Promise<void> {
  const weather = makeWeather(engine.sandbox, world, tell);
  const options = engine.options({
    fetch: weather.fetch,
    timeoutMs: 2_000,
    writeSchedule: "*/10 * * * * *",
    readSchedule: "*/20 * * * * *",
    batchSize: 10,
    retry: { maxRetries: 3, baseMs: 500 },
    lateWindowMs: 12_000,
    leaseMs: 6_000,
    probeMs: 2_000,
  });
  const seats = Array.from({ length: SEATS }, () => makeSeat(ground, world, options));
  const cast = { engine, world, weather, seats, tell };
  try {
    for (const seat of seats) seat.start();
    for (const { at, act } of drawPlan(world.chance(1))) {
      while (world.now() < at) await world.step(at);
      tell(JSON.stringify(act));
      await perform(act, cast);
    }
    while (world.now() < CALM_MS) await world.step(CALM_MS);
    weather.climate = { slowMs: 0, fates: {} };
    weather.outage = "none";
    await untilAtRest(engine, world);
  } finally {
    for (const seat of seats) seat.kill();
    await world.quiet();
  }
  await agree(engine);
  deepEqual(await denied(engine), [], "nothing is called failed that PEMS executed");
  deepEqual((await examine(engine.db.owner)).filter(({ broken }) => broken > 0), []);
}

interface Cast {
  readonly engine: Engine;
  readonly world: World;
  readonly weather: Weather;
  readonly seats: ReadonlyArray<Seat>;
  readonly tell: (line: string) => void;
}

async function perform(act: Act, { engine, world, weather, seats, tell }: Cast): Promise<void> {
  switch (act.what) {
    case "commit":
      return void await engine.commit(act);
    case "discontinue":
      return void await engine.discontinue(act.by, act.pfaId);
    case "foreign":
      return await engine.foreign(act.pfaId, act.changes);
    case "climate":
      weather.climate = act.climate;
      return;
    case "outage":
      weather.outage = act.outage;
      return;
    case "die": {
      const seat = seats[act.worker]!;
      return seat.dieAfter(act.after, act.heard, () => {
        tell(`worker ${act.worker} is dead`);
        void world.sleep(act.restMs).then(seat.start);
      });
    }
    case "hold": {
      const seat = seats[act.worker]!;
      seat.hold();
      return void world.sleep(act.ms).then(seat.release);
    }
  }
}

/** Until nothing is pending but behind what waits for a person, nothing is on the way, and the mirror is PEMS's. */
async function untilAtRest(engine: Engine, world: World): Promise<void> {
  let why = "";
  while (world.now() < PATIENCE_MS) {
    const look = world.now() + LOOK_MS;
    while (world.now() < look) await world.step(look);
    why = await unrest(engine);
    if (why === "") return;
  }
  throw new Error(`It never came to rest: ${why}`);
}

async function unrest({ db: { owner }, sandbox }: Engine): Promise<string> {
  const open = await owner`
    select pfa_id, state from pfa_lane where state <> 'blocked'
    union all select pfa_id, 'parked' from parked_row
    union all select null, circuit from pems_connection where circuit <> 'closed'
    union all select code, pause from organization where pause is not null
    union all select null, 'the trail has no seals' where exists (
      select from audit_entry e where not exists (
        select from audit_seal s where s.entry_id = e.id))`;
  if (open.length > 0) return JSON.stringify(open);
  for (const { row } of await owner`select to_jsonb(m) as row from pfa_mirror m`) {
    const { version, record } = remoteOf(row);
    const there = (await sandbox.store.find(row.pfa_id))!;
    if (version !== there.version) return `${row.pfa_id} at ${version}, PEMS at ${there.version}`;
    const other = entries(there.record as never).find(([name, value]) =>
      !sameValue(name, record[name], value as never)
    );
    if (other !== undefined) return `${row.pfa_id} differs in ${other[0]}`;
  }
  return "";
}

/** Modifications that count as not done although PEMS has executed their write. */
async function denied({ db: { owner }, sandbox }: Engine): Promise<ReadonlyArray<string>> {
  const ledger = await sandbox.store.ledger("");
  const executed = ledger.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  const rows = await owner<Array<{ id: string }>>`
    select id from pfa_modification
    where sync_status in ('failed', 'discarded') and write_id = any(${executed}::uuid[])`;
  return rows.map(({ id }) => id);
}

/** Everything that the tables hold, in an order of its own. */
async function content({ db: { owner } }: Engine): Promise<string> {
  const rows = await owner`
    select 'modification' as kind, to_jsonb(t)::text as row from pfa_modification t
    union all select 'write', to_jsonb(t)::text from pems_write t
    union all select 'mirror', to_jsonb(t)::text from pfa_mirror t
    union all select 'queue', to_jsonb(t)::text from pfa_write_queue t
    union all select 'conflict', to_jsonb(t)::text from pfa_sync_conflict t
    union all select 'audit', (to_jsonb(t) - 'xid')::text from audit_entry t
    order by 1, 2`;
  return rows.map(({ kind, row }) => `${kind} ${row}`).join("\n");
}
