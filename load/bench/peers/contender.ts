/** Who is measured: a queue in a database of its own, filled and worked off the same way. */
import postgres from "postgres";
import { type Running, startDeno } from "../processes.ts";
import { GRAPHILE_WORKER, PG_BOSS } from "./packages.ts";
import { fillWork, type Job, pfaIdOf, TABLES } from "./work.ts";

export interface Contender {
  readonly name: string;
  /** So many more jobs, each of a record of its own. */
  fill(count: number): Promise<void>;
  /** One more job, now; returns its record, and the epoch ms when its queuing began. */
  add(): Promise<Added>;
  /** Starts a worker process. */
  start(): Promise<Running>;
  /** Jobs that are not finished. */
  pending(): Promise<number>;
  /** The server's process id of a connection to its database: a child of the server's. */
  backend(): Promise<number>;
  /** Opens a snapshot and keeps it; returns how to let it go. */
  hold(): Promise<() => Promise<void>>;
  /** Brings statistics up to date, as autovacuum would in time. */
  analyze(): Promise<void>;
  close(): Promise<void>;
}

export interface Added {
  readonly pfaId: string;
  readonly begun: number;
}

export interface Ground {
  readonly databaseUrl: string;
  readonly stub: string;
  readonly rate: number | undefined;
}

interface Sender {
  send(job: Job): Promise<unknown>;
  stop(): Promise<void>;
}

/** What a peer's queue adds to the work. */
interface Queue {
  readonly name: string;
  readonly script: string;
  /** Makes its tables. */
  readonly prepare: (ground: Ground, sql: postgres.Sql) => Promise<void>;
  /** Queues the jobs of the records numbered so. */
  readonly queue: (sql: postgres.Sql, from: number, count: number) => Promise<unknown>;
  /** Queues one as its users do; as `queue` unless said. */
  readonly sender?: (ground: Ground) => Promise<Sender>;
  readonly pending: (sql: postgres.Sql) => Promise<number>;
}

const counted = async (rows: Promise<ReadonlyArray<Record<string, unknown>>>) =>
  Number((await rows)[0]!["count"]);

const GRAPHILE: Queue = {
  name: "graphile-worker 0.18.0",
  script: "graphile.ts",
  prepare: async ({ databaseUrl }) => {
    const { runMigrations } = await import(GRAPHILE_WORKER);
    await runMigrations({ connectionString: databaseUrl });
  },
  queue: (sql, from, count) =>
    sql`
      select count(graphile_worker.add_job('push',
        json_build_object('pfaId', 'PFA-' || n, 'version', 1)))
      from generate_series(${from}::int, ${from + count - 1}::int) n`,
  pending: (sql) => counted(sql`select count(*) from graphile_worker.jobs`),
};

const BOSS: Queue = {
  name: "pg-boss 12.38.0",
  script: "boss.ts",
  prepare: async ({ databaseUrl }) => {
    const { PgBoss } = await import(PG_BOSS);
    const boss = new PgBoss({ connectionString: databaseUrl });
    await boss.start();
    await boss.createQueue("push", { notify: true, retryLimit: 10, retryDelay: 1 });
    await boss.stop({ graceful: false });
  },
  queue: (sql, from, count) =>
    sql`
      insert into pgboss.job (name, data)
      select 'push', jsonb_build_object('pfaId', 'PFA-' || n, 'version', 1)
      from generate_series(${from}::int, ${from + count - 1}::int) n`,
  sender: async ({ databaseUrl }) => {
    const { PgBoss } = await import(PG_BOSS);
    const boss = new PgBoss({ connectionString: databaseUrl, supervise: false, schedule: false });
    boss.on("error", (error: unknown) => console.error(error));
    await boss.start();
    return { send: (job) => boss.send("push", job), stop: () => boss.stop({ graceful: false }) };
  },
  pending: (sql) =>
    counted(sql`select count(*) from pgboss.job where name = 'push' and state < 'completed'`),
};

const POLLER: Queue = {
  name: "naive poller",
  script: "poller.ts",
  prepare: () => Promise.resolve(),
  queue: () => Promise.resolve(),
  pending: (sql) => counted(sql`select count(*) from work_item where status = 'queued'`),
};

export const PEERS: ReadonlyArray<Queue> = [GRAPHILE, BOSS, POLLER];

/** A peer on an empty database. */
export async function openPeer(queue: Queue, ground: Ground): Promise<Contender> {
  const sql = postgres(ground.databaseUrl, { max: 2, onnotice: () => {} });
  await sql.unsafe(TABLES);
  await queue.prepare(ground, sql);
  let sender: Promise<Sender | undefined> | undefined;
  let made = 0;
  const fill = async (count: number) => {
    await fillWork(sql, made + 1, count);
    await queue.queue(sql, made + 1, count);
    made += count;
  };
  return {
    name: queue.name,
    fill,
    add: async () => {
      const sending = await (sender ??= Promise.resolve(queue.sender?.(ground)));
      const nth = ++made;
      await fillWork(sql, nth, 1);
      const begun = performance.timeOrigin + performance.now();
      await (sending?.send({ pfaId: pfaIdOf(nth), version: 1 }) ?? queue.queue(sql, nth, 1));
      return { pfaId: pfaIdOf(nth), begun };
    },
    start: () =>
      startDeno(["run", "-A", "--lock=load/bench/deno.lock", `load/bench/peers/${queue.script}`], {
        env: {
          DATABASE_URL: ground.databaseUrl,
          STUB_URL: ground.stub,
          ...(ground.rate === undefined ? {} : { RATE: String(ground.rate) }),
        },
        ready: /^ready$/,
      }),
    pending: () => queue.pending(sql),
    ...common(sql, ground),
    close: async () => {
      await (await sender)?.stop();
      await sql.end();
    },
  };
}

/** What can be asked of any database. */
export const common = (
  sql: postgres.Sql,
  { databaseUrl }: Pick<Ground, "databaseUrl">,
): Pick<Contender, "backend" | "hold" | "analyze" | "close"> => ({
  backend: async () => Number((await sql`select pg_backend_pid() as pid`)[0]!["pid"]),
  hold: async () => {
    const holder = postgres(databaseUrl, { max: 1, onnotice: () => {} });
    const held = Promise.withResolvers<void>();
    const taken = Promise.withResolvers<void>();
    const transaction = holder.begin("isolation level repeatable read", async (tx) => {
      await tx`select count(*) from pg_class`;
      taken.resolve();
      await held.promise;
    });
    await taken.promise;
    return async () => {
      held.resolve();
      await transaction;
      await holder.end();
    };
  },
  analyze: async () => void await sql`analyze`,
  close: () => sql.end(),
});
