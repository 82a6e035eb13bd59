/** Metrics: counters that transitions left, and what stands where just now; the same whoever is asked. */
import type { Sql } from "./sql.ts";

/** A counter by organization and labels; `le` is the bucket that it counts alone, not all up to there. */
export interface Counter {
  readonly code: string;
  readonly metric:
    | "latency"
    | "latency_sum"
    | "failed"
    | "conflicts"
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

/** Folds what transitions have left since into totals and minutes; returns how many deltas that were. */
export async function foldMetrics(worker: Sql): Promise<number> {
  const [row] = await worker<[{ folded: number }]>`select fold_metrics() as folded`;
  return row.folded;
}
