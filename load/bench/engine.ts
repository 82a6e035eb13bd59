/** What the engine promises under load, an outage and a kill, each with figures of its own. */
import { until } from "./person.ts";
import type { Running } from "./processes.ts";
import { type Ledger, openSite, type Site } from "./site.ts";

export type Row = readonly [figure: string, promised: string, measured: string];

const RATE = 10;
type Planner = Pick<Site, "person" | "organizationId" | "records">;

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const writesOf = ({ requests }: Ledger) => requests.filter(({ method }) => method === "PUT");

/** Saves and commits a new model for each record. */
async function edit({ person, organizationId }: Planner, pfaIds: string[], model: string) {
  await person.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: pfaIds.map((pfaId) => ({ pfaId, changes: { model } })),
  });
  await person.post("/api/pfa-data/commit-drafts", { organizationId });
}

interface Status {
  readonly totalQueued: number;
  readonly processing: number;
  readonly deadLetters: number;
  readonly health: string;
}
const statusOf = ({ person, organizationId }: Planner) =>
  person.get<Status>(`/api/pems/sync-status?organizationId=${organizationId}`);
const untilAtRest = (planner: Planner) =>
  until(
    () => statusOf(planner),
    ({ totalQueued, processing }) => totalQueued + processing === 0,
    200,
  );

const idsOf = ({ records }: Planner, count: number, from = 0) =>
  records.slice(from, from + count).map(({ pfaId }) => pfaId);

/** The most requests within any second, and the share of the limit that was used from the first to the last. */
function pace(ledger: Ledger): { busiest: number; used: number; refused: number } {
  const times = ledger.requests.map(({ at }) => Date.parse(at));
  let first = 0;
  let busiest = 0;
  for (const [last, time] of times.entries()) {
    while (times[first]! <= time - 1000) first++;
    busiest = Math.max(busiest, last - first + 1);
  }
  const span = (times.at(-1)! - times[0]!) / 1000;
  const refused = ledger.requests.filter(({ status }) => status === 429).length;
  return { busiest, used: (times.length - 1) / span / RATE, refused };
}

/** Every latency, number of workers and way of counting: nothing refused, nearly all of the limit used. */
export async function paces(calls = 250): Promise<Row[]> {
  const site = await openSite({ rateLimit: RATE, workers: 0 });
  const rows: Row[] = [];
  try {
    for (const limiter of ["window", "bucket"] as const) {
      for (const latencyMs of [50, 3000]) {
        for (const workers of [1, 2, 8]) {
          await site.faults({ limiter, latencyMs });
          const started = await Promise.all(Array.from({ length: workers }, site.startWorker));
          const since = new Date().toISOString();
          await edit(site, idsOf(site, calls), `${limiter} ${latencyMs} ${workers}`);
          await untilAtRest(site);
          const { busiest, used, refused } = pace(await site.ledger(since));
          await Promise.all(started.map((worker) => worker.stop()));
          rows.push([
            `${limiter}, latency ${latencyMs} ms, ${workers} workers: share of 10 calls/s`,
            ">= 97 %, no 429, <= 10 in a second",
            `${(used * 100).toFixed(1)} %, ${refused} 429, busiest ${busiest}`,
          ]);
        }
      }
    }
  } finally {
    await site.stop();
  }
  return rows;
}

/** Ten thousand edits of one organization, then a single one of another. */
export async function behind(): Promise<Row[]> {
  const site = await openSite({ rateLimit: RATE, workers: 0 });
  try {
    const other = await site.other();
    for (let nth = 0; nth < 3; nth++) await edit(site, idsOf(site, 3400), `crowd ${nth}`);
    const workers = [await site.startWorker(), await site.startWorker()];
    const begun = new Date().toISOString();
    await until(() => site.ledger(begun), (ledger) => writesOf(ledger).length > 20, 100);
    const since = new Date().toISOString();
    const started = Date.now();
    const [pfaId] = idsOf(other, 1);
    await edit(other, [pfaId!], "alone");
    const { changes } = await until(
      () => site.ledger(since),
      (ledger) => ledger.changes.some((change) => change.pfaId === pfaId),
      50,
    );
    const at = Date.parse(changes.find((change) => change.pfaId === pfaId)!.at);
    await Promise.all(workers.map((worker) => worker.stop()));
    return [[
      "one edit behind another organization's 10,000: in PEMS",
      "< 3 s",
      seconds(at - started),
    ]];
  } finally {
    await site.stop();
  }
}

/** A worker is killed with calls on the wire; another is there. */
export async function takeover(): Promise<Row[]> {
  const site = await openSite({ rateLimit: RATE, workers: 0 });
  try {
    await site.faults({ latencyMs: 20_000 });
    const doomed = await site.startWorker();
    const since = new Date().toISOString();
    const pfaIds = idsOf(site, 5);
    await edit(site, pfaIds, "orphans");
    await until(() => site.ledger(since), (ledger) => writesOf(ledger).length >= 5, 50);
    await doomed.stop("SIGKILL");
    const killed = Date.now();
    await site.faults({ latencyMs: 0 });
    await site.startWorker();
    await untilAtRest(site);
    const { changes } = await site.ledger(since);
    const repeated = changes.length - new Set(changes.map(({ pfaId }) => pfaId)).size;
    return [[
      "items of a killed worker, calls on the wire: taken over and settled",
      "< 45 s, nothing twice",
      `${seconds(Date.now() - killed)}, ${repeated} twice`,
    ]];
  } finally {
    await site.stop();
  }
}

/** PEMS is away with two thousand queued. */
export async function outage(minutes = 10): Promise<Row[]> {
  const site = await openSite({ rateLimit: 50, workers: 2 });
  try {
    await site.faults({ outage: "dropped" });
    await edit(site, idsOf(site, 2000), "outage");
    await until(() => statusOf(site), ({ health }) => health === "down", 200);
    await new Promise((over) => setTimeout(over, minutes * 60_000));
    const { deadLetters, health } = await statusOf(site);
    const recovered = Date.now();
    await site.faults({ outage: "none" });
    const since = new Date().toISOString();
    const ledger = await until(() => site.ledger(since), (one) => one.changes.length > 0, 50);
    const firstAt = Date.parse(ledger.changes[0]!.at);
    await untilAtRest(site);
    const { jobs } = await site.person.get<{ jobs: Array<{ counts: Record<string, number> }> }>(
      `/api/pems/sync-jobs?organizationId=${site.organizationId}&kind=commit`,
    );
    return [
      [
        `an outage of ${minutes} min with 2,000 queued: dead letters, health`,
        "0, down",
        `${deadLetters}, ${health}`,
      ],
      ["first write after it is over", "< 30 s", seconds(firstAt - recovered)],
      ["synced of these 2,000", "2,000", String(jobs[0]!.counts["synced"] ?? 0)],
    ];
  } finally {
    await site.stop();
  }
}

/** A thousand edits on two hundred records, committed before a worker starts. */
export async function coalesced(): Promise<Row[]> {
  const site = await openSite({ rateLimit: 100, workers: 0 });
  try {
    for (let nth = 0; nth < 5; nth++) await edit(site, idsOf(site, 200), `edit ${nth}`);
    const since = new Date().toISOString();
    const worker: Running = await site.startWorker();
    await untilAtRest(site);
    await worker.stop();
    const puts = writesOf(await site.ledger(since)).length;
    return [["1,000 edits of 200 records by one user: PUTs", "<= 200", String(puts)]];
  } finally {
    await site.stop();
  }
}
