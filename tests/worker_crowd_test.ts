/** Many edits, many workers: each write once, each lane in order, whatever dies in between. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { openDatabase } from "../db/sql.ts";
import { serveSandbox } from "../pems/serve.ts";
import { memoryStore } from "../pems/store.ts";
import { type Engine, enginePostgres, idOf, KEY, type Person } from "./engine.ts";
import { agree } from "./engine_agreement.ts";

const RECORDS = 200;
const AUTHORS: ReadonlyArray<Person> = ["ada", "ben", "cid"];

/** 300 modifications of 200 records in 15 commits; the records of one commit are all different. */
async function commitMany(engine: Engine): Promise<void> {
  for (let round = 0; round < 15; round++) {
    const edits = Object.fromEntries(
      Array.from({ length: 20 }, (_, nth) => [
        idOf((round * 20 + nth) % RECORDS + 1),
        { equipment: `X-${round}`, monthlyRate: `${1000 + round}.00` },
      ]),
    );
    await engine.commit({ by: AUTHORS[round % 3]!, edits });
  }
}

async function allSynced({ db }: Engine): Promise<void> {
  const counts = await db.owner`
    select sync_status, count(*)::int as n from pfa_modification group by 1`;
  deepEqual(counts.map(({ sync_status, n }) => [sync_status, n]), [["synced", 300]]);
}

/** PEMS's changes of each record follow the order of commits. */
async function inOrder({ db, sandbox }: Engine): Promise<void> {
  const committed = await db.owner<Array<{ pfa_id: string; write_id: string }>>`
    select pfa_id, write_id from pfa_modification order by committed_nth`;
  const ledger = await sandbox.store.ledger("");
  for (const pfaId of new Set(committed.map((row) => row.pfa_id))) {
    const writes = committed.filter((row) => row.pfa_id === pfaId).map((row) => row.write_id);
    deepEqual(
      ledger.filter((change) => change.pfaId === pfaId).map((change) => change.idempotencyKey),
      [...new Set(writes)],
      pfaId,
    );
  }
}

enginePostgres(
  "two workers bring 300 edits by three people into PEMS, each once",
  async (engine) => {
    const workers = await Promise.all([
      engine.start({ batchSize: 20 }),
      engine.start({ batchSize: 20 }),
    ]);
    await commitMany(engine);
    await engine.untilAtRest();
    await Promise.all(workers.map((worker) => worker.stop()));
    await allSynced(engine);
    await inOrder(engine);
    const keys = engine.wire.writes().map(({ key }) => key);
    equal(new Set(keys).size, keys.length, "each write was sent once");
    const by = await engine.db.owner`
    select worker_id, count(*)::int as n from pfa_write_attempt group by 1`;
    equal(by.length, 2, "both workers worked");
    await agree(engine);
  },
  { records: RECORDS },
);

enginePostgres(
  "a worker that lost its connections while idle hears of the next commit",
  async (engine, url) => {
    const theirs = await openDatabase({ url: `${url}?application_name=workers` });
    const worker = await engine.start({ db: theirs });
    await engine.untilStatus(
      await engine.commitOne("ada", idOf(1), { equipment: "X-0" }),
      "synced",
    );
    for (let nth = 1; nth <= 3; nth++) {
      const killed = await engine.db.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'workers' and state = 'idle'`;
      ok(killed.length > 0);
      const id = await engine.commitOne("ada", idOf(1), { equipment: `X-${nth}` });
      await engine.untilStatus(id, "synced");
    }
    await worker.stop();
    await theirs.close();
    await agree(engine);
  },
);

enginePostgres(
  "a worker process killed in the middle of it all is made up for",
  async (engine, url) => {
    const store = memoryStore();
    await store.insert(engine.origin);
    const served = await serveSandbox({ port: 0, store, apiKey: KEY, faults: { latencyMs: 100 } });
    const { db } = engine;
    await db.owner`update pems_connection set base_url = ${served.url}`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("engine_child.ts", import.meta.url).href],
      env: { DATABASE_URL: url, PEMS_KEY: KEY },
      stdout: "null",
      stderr: "inherit",
    }).spawn();
    try {
      await commitMany(engine);
      await engine.until("some are through and some on the wire", async () => {
        const [row] = await db.owner`
        select (select count(*) from pfa_write_attempt) > 20
          and (select count(*) from pfa_lane where state = 'leased' and write_id is not null) > 5
          as busy`;
        return row!.busy as boolean;
      });
      child.kill("SIGKILL");
      await child.status;
      await engine.start({ fetch: undefined });
      await engine.untilAtRest();
      const [lost] = await db.owner`
      select count(distinct write_id)::int as n from audit_entry
      where details ->> 'error' = 'The worker stopped before PEMS answered'`;
      ok(lost!.n > 0, "the kill left some writes in doubt");
      const there: Engine = { ...engine, sandbox: served.sandbox };
      await allSynced(there);
      await inOrder(there);
      await agree(there);
    } finally {
      await served.stop();
    }
  },
  { records: RECORDS, rateLimit: 200 },
);
