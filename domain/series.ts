/** What dashboards draw: rows of counts and samples as series of one step. Pure; shared by server and browser. */

/** Counts and samples of one stretch of time. */
export interface SeriesRow {
  /** Its beginning: seconds since 1970. */
  readonly at: number;
  /** By how much each counter grew, such as `latency/0.5` or `request/PUT/200`. */
  readonly counts: { readonly [key: string]: number };
  /** Sums of so many samples of what stood where. */
  readonly gauges: { readonly [key: string]: number };
  readonly samples: number;
}

/** A value for each of `Series.at`; null where nothing is known. */
export type Line = ReadonlyArray<number | null>;

export const QUEUE_STATES = [
  "queued",
  "retrying",
  "syncing",
  "unknown",
  "waiting",
  "conflict",
  "failed",
] as const;
export type QueueState = typeof QUEUE_STATES[number];

export interface Series {
  /** Seconds between two points. */
  readonly step: number;
  /** Seconds since 1970, multiples of the step. */
  readonly at: ReadonlyArray<number>;
  /** Modifications that are not at rest, by state. */
  readonly queue: { readonly [state in QueueState]: Line };
  /** Seconds since the oldest of those that move was committed. */
  readonly oldest: Line;
  /** Modifications confirmed by PEMS, per second. */
  readonly edits: Line;
  /** Write calls answered or given up, per second. */
  readonly writes: Line;
  /** Calls per second that PEMS allows, and that are allowed just now. */
  readonly limit: Line;
  readonly rate: Line;
  /** Seconds from commit to confirmed. */
  readonly latency: { readonly p50: Line; readonly p95: Line; readonly p99: Line };
  /** How many modifications came to which end, and the percent of them that was synced. */
  readonly ended: { readonly synced: Line; readonly failed: Line };
  readonly success: Line;
  readonly conflicts: {
    readonly open: Line;
    /** By kind, per minute. */
    readonly opened: { readonly [kind: string]: Line };
    readonly resolved: { readonly [kind: string]: Line };
  };
  /** By type, per minute. */
  readonly errors: { readonly [type: string]: Line };
  /** Percent of the calls per second that left. */
  readonly budget: Line;
  readonly workers: Line;
  /** Percent of the time. */
  readonly paused: Line;
  readonly interrupted: Line;
}

/** What came of the modifications of a time, and what is left of the error budget. */
export interface Totals {
  readonly synced: number;
  readonly failed: number;
  /** Null while nothing came to an end. */
  readonly successPercent: number | null;
  /** Percent of the failures that `OBJECTIVE` allows; below zero when it is overspent. */
  readonly budgetLeftPercent: number | null;
}

/** Percent of modifications that must be synced. */
export const OBJECTIVE = 99.9;

/** Upper bounds of the latency histogram's buckets, in seconds. */
export const BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

export interface Span {
  /** Seconds since 1970; `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Seconds. */
  readonly step: number;
  /** Seconds since 1970: what has not been yet counts for nothing. */
  readonly now: number;
}

/** The rows as series: one point for each step from `from`'s to the last before `to`. */
export function seriesOf(rows: ReadonlyArray<SeriesRow>, span: Span): Series {
  const { step, now } = span;
  const first = Math.floor(span.from / step);
  const count = Math.max(Math.ceil(Math.min(span.to, now) / step) - first, 0);
  const at = Array.from({ length: count }, (_, nth) => (first + nth) * step);
  const points: Array<Point | undefined> = Array.from({ length: count });
  for (const row of rows) {
    const nth = Math.floor(row.at / step) - first;
    if (nth >= 0 && nth < count) add(points[nth] ??= emptyPoint(), row);
  }
  const line = (value: (point: Point, seconds: number) => number | null): Line =>
    points.map((point, nth) =>
      point === undefined ? null : value(point, Math.min(step, Math.max(now - at[nth]!, 1)))
    );
  const gauge = (key: string, factor = 1): Line =>
    line(({ gauges, samples }) => samples === 0 ? null : (gauges.get(key) ?? 0) / samples * factor);
  const perMinute = (prefix: string) =>
    Object.fromEntries(
      keysOf(rows, prefix).map((key) => [
        key,
        line((point, seconds) => sum(point, (name) => nameOf(name, prefix) === key) * 60 / seconds),
      ]),
    );
  const quantile = (share: number): Line => line((point) => quantileOf(bucketsOf(point), share));
  return {
    step,
    at,
    queue: Object.fromEntries(
      QUEUE_STATES.map((state) => [state, gauge(state)]),
    ) as Series["queue"],
    oldest: gauge("oldest"),
    edits: line((point, seconds) => sum(point, isLatency) / seconds),
    writes: line((point, seconds) => sum(point, isRequest) / seconds),
    limit: gauge("limit"),
    rate: gauge("rate"),
    latency: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    ended: {
      synced: line((point) => sum(point, isLatency)),
      failed: line((point) => point.counts.get("failed") ?? 0),
    },
    success: line((point) => {
      const synced = sum(point, isLatency);
      const all = synced + (point.counts.get("failed") ?? 0);
      return all === 0 ? null : 100 * synced / all;
    }),
    conflicts: {
      open: gauge("conflicts"),
      opened: perMinute("conflicts/"),
      resolved: perMinute("resolved/"),
    },
    errors: perMinute("errors/"),
    budget: gauge("budget", 100),
    workers: gauge("workers"),
    paused: gauge("paused", 100),
    interrupted: gauge("circuit", 100),
  };
}

/** The older series with the newer's points in place of its own or behind them, from that moment on. Same step. */
export function joined(older: Series, newer: Series, from: number): Series {
  const at = [...new Set([...older.at, ...newer.at])].filter((time) => time >= from)
    .sort((a, b) => a - b);
  // Looked up once for all lines: for each line it took most of what a new point costs.
  const [olds, news] = [placesIn(older, at), placesIn(newer, at)];
  const pick = (before: Line = [], after: Line = []): Line =>
    news.map((nth, point) => (nth === undefined ? before[olds[point]!] : after[nth]) ?? null);
  const merge = (before: Branch = {}, after: Branch = {}): Branch =>
    Object.fromEntries([...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => {
      const [one, other] = [before[name], after[name]];
      return [
        name,
        isLine(one ?? other)
          ? pick(one as Line, other as Line)
          : merge(one as Branch, other as Branch),
      ];
    }));
  return { ...merge(linesOf(older), linesOf(newer)), step: newer.step, at } as unknown as Series;
}

const linesOf = ({ step: _step, at: _at, ...lines }: Series): Branch => lines;

/** For each moment, which point of the series it is; undefined: none. */
function placesIn(series: Series, at: ReadonlyArray<number>): ReadonlyArray<number | undefined> {
  const places = new Map(series.at.map((time, nth) => [time, nth]));
  return at.map((time) => places.get(time));
}

/** Lines by name, some of them deeper. */
interface Branch {
  readonly [name: string]: Line | Branch;
}

const isLine = (node: Line | Branch | undefined): node is Line => Array.isArray(node);

export function totalsOf({ ended: lines }: Pick<Series, "ended">): Totals {
  const [synced, failed] = [lines.synced, lines.failed].map((line) =>
    line.reduce<number>((sum, count) => sum + (count ?? 0), 0)
  ) as [number, number];
  const ended = synced + failed;
  const allowed = ended * (100 - OBJECTIVE) / 100;
  return {
    synced,
    failed,
    successPercent: ended === 0 ? null : 100 * synced / ended,
    budgetLeftPercent: ended === 0 ? null : 100 * (1 - failed / allowed),
  };
}

/**
 * The quantile of a histogram, straight between the bounds of its bucket, as Prometheus's `histogram_quantile`.
 * @param buckets how many fell into each, one more than `BOUNDS` for what is beyond the last
 * @returns null while it is empty; the last bound for what lies beyond it
 */
export function quantileOf(buckets: ReadonlyArray<number>, share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [nth, count] of buckets.entries()) {
    if (count > 0 && below + count >= rank) {
      if (nth === BOUNDS.length) break;
      const lower = nth === 0 ? 0 : BOUNDS[nth - 1]!;
      return lower + (BOUNDS[nth]! - lower) * (rank - below) / count;
    }
    below += count;
  }
  return BOUNDS.at(-1)!;
}

interface Point {
  readonly counts: Map<string, number>;
  readonly gauges: Map<string, number>;
  samples: number;
}

const emptyPoint = (): Point => ({ counts: new Map(), gauges: new Map(), samples: 0 });

function add(point: Point, { counts, gauges, samples }: SeriesRow): void {
  for (const [key, value] of Object.entries(counts)) {
    point.counts.set(key, (point.counts.get(key) ?? 0) + value);
  }
  for (const [key, value] of Object.entries(gauges)) {
    point.gauges.set(key, (point.gauges.get(key) ?? 0) + value);
  }
  point.samples += samples;
}

const isLatency = (key: string) => key.startsWith("latency/");
const isRequest = (key: string) => key.startsWith("request/");

const sum = ({ counts }: Point, which: (key: string) => boolean): number =>
  [...counts].reduce((total, [key, value]) => which(key) ? total + value : total, 0);

/** What follows the prefix: the error's type, or the conflict's kind. */
const nameOf = (key: string, prefix: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length).split("/").at(-1) : undefined;

const keysOf = (rows: ReadonlyArray<SeriesRow>, prefix: string): string[] =>
  [...new Set(rows.flatMap(({ counts }) => Object.keys(counts)))]
    .flatMap((key) => nameOf(key, prefix) ?? []).filter((name, nth, all) =>
      all.indexOf(name) === nth
    ).sort();

const bucketsOf = ({ counts }: Point): number[] =>
  [...BOUNDS.map(String), "+Inf"].map((le) => counts.get(`latency/${le}`) ?? 0);
