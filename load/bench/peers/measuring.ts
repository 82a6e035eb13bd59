/** What is measured of each contender: draining, idle latency, a limit, large backlogs, a kill. */
import { until } from "../person.ts";
import type { Running } from "../processes.ts";
import type { Contender } from "./contender.ts";
import { cpuMs, parentOf } from "./cpu.ts";
import type { Behaviour, Seen } from "./stub.ts";

/** The stub, from outside. */
export interface Stub {
  behave(behaviour: Behaviour): Promise<void>;
  seen(): Promise<Seen>;
  arrivals(): Promise<ReadonlyArray<{ readonly pfaId: string; readonly at: number }>>;
}

export function stubAt(url: string): Stub {
  const get = async (path: string) => await (await fetch(`${url}/stub/${path}`)).json();
  return {
    behave: async (behaviour) => {
      const body = JSON.stringify(behaviour);
      await (await fetch(`${url}/stub/behave`, { method: "POST", body })).body?.cancel();
    },
    seen: () => get("seen"),
    arrivals: () => get("arrivals"),
  };
}

export interface Drained {
  readonly perSecond: number;
  readonly workerMsPerJob: number;
  readonly postgresMsPerJob: number;
}

const SETTLED_EVERY_MS = 50;

/** Works off so many jobs, from the first that PEMS receives until none is pending. */
export async function drain(contender: Contender, stub: Stub, jobs: number): Promise<Drained> {
  await contender.fill(jobs);
  await contender.analyze();
  await stub.behave({});
  const server = parentOf(await contender.backend());
  const before = cpuMs(server);
  const worker = await contender.start();
  await until(stub.seen, ({ taken }) => taken >= jobs, SETTLED_EVERY_MS);
  await until(contender.pending, (left) => left === 0, SETTLED_EVERY_MS);
  const ended = performance.timeOrigin + performance.now();
  const { first } = await stub.seen();
  const [workerMs, postgresMs] = [cpuMs(worker.pid), cpuMs(server) - before];
  await worker.stop("SIGKILL");
  return {
    perSecond: jobs / (ended - first) * 1000,
    workerMsPerJob: workerMs / jobs,
    postgresMsPerJob: postgresMs / jobs,
  };
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const spread = (values: number[]): Spread => {
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.floor(share * (values.length - 1))]!;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};

/** Jobs before the first that counts. */
const WARM_UP = 50;
const REST_MS = 30;

/** One job at a time while nothing else goes on: ms from the start of its queuing until PEMS receives it. */
export async function idle(contender: Contender, stub: Stub, jobs: number): Promise<Spread> {
  await stub.behave({});
  const worker = await contender.start();
  const begins = new Map<string, number>();
  for (let nth = 0; nth < WARM_UP + jobs; nth++) {
    const { pfaId, begun } = await contender.add();
    if (nth >= WARM_UP) begins.set(pfaId, begun);
    await until(stub.seen, ({ taken }) => taken > nth, 5);
    await new Promise((rest) => setTimeout(rest, REST_MS));
  }
  const arrivals = await stub.arrivals();
  await worker.stop("SIGKILL");
  return spread(
    arrivals.flatMap(({ pfaId, at }) => {
      const begun = begins.get(pfaId);
      return begun === undefined ? [] : [at - begun];
    }),
  );
}

export interface Limited {
  /** Of the limit, from the first that was taken to the last. */
  readonly share: number;
  readonly refused: number;
}

/** Works off so many jobs where PEMS takes `rate` in any second. */
export async function limited(
  contender: Contender,
  stub: Stub,
  { jobs, rate }: { readonly jobs: number; readonly rate: number },
): Promise<Limited> {
  await contender.fill(jobs);
  await stub.behave({ rate, latencyMs: 50 });
  const worker = await contender.start();
  await until(stub.seen, ({ taken }) => taken >= jobs, SETTLED_EVERY_MS);
  const { first, last, refused } = await stub.seen();
  await worker.stop("SIGKILL");
  return { share: (jobs - 1) / ((last - first) / 1000) / rate, refused };
}

/** Jobs per second of the next so many. */
async function pace(stub: Stub, jobs: number): Promise<number> {
  const from = await stub.seen();
  const to = await until(stub.seen, ({ taken }) => taken >= from.taken + jobs, 10);
  return (to.taken - from.taken) / (to.last - (from.last || to.first)) * 1000;
}

export interface Backlogged {
  readonly backlog: number;
  /** Jobs per second of the first 2,000. */
  readonly first: number;
  /** The same after minutes under a snapshot held open. */
  readonly held: number;
}

const FIRST = 2_000;

/** The pace at the head of a large queue, then behind a snapshot that keeps what is dead from being cleaned away. */
export async function backlogged(
  contender: Contender,
  stub: Stub,
  { backlog, heldMs }: { readonly backlog: number; readonly heldMs: number },
): Promise<Backlogged> {
  await contender.fill(backlog);
  await contender.analyze();
  await stub.behave({});
  let worker: Running = await contender.start();
  await until(stub.seen, ({ taken }) => taken > 0, 5);
  const first = await pace(stub, FIRST);
  await worker.stop("SIGKILL");
  const release = await contender.hold();
  worker = await contender.start();
  await Promise.race([
    new Promise((over) => setTimeout(over, heldMs)),
    until(contender.pending, (left) => left < 2 * FIRST, 500),
  ]);
  const held = await pace(stub, FIRST);
  await worker.stop("SIGKILL");
  await release();
  return { backlog, first, held };
}

export interface Killed {
  /** From the kill until another worker has sent what was under way. */
  readonly takeoverMs: number;
  /** Writes that PEMS took twice. */
  readonly repeated: number;
}

/** A worker is killed with calls on the wire while another is there; undefined: not taken over within `patienceMs`. */
export async function killed(
  contender: Contender,
  stub: Stub,
  { jobs, patienceMs }: { readonly jobs: number; readonly patienceMs: number },
): Promise<Killed | undefined> {
  await contender.fill(jobs);
  await stub.behave({ latencyMs: 5_000 });
  const doomed = await contender.start();
  await until(stub.seen, ({ taken }) => taken >= jobs, 20);
  await doomed.stop("SIGKILL");
  const at = performance.now();
  await stub.behave({});
  const other = await contender.start();
  const over = await Promise.race([
    until(contender.pending, (left) => left === 0, 200).then(() => true),
    new Promise<false>((late) => setTimeout(late, patienceMs, false)),
  ]);
  const takeoverMs = performance.now() - at;
  const { repeated } = await stub.seen();
  await other.stop("SIGKILL");
  return over ? { takeoverMs, repeated } : undefined;
}
