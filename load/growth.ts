/** `deno run load/growth.ts`: a working day of 1 to 1,000 organizations on one Postgres, second by second. */
import { parseArgs } from "node:util";

/**
 * What is assumed, besides the flags:
 * - Every organization has a PEMS of its own that takes 10 calls a second, of which 97.7 % are used; a modification
 *   is one call. Nobody shares a connection: that would only slow them down, not the database.
 * - All work in the same eight hours. One in ten has 100 planners, three in ten have 40, the others 10.
 * - A planner commits six times an hour: 80 % one to three modifications, 19.5 % five to fifty, 0.5 % 500 to 2,000.
 * - One organization in five queues 10,000 more at one moment of the day.
 * - Costs grow with the number of modifications and with nothing else: lists are read as often as in `load day`, whose
 *   reads are part of its cost. A process or a database is full at 70 % of a processor.
 * - When the database is full everybody is slowed down alike. A commit waits for what its own organization queued
 *   before it.
 */
const SECONDS = 8 * 3600;
const CALLS_PER_SECOND = 10 * 0.977;
const FULL = 0.7;
const COMMITS_PER_PLANNER_SECOND = 6 / 3600;
const SMALL = 3;
const NOTHING = 1e-6;

const { values } = parseArgs({
  options: {
    "postgres-ms": { type: "string", default: "13" },
    "worker-ms": { type: "string", default: "8" },
    "app-ms": { type: "string", default: "3" },
    cores: { type: "string", default: "16" },
    seed: { type: "string", default: "1" },
  },
});
/** Processor time of one modification, in seconds. */
const COST = {
  postgres: Number(values["postgres-ms"]) / 1000,
  worker: Number(values["worker-ms"]) / 1000,
  app: Number(values["app-ms"]) / 1000,
};
const CORES = Number(values.cores);

/** Mulberry32: the same day for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Commit {
  readonly at: number;
  left: number;
  readonly size: number;
}

interface Organization {
  readonly planners: number;
  /** In their order; those before `head` are done. */
  readonly commits: Commit[];
  head: number;
  /** Those from here on are yet to come. */
  next: number;
  /** Modifications that wait. */
  queued: number;
}

function organization(random: () => number): Organization {
  const drawn = random();
  const planners = drawn < 0.1 ? 100 : drawn < 0.4 ? 40 : 10;
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));
  const sizeOf = (share: number) =>
    share < 0.8 ? between(1, SMALL) : share < 0.995 ? between(5, 50) : between(500, 2000);
  const commits: Commit[] = [];
  const add = (at: number, size: number) => commits.push({ at, left: size, size });
  for (let at = 0;;) {
    at -= Math.log(1 - random()) / (planners * COMMITS_PER_PLANNER_SECOND);
    if (at >= SECONDS) break;
    add(at, sizeOf(random()));
  }
  if (random() < 0.2) add(random() * SECONDS, 10_000);
  commits.sort((a, b) => a.at - b.at);
  return { planners, commits, head: 0, next: 0, queued: 0 };
}

interface Day {
  readonly planners: number;
  readonly modifications: number;
  readonly writesPerSecond: { readonly mean: number; readonly most: number };
  /** Seconds from commit until the last of it is synced: small commits, and all. */
  readonly small: ReadonlyArray<number>;
  /** Of its seconds, those in which the database could not do all that PEMS would have taken. */
  readonly fullSeconds: number;
  readonly longestQueue: number;
}

function play(count: number): Day {
  const random = dice(Number(values.seed));
  const organizations = Array.from({ length: count }, () => organization(random));
  const capacity = CORES * FULL / COST.postgres;
  const small: number[] = [];
  let [modifications, most, fullSeconds, longestQueue] = [0, 0, 0, 0];
  // The day, and as long after it as there is something left.
  for (let second = 0, waiting = 1; second < SECONDS || waiting > 0; second++) {
    for (const one of organizations) arrive(one, second);
    const busy = organizations.filter(({ queued }) => queued > 0);
    const wanted = busy.map(({ queued }) => Math.min(CALLS_PER_SECOND, queued));
    const sum = wanted.reduce((total, one) => total + one, 0);
    const share = Math.min(1, capacity / Math.max(sum, 1));
    if (share < 1) fullSeconds++;
    busy.forEach((one, at) => serve(one, wanted[at]! * share, second, small));
    modifications += sum * share;
    most = Math.max(most, sum * share);
    waiting = busy.length;
    longestQueue = Math.max(longestQueue, busy.reduce((total, { queued }) => total + queued, 0));
  }
  return {
    planners: organizations.reduce((total, { planners }) => total + planners, 0),
    modifications: Math.round(modifications),
    writesPerSecond: { mean: modifications / SECONDS, most },
    small: small.sort((a, b) => a - b),
    fullSeconds,
    longestQueue,
  };
}

function arrive(one: Organization, second: number): void {
  for (
    let commit;
    (commit = one.commits[one.next]) !== undefined && commit.at < second;
    one.next++
  ) {
    one.queued += commit.size;
  }
}

/** Takes so many out of the queue, oldest first. */
function serve(one: Organization, amount: number, second: number, small: number[]): void {
  let left = amount;
  while (left > 1e-9 && one.head < one.next) {
    const commit = one.commits[one.head]!;
    const taken = Math.min(commit.left, left);
    commit.left -= taken;
    left -= taken;
    if (commit.left > 1e-9) break;
    one.head++;
    if (commit.size <= SMALL) small.push(second - commit.at);
  }
  one.queued -= amount - left;
  // What rounding leaves over would wait for ever.
  if (one.head === one.next || one.queued < NOTHING) {
    one.head = one.next;
    one.queued = 0;
  }
}

const number = (value: number) => Math.round(value).toLocaleString("en");

console.log(
  `${values["postgres-ms"]} ms of Postgres, ${values["worker-ms"]} ms of worker and ` +
    `${values["app-ms"]} ms of app for each modification; ${CORES} cores of Postgres\n`,
);
console.log(
  "| organizations | planners | modifications a day | writes/s, mean and most | Postgres cores, mean and most | " +
    "workers | apps | small commits synced, p50 and p95 | longest queue | Postgres full |\n" +
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
);
for (const count of [1, 10, 100, 300, 1000]) {
  const day = play(count);
  const { mean, most } = day.writesPerSecond;
  const at = (share: number) => day.small[Math.floor(share * (day.small.length - 1))]!.toFixed(1);
  const processes = (cost: number) => Math.max(1, Math.ceil(most * cost / FULL));
  const row = [
    number(count),
    number(day.planners),
    number(day.modifications),
    `${number(mean)}, ${number(most)}`,
    `${(mean * COST.postgres).toFixed(1)}, ${(most * COST.postgres).toFixed(1)}`,
    processes(COST.worker),
    processes(COST.app),
    `${at(0.5)} s, ${at(0.95)} s`,
    number(day.longestQueue),
    `${(day.fullSeconds / SECONDS * 100).toFixed(1)} % of the day`,
  ];
  console.log(`| ${row.join(" | ")} |`);
}
