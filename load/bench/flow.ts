/** From a commit to PEMS: many edits at once, and one edit while nothing else is going on. */
import { until } from "./person.ts";
import type { RecordView, Site } from "./site.ts";

export interface Drain {
  readonly modifications: number;
  /** The commit request alone. */
  readonly commitMs: number;
  /** From the commit request until the last is synced. */
  readonly syncedSeconds: number;
  readonly tooManyRequests: number;
  /** Most requests that PEMS received within any second. */
  readonly busiestSecond: number;
}

/** Commits one edit of each of so many records at once. */
export async function drain(site: Site, modifications: number): Promise<Drain> {
  const { person, organizationId } = site;
  await save(site, site.records.slice(0, modifications));
  const since = new Date().toISOString();
  const started = performance.now();
  const { jobId, queuedCount } = await person.post<{ jobId: string; queuedCount: number }>(
    "/api/pfa-data/commit-drafts",
    { organizationId },
  );
  const commitMs = performance.now() - started;
  if (queuedCount !== modifications) throw new Error(`Only ${queuedCount} were queued`);
  await until(
    () => person.get<{ status: string }>(`/api/pems/sync-jobs/${jobId}`),
    (job) => job.status !== "running" && job.status !== "queued",
    200,
  );
  const syncedSeconds = (performance.now() - started) / 1000;
  const { requests, changes } = await site.ledger(since);
  if (changes.length !== modifications) throw new Error(`PEMS executed ${changes.length} changes`);
  return {
    modifications,
    commitMs,
    syncedSeconds,
    tooManyRequests: requests.filter(({ status }) => status === 429).length,
    busiestSecond: busiestSecond(requests.map(({ at }) => Date.parse(at))),
  };
}

function busiestSecond(times: ReadonlyArray<number>): number {
  let first = 0;
  return times.reduce((most, time, last) => {
    while (times[first]! <= time - 1000) first++;
    return Math.max(most, last - first + 1);
  }, 0);
}

export interface Idle {
  readonly edits: number;
  /** Ms from the start of the commit's transaction to PEMS receiving the write. */
  readonly fromCommit: Spread;
  /** Ms from sending the commit request. */
  readonly fromRequest: Spread;
}

export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** Between edits, so that each finds everything at rest and a free place in the budget. */
const REST_MS = 50;
/** Edits before the first that counts: compilers and prepared statements warm up. */
const WARM_UP = 40;

/** One edit at a time, while nothing else is going on. */
export async function idle(site: Site, edits: number): Promise<Idle> {
  const fromCommit: number[] = [];
  const fromRequest: number[] = [];
  for (const record of site.records.slice(-(WARM_UP + edits))) {
    const { committedAt, requestedAt, receivedAt } = await followOne(site, record);
    fromCommit.push(receivedAt - committedAt);
    fromRequest.push(receivedAt - requestedAt);
  }
  return {
    edits,
    fromCommit: spread(fromCommit.slice(WARM_UP)),
    fromRequest: spread(fromRequest.slice(WARM_UP)),
  };
}

/** Epoch ms by this machine's clock, which all of its processes share. */
async function followOne(site: Site, record: RecordView) {
  const { person, organizationId } = site;
  await save(site, [record]);
  await new Promise((wait) => setTimeout(wait, REST_MS));
  const requestedAt = performance.timeOrigin + performance.now();
  const since = new Date(requestedAt - 1).toISOString();
  const { jobId } = await person.post<{ jobId: string }>("/api/pfa-data/commit-drafts", {
    organizationId,
  });
  const { requests } = await until(
    () => site.ledger(since),
    (ledger) => ledger.changes.length === 1,
    100,
  );
  const { createdAt } = await person.get<{ createdAt: string }>(`/api/pems/sync-jobs/${jobId}`);
  const receivedAt = Date.parse(requests.find(({ method }) => method === "PUT")!.at);
  return { requestedAt, committedAt: Date.parse(createdAt), receivedAt };
}

function spread(values: number[]): Spread {
  values.sort((a, b) => a - b);
  const at = (share: number) => values[Math.floor(share * (values.length - 1))]!;
  return { p50: at(0.5), p95: at(0.95) };
}

/** A draft for each record: its forecast ends a day later. */
const save = ({ person, organizationId }: Site, records: ReadonlyArray<RecordView>) =>
  person.post("/api/pfa-data/save-draft", {
    organizationId,
    drafts: records.map(({ pfaId, data }) => ({
      pfaId,
      changes: { forecastEnd: nextDay(data["forecastEnd"] as string) },
    })),
  });

const nextDay = (date: string) =>
  new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
