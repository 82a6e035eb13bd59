/** The panels: which lines each draws, in which colours, how its values are written, and what a look at it tells. */
import { type Line, OBJECTIVE, type Series } from "../../domain/series.ts";
import { count } from "../format.ts";

export interface Drawn {
  readonly label: string;
  /** `ink-<ink>` in the style sheet. */
  readonly ink: string;
  readonly values: Line;
  /** Tells lines apart without their colours. */
  readonly dash?: ReadonlyArray<number>;
  /** A limit or an objective, that nothing is counted for. */
  readonly isMeasure?: boolean;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly write: (value: number) => string;
  readonly lines: (series: Series) => ReadonlyArray<Drawn>;
  /** The least that the axis reaches up to, and where it begins when not at zero. */
  readonly reach: number;
  readonly floor?: number;
}

const DASHES = [[], [6, 4], [2, 3], [8, 3, 2, 3], [12, 4], [4, 2]] as const;
const INKS = ["failed", "retrying", "unknown", "conflict", "draft", "syncing", "queued", "waiting"];

const rate = (value: number): string => value < 10 ? value.toFixed(1) : count(Math.round(value));
const percent = (value: number): string => `${Number(value.toFixed(2))} %`;
const whole = (value: number): string => count(Number(value.toFixed(1)));

/** `180 ms`, `2.4 s`, `3.1 min`. */
export function seconds(value: number): string {
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  return value < 120 ? `${Number(value.toFixed(1))} s` : `${Number((value / 60).toFixed(1))} min`;
}

/** A line for each name, in an order that stays. */
const named = (lines: { readonly [name: string]: Line }, suffix = ""): ReadonlyArray<Drawn> =>
  Object.entries(lines).map(([name, values], nth) => ({
    label: name.replaceAll("_", " ") + suffix,
    ink: INKS[nth % INKS.length]!,
    dash: DASHES[nth % DASHES.length]!,
    values,
  }));

export const PANELS: ReadonlyArray<Panel> = [
  {
    id: "queue",
    title: "Queue depth",
    unit: "changes",
    write: whole,
    reach: 5,
    lines: ({ queue }) => [
      { label: "queued", ink: "queued", values: queue.queued },
      { label: "syncing", ink: "syncing", values: queue.syncing, dash: [2, 3] },
      { label: "retrying", ink: "retrying", values: queue.retrying, dash: [6, 4] },
      { label: "unknown", ink: "unknown", values: queue.unknown, dash: [8, 3, 2, 3] },
      { label: "waiting", ink: "waiting", values: queue.waiting, dash: [4, 2] },
      { label: "conflict", ink: "conflict", values: queue.conflict, dash: [12, 4] },
      { label: "failed", ink: "failed", values: queue.failed, dash: [10, 2] },
    ],
  },
  {
    id: "throughput",
    title: "Throughput",
    unit: "per second",
    write: rate,
    reach: 1,
    lines: ({ edits, writes, limit }) => [
      { label: "edits in PEMS", ink: "synced", values: edits },
      { label: "writes", ink: "syncing", values: writes, dash: [6, 4] },
      { label: "limit of PEMS", ink: "soft", values: limit, dash: [2, 3], isMeasure: true },
    ],
  },
  {
    id: "latency",
    title: "Latency, commit to confirmed",
    unit: "time",
    write: seconds,
    reach: 0.5,
    lines: ({ latency }) => [
      { label: "p50", ink: "synced", values: latency.p50 },
      { label: "p95", ink: "retrying", values: latency.p95, dash: [6, 4] },
      { label: "p99", ink: "failed", values: latency.p99, dash: [2, 3] },
    ],
  },
  {
    id: "success",
    title: "Success rate",
    unit: "percent",
    write: percent,
    reach: 100,
    floor: 90,
    lines: ({ success, at }) => [
      { label: "synced of all that ended", ink: "synced", values: success },
      {
        label: `objective ${OBJECTIVE} %`,
        ink: "soft",
        values: at.map(() => OBJECTIVE),
        dash: [2, 3],
        isMeasure: true,
      },
    ],
  },
  {
    id: "conflicts",
    title: "Conflicts",
    unit: "open, and per minute",
    write: whole,
    reach: 2,
    lines: ({ conflicts }) => [
      { label: "open", ink: "conflict", values: conflicts.open },
      ...named(conflicts.opened, ", opened"),
      ...named(conflicts.resolved, ", resolved"),
    ],
  },
  {
    id: "errors",
    title: "Errors of PEMS",
    unit: "per minute",
    write: rate,
    reach: 1,
    lines: ({ errors }) => named(errors),
  },
  {
    id: "budget",
    title: "API budget used",
    unit: "percent of the calls allowed",
    write: percent,
    reach: 100,
    lines: ({ budget, paused, interrupted }) => [
      { label: "calls made", ink: "syncing", values: budget },
      { label: "paused", ink: "waiting", values: paused, dash: [4, 2] },
      { label: "circuit open", ink: "failed", values: interrupted, dash: [6, 4] },
    ],
  },
  {
    id: "workers",
    title: "Workers",
    unit: "alive",
    write: whole,
    reach: 2,
    lines: ({ workers }) => [{ label: "alive", ink: "queued", values: workers }],
  },
];

/** Now, the most and when: of the panel's first line, which is what it is about; of the others what they came to. */
export function sentence(
  { write }: Panel,
  lines: ReadonlyArray<Drawn>,
  moment: (nth: number) => string,
): string {
  const [line] = lines;
  const known = (line?.values ?? []).flatMap((value, nth) =>
    value === null ? [] : [{ value, nth }]
  );
  if (line === undefined || known.length === 0) return "Nothing was counted in this time.";
  const besides = othersOf(lines, write);
  const latest = known.at(-1)!;
  const most = known.reduce((a, b) => b.value > a.value ? b : a);
  const least = known.reduce((a, b) => b.value < a.value ? b : a);
  if (most.value === least.value) {
    return `${line.label}: ${write(latest.value)} all the time.${besides}`;
  }
  return `${line.label}: ${write(latest.value)} at last, ${write(least.value)} at least, ` +
    `${write(most.value)} at most at ${moment(most.nth)}.${besides}`;
}

/** Of each line but the first, and of limits and objectives: the most it came to, where that is anything. */
function othersOf(lines: ReadonlyArray<Drawn>, write: Panel["write"]): string {
  const others = lines.slice(1).filter(({ isMeasure }) => !isMeasure).flatMap(
    ({ label, values }) => {
      const most = values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
      return most > 0 ? [`${label} ${write(most)}`] : [];
    },
  );
  return others.length === 0 ? "" : ` Besides, at most: ${others.join(", ")}.`;
}
