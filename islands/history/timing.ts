/** Where the time of a write went: committed, queued, taken up, sent, answered, settled. Pure. */
import type { Item } from "../details/job.ts";
import { span } from "../format.ts";

export interface Bar {
  readonly name: string;
  readonly kind: "queued" | "placed" | "answered" | "failed" | "settled";
  /** Milliseconds from the begin of the whole. */
  readonly from: number;
  readonly ms: number;
  /** Left edge and width on a line of 1000. */
  readonly x: number;
  readonly width: number;
  /** Too long for the line: drawn shorter than it was. */
  readonly cut: boolean;
}

export interface Waterfall {
  /** The latest first. */
  readonly bars: ReadonlyArray<Bar>;
  readonly ms: number;
  /** All of it in a sentence. */
  readonly words: string;
}

type Phase = Pick<Bar, "name" | "kind" | "from" | "ms">;

const LINE = 1000;
/** Narrower could not be seen. */
const LEAST = 8;
/** What the first wait may take of the line. */
const MOST_WAIT = 0.35;

/**
 * The way of the item's last write; undefined before it was sent.
 * @param again it begins when it was taken up, not with a commit long ago
 */
export function waterfallOf(item: Item, again: boolean): Waterfall | undefined {
  const { attempts } = item;
  if (attempts.length === 0) return undefined;
  const [firstSent] = attempts.map(({ sentAt }) => Date.parse(sentAt));
  const claimed = item.claimedAt === null ? firstSent! : Date.parse(item.claimedAt);
  const committed = again || item.committedAt === null ? claimed : Date.parse(item.committedAt);
  const begin = Math.min(committed, claimed, firstSent!);
  const last = attempts.at(-1)!;
  const answered = Date.parse(last.sentAt) + last.latencyMs;
  const settledAt = item.syncedAt ?? item.settledAt;
  const settled = settledAt === null ? answered : Math.max(answered, Date.parse(settledAt));
  const phases: Phase[] = [
    { name: "Queued", kind: "queued", ...between(begin, begin, Math.min(claimed, firstSent!)) },
    { name: "Its place", kind: "placed", ...between(begin, claimed, firstSent!) },
    ...attempts.map(({ nth, sentAt, latencyMs, outcome }): Phase => ({
      name: `Attempt ${nth}`,
      kind: outcome === "Synced" ? "answered" : "failed",
      from: Date.parse(sentAt) - begin,
      ms: latencyMs,
    })),
    ...(settledAt === null
      ? []
      : [{ name: "Settled", kind: "settled" as const, ...between(begin, answered, settled) }]),
  ];
  const shown = phases.filter(({ ms, kind }) => ms > 0 || kind !== "queued");
  // Clocks of two machines: an attempt may seem to end after it was settled.
  const ms = Math.max(...phases.map((phase) => phase.from + phase.ms));
  return { bars: drawn(shown, ms).toReversed(), ms, words: wordsOf(item, phases, ms) };
}

const between = (begin: number, from: number, to: number) => ({
  from: from - begin,
  ms: Math.max(0, to - from),
});

/** A wait much longer than all that followed is cut, so that what followed can be seen. */
function drawn(phases: ReadonlyArray<Phase>, total: number): ReadonlyArray<Bar> {
  const wait = phases[0]!.kind === "queued" ? phases[0]!.ms : 0;
  const cut = wait > total * MOST_WAIT && wait < total;
  const waitWidth = cut ? LINE * MOST_WAIT : 0;
  const scale = (at: number): number => {
    if (!cut) return total === 0 ? 0 : at / total * LINE;
    return at <= wait
      ? at / wait * waitWidth
      : waitWidth + (at - wait) / (total - wait) * (LINE - waitWidth);
  };
  return phases.map((phase) => {
    const { from, ms, kind } = phase;
    const width = Math.min(LINE, Math.max(LEAST, scale(from + ms) - scale(from)));
    return {
      ...phase,
      width: round(width),
      x: round(Math.min(Math.max(0, scale(from)), LINE - width)),
      cut: cut && kind === "queued",
    };
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

function wordsOf({ attempts, syncedAt }: Item, phases: ReadonlyArray<Phase>, ms: number): string {
  const msOf = (kind: Bar["kind"]) => phases.find((phase) => phase.kind === kind)?.ms ?? 0;
  const tries = attempts.length === 1
    ? `PEMS answered in ${span(attempts[0]!.latencyMs)}`
    : `${attempts.length} attempts took ${
      span(attempts.reduce((sum, { latencyMs }) => sum + latencyMs, 0))
    } of it, the last ${span(attempts.at(-1)!.latencyMs)}`;
  const parts = [
    msOf("queued") > 0 && `${span(msOf("queued"))} queued`,
    `${span(msOf("placed"))} until its place in the rate`,
    tries,
    phases.some(({ kind }) => kind === "settled") && `${span(msOf("settled"))} to settle`,
  ].filter(Boolean);
  return `${syncedAt === null ? "On its way for" : "In PEMS after"} ${span(ms)}: ${
    parts.join(", ")
  }.`;
}
