/** Side by side with what a user would pick instead: the same work against the same stub, one after the other. */
import postgres from "postgres";
import { ensureOwner, urlOf } from "../../tests/database.ts";
import { type Server, startPostgres } from "../../tests/postgres.ts";
import type { Row } from "./engine.ts";
import { type Contender, type Ground, openPeer, PEERS } from "./peers/contender.ts";
import {
  backlogged,
  drain,
  idle,
  killed,
  limited,
  type Spread,
  type Stub,
  stubAt,
} from "./peers/measuring.ts";
import { openVanguard } from "./peers/vanguard.ts";
import { startScript } from "./processes.ts";

/** Calls per second of the limited drain. */
const RATE = 10;
const SNAPSHOT_MS = 60_000;
const PATIENCE_MS = 60_000;

type Open = (ground: Ground) => Promise<Contender>;

/** The naive poller wakes once a minute and takes one by one: it is only drained, and limited. */
const CONTENDERS: ReadonlyArray<{ readonly open: Open; readonly slow?: boolean }> = [
  { open: openVanguard },
  ...PEERS.map((queue) => ({
    open: (ground: Ground) => openPeer(queue, ground),
    slow: queue.script === "poller.ts",
  })),
];

let databases = 0;

/** Runs the measurement on an empty database with a stub of its own. */
async function on<A>(
  server: Server,
  open: Open,
  measure: (contender: Contender, stub: Stub) => Promise<A>,
  rate?: number,
): Promise<{ readonly name: string; readonly told: A }> {
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  await ensureOwner(admin as never);
  const name = `bench_${++databases}`;
  const stub = await startScript("load/bench/peers/stub.ts", { ready: /^http/ });
  const databaseUrl = urlOf(server.url, name);
  await admin`create database ${admin(name)} owner ${admin(new URL(databaseUrl).username)}`;
  try {
    const contender = await open({ databaseUrl, stub: stub.line, rate });
    const told = await measure(contender, stubAt(stub.line));
    await contender.close();
    return { name: contender.name, told };
  } finally {
    await stub.stop("SIGKILL");
    await admin`drop database ${admin(name)} with (force)`;
    await admin.end();
  }
}

const ms = ({ p50, p95, p99 }: Spread) =>
  `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms`;
const rate = (perSecond: number) => `${Math.round(perSecond).toLocaleString("en")}/s`;

const MEASURES: {
  readonly [part: string]: (server: Server, scale: number) => Promise<ReadonlyArray<Row>>;
} = {
  drain: async (server, scale) => {
    const rows: Row[] = [];
    for (const { open, slow } of CONTENDERS) {
      const jobs = Math.round((slow ? 2_000 : 10_000) * scale);
      const { name, told } = await on(server, open, (one, stub) => drain(one, stub, jobs));
      rows.push([
        `drain of ${jobs.toLocaleString("en")} without a limit: ${name}`,
        "at least 2 x the best peer",
        `${rate(told.perSecond)}, CPU a job: worker ${
          told.workerMsPerJob.toFixed(2)
        } ms, Postgres ${told.postgresMsPerJob.toFixed(2)} ms`,
      ]);
    }
    return rows;
  },
  idle: async (server, scale) => {
    const rows: Row[] = [];
    for (const { open, slow } of CONTENDERS) {
      if (slow) continue;
      const jobs = Math.round(200 * scale);
      const { name, told } = await on(server, open, (one, stub) => idle(one, stub, jobs));
      rows.push([
        `idle, queued until PEMS receives it: ${name}`,
        "at most the best peer's",
        ms(told),
      ]);
    }
    return rows;
  },
  limited: async (server, scale) => {
    const rows: Row[] = [];
    for (const { open } of CONTENDERS) {
      const jobs = Math.round(300 * scale);
      const { name, told } = await on(
        server,
        open,
        (one, stub) => limited(one, stub, { jobs, rate: RATE }),
        RATE,
      );
      rows.push([
        `${jobs} jobs where PEMS takes ${RATE} a second: ${name}`,
        ">= 97 % of the limit, no 429",
        `${(told.share * 100).toFixed(1)} %, ${told.refused} 429`,
      ]);
    }
    return rows;
  },
  backlog: async (server, scale) => {
    const rows: Row[] = [];
    for (const { open, slow } of CONTENDERS) {
      if (slow) continue;
      for (const backlog of [10_000, 100_000, 1_000_000].map((one) => Math.round(one * scale))) {
        const { name, told } = await on(
          server,
          open,
          (one, stub) => backlogged(one, stub, { backlog, heldMs: SNAPSHOT_MS }),
        );
        rows.push([
          `first 2,000 of ${backlog.toLocaleString("en")}: ${name}`,
          "within 10 % of 10,000's",
          `${rate(told.first)}, under a held snapshot ${rate(told.held)}`,
        ]);
      }
    }
    return rows;
  },
  kill: async (server) => {
    const rows: Row[] = [];
    for (const { open, slow } of CONTENDERS) {
      if (slow) continue;
      const { name, told } = await on(
        server,
        open,
        (one, stub) => killed(one, stub, { jobs: 20, patienceMs: PATIENCE_MS }),
      );
      rows.push([
        `a worker killed with 20 calls on the wire: ${name}`,
        "< 45 s, nothing twice",
        told === undefined
          ? `not taken over within ${PATIENCE_MS / 1000} s`
          : `${(told.takeoverMs / 1000).toFixed(1)} s, ${told.repeated} twice`,
      ]);
    }
    return rows;
  },
};

/**
 * @param parts `drain`, `idle`, `limited`, `backlog`, `kill`; all when empty
 * @param scale share of the usual numbers of jobs
 */
export async function peers(parts: ReadonlyArray<string>, scale = 1): Promise<ReadonlyArray<Row>> {
  const server = await startPostgres(18, { durable: true });
  const rows: Row[] = [];
  try {
    for (const [part, measure] of Object.entries(MEASURES)) {
      if (parts.length > 0 && !parts.includes(part)) continue;
      console.log(`${part} …`);
      rows.push(...await measure(server, scale));
    }
  } finally {
    await server.stop();
  }
  return rows;
}
