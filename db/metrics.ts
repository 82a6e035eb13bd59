/** Metrics: counters that transitions left, and what stands where just now; the same whoever is asked. */
import type { SeriesRow } from "../domain/series.ts";
import type { Sql, Tx } from "./sql.ts";

/** A counter by organization and labels; `le` is the bucket that it counts alone, not all up to there. */
export interface Counter {
  readonly code: string;
  readonly metric:
    | "latency"
    | "latency_sum"
    | "failed"
    | "conflicts"
    | "resolved"
    | "errors"
    | "request"
    | "request_sum";
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

export const readCounters = (auth: Sql): Promise<ReadonlyArray<Counter>> =>
  auth<Counter[]>`select code, metric, labels, value from sync_counters()`;

export interface Gauges {
  readonly code: string;
  /** Queued, on the wire or of unknown outcome, and not behind a conflict or dead letter. */
  readonly queued: number;
  readonly dead: number;
  /** Since the oldest of the queued was committed. */
  readonly oldestSeconds: number;
  readonly unaccounted: number;
  /** Synced among synced and failed, in the last hour. */
  readonly successPercent: number;
  readonly circuit: "closed" | "open" | "probing";
  /** Of the organization's connection, which it may share. */
  readonly rateLimitHits: string;
  /** Part of the connection's calls per second that left in the last one. */
  readonly budgetUsed: number;
}

export const readGauges = (auth: Sql): Promise<ReadonlyArray<Gauges>> =>
  auth<Gauges[]>`
    select code, queued, dead, oldest_seconds as "oldestSeconds", unaccounted,
      success_percent as "successPercent", circuit, rate_limit_hits as "rateLimitHits",
      budget_used as "budgetUsed"
    from sync_gauges() order by code`;

export const PAUSES = ["administrator", "credentials", "rewind"] as const;

/** How an organization's connection stands. */
export interface Standing {
  readonly code: string;
  readonly pause: typeof PAUSES[number] | null;
  /** Since its key was set, or since the environment's was first used; null while it has no connection. */
  readonly credentialSeconds: number | null;
  /** Calls per second that the connection allows; null while there is none. */
  readonly rateLimit: number | null;
}

export const readStandings = (auth: Sql): Promise<ReadonlyArray<Standing>> =>
  auth<Standing[]>`
    select o.code, o.pause, extract(epoch from clock_timestamp()
      - coalesce(o.pems_key_set_at, c.created_at))::float8 as "credentialSeconds",
      c.rate_limit as "rateLimit"
    from organization o left join pems_connection c on c.id = o.connection_id
    order by o.code`;

/** Folds what transitions have left since into totals and minutes; returns how many deltas that were. */
export async function foldMetrics(worker: Sql): Promise<number> {
  const [row] = await worker<[{ folded: number }]>`select fold_metrics() as folded`;
  return row.folded;
}

/** Samples what stands where, once for each ten seconds; returns for how many organizations. */
export async function sampleMetrics(worker: Sql): Promise<number> {
  const [row] = await worker<[{ sampled: number }]>`select sample_metrics() as sampled`;
  return row.sampled;
}

export const forgetMetrics = (worker: Sql) => worker`select forget_metrics()`;

/** Steps that series are kept in, in seconds, and how far back each goes. */
export const KEPT = [
  { step: 10, seconds: 26 * 3600 },
  { step: 300, seconds: 35 * 86_400 },
] as const;

export interface Stretch {
  readonly step: typeof KEPT[number]["step"];
  /** Seconds since 1970; `to` exclusive. */
  readonly from: number;
  readonly to: number;
}

/** The rows of the transaction's organization, oldest first. */
export const readSeries = (tx: Tx, { step, from, to }: Stretch): Promise<SeriesRow[]> =>
  tx<SeriesRow[]>`
    select extract(epoch from at)::int as at, counts, gauges, samples from metric_series
    where organization_id = current_organization() and step = ${step}
      and at >= to_timestamp(${from}) and at < to_timestamp(${to})
    order by at`;

/** Something that explains a bend in a series. */
export interface Mark {
  readonly at: Date;
  readonly event: "PAUSE" | "RESUME" | "CIRCUIT_OPEN" | "CIRCUIT_CLOSED";
  readonly reason: string | null;
}

/** More would hide what they are to explain. */
const MOST_MARKS = 200;

/** The newest marks of the time, oldest first. */
export const readMarks = async (tx: Tx, { from, to }: Omit<Stretch, "step">): Promise<Mark[]> =>
  (await tx<Mark[]>`
    select at, event_type as event, coalesce(details ->> 'reason', details ->> 'error') as reason
    from audit_entry
    where organization_id = current_organization()
      and at >= to_timestamp(${from}) and at < to_timestamp(${to})
      and event_type in ('PAUSE', 'RESUME', 'CIRCUIT_OPEN', 'CIRCUIT_CLOSED')
    order by at desc
    limit ${MOST_MARKS}`).toReversed();
