/** What a run comes to: one line for each figure, with what was wanted of it. */
import type { Findings } from "./run.ts";
import { SCENARIOS } from "./sizes.ts";

export interface Figure {
  readonly figure: string;
  readonly wanted: string;
  readonly measured: string;
  readonly good: boolean;
}

export interface Figures {
  readonly scenario: string;
  readonly figures: ReadonlyArray<Figure>;
  readonly good: boolean;
}

/** Answers to commits may be away while PEMS's limit is the measure of everything. */
const SYNCED_WITHIN_SECONDS = 120;
const MOST_BADGE_MS = 250;
const LEAST_SHARE = 0.97;

export function figuresOf(findings: Findings): Figures {
  const figures = [
    ...answersOf(findings),
    ...badgesOf(findings),
    ...booksOf(findings),
    ...paceOf(findings),
    ...processorOf(findings),
    ...memoryOf(findings),
  ];
  const scenario = findings.run.name;
  return { scenario, figures, good: figures.every(({ good }) => good) };
}

const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
const ms = (value: number) => `${value.toFixed(0)} ms`;
const seconds = (value: number) => `${value.toFixed(1)} s`;

/** Times are told always, and judged where the run is. */
function answersOf({ run: { judged }, played: { metrics } }: Findings): Figure[] {
  const times = (figure: string, name: string, most: number): Figure[] => {
    const values = metrics[name]?.values;
    const p95 = values?.["p(95)"];
    if (values === undefined || p95 === undefined || values["count"] === 0) return [];
    const measured = `p50 ${ms(values["med"]!)}, p95 ${ms(p95)} (${values["count"]})`;
    return [{ figure, wanted: `p95 < ${most} ms`, measured, good: !judged || p95 < most }];
  };
  const checks = metrics["checks"]?.values;
  const rate = checks?.["rate"] ?? 0;
  return [
    {
      figure: "checks passed",
      wanted: ">= 99.9 %",
      measured: `${percent(rate)} of ${(checks?.["passes"] ?? 0) + (checks?.["fails"] ?? 0)}`,
      good: rate >= 0.999,
    },
    ...times("reads", "http_req_duration{call:read}", 200),
    ...times("saves", "http_req_duration{call:save}", 200),
    ...times("commits", "http_req_duration{call:commit}", 1000),
    ...times("commits of 1,000", "commit_of_a_thousand", 1000),
    ...times("badges in k6's sockets, from their settlement", "badge_since_settled", MOST_BADGE_MS),
  ];
}

function badgesOf({ run: { judged }, badges }: Findings): Figure[] {
  if (badges.length === 0) return [];
  const at = (share: number) => badges[Math.floor(share * (badges.length - 1))]!;
  return [{
    figure: "badges, from PEMS's answer",
    wanted: `p95 < ${MOST_BADGE_MS} ms`,
    measured: `p50 ${ms(at(0.5))}, p95 ${ms(at(0.95))} (${badges.length})`,
    good: !judged || at(0.95) < MOST_BADGE_MS,
  }];
}

/** The product's tables against PEMS's ledger. */
function booksOf({ run: { name, judged }, played: { metrics }, reckoning }: Findings): Figure[] {
  if (reckoning === undefined) return [];
  const { committed, synced, discarded, open, decided, deadLetters } = reckoning;
  const told = metrics["modifications_queued"]?.values["count"] ?? 0;
  const alone = committed === 0 ? 0 : (committed - decided) / committed;
  const { mostSeconds, p95Seconds, disagreement } = reckoning;
  const overfull = SCENARIOS[name]!.overfull === true;
  return [
    {
      figure: "committed, as told and as kept",
      wanted: "the same",
      measured: `${told}, ${committed}`,
      // A decision commits what it makes: there are more of them then.
      good: committed > 0 && (decided === 0 ? told === committed : committed >= told),
    },
    {
      figure: "ended: synced, discarded, neither",
      wanted: "none is left",
      measured: `${synced}, ${discarded}, ${open}`,
      good: open === 0 && synced + discarded === committed,
    },
    {
      figure: "PEMS's ledger and the tables",
      wanted: "one story",
      measured: disagreement ?? "agree",
      good: disagreement === null,
    },
    ...name === "conflicts" ? [] : [{
      figure: "synced without a person",
      wanted: ">= 99.9 %",
      measured: `${percent(alone)}, ${deadLetters} dead letters`,
      good: alone >= 0.999,
    }],
    ...mostSeconds === null ? [] : [{
      figure: "commit to synced",
      wanted: overfull ? "" : `< ${SYNCED_WITHIN_SECONDS} s`,
      measured: `p95 ${seconds(p95Seconds!)}, most ${seconds(mostSeconds)}`,
      good: overfull || !judged || name === "conflicts" || mostSeconds < SYNCED_WITHIN_SECONDS,
    }],
  ];
}

/** What PEMS was asked; the limit itself is the measure where more comes than it takes. */
function paceOf({ run: { name, size, judged }, ledger }: Findings): Figure[] {
  if (ledger === undefined || ledger.requests.length < 2) return [];
  const times = ledger.requests.map(({ at }) => Date.parse(at));
  const share = (times.length - 1) / ((times.at(-1)! - times[0]!) / 1000) / size.rateLimit;
  const refused = ledger.requests.filter(({ status }) => status === 429).length;
  const saturated = name === "saturation";
  return [{
    figure: `calls to PEMS, of ${size.rateLimit}/s`,
    wanted: saturated ? `>= ${percent(LEAST_SHARE)}, no 429` : "no 429",
    measured: `${times.length}, ${percent(share)}, ${refused} 429`,
    good: !judged || refused === 0 && (!saturated || share >= LEAST_SHARE),
  }];
}

/** Of everything that went on, reads included: what one more modification of such a day costs. */
function processorOf({ spent: [before, after], reckoning }: Findings): Figure[] {
  if (before === undefined || after === undefined || !reckoning?.committed) return [];
  const each = (part: keyof typeof after) =>
    `${((after[part] - before[part]) * 1000 / reckoning.committed).toFixed(1)} ms`;
  return [{
    figure: "processor time for each modification: app, workers, Postgres",
    wanted: "",
    measured: `${each("app")}, ${each("workers")}, ${each("postgres")}`,
    good: true,
  }];
}

function memoryOf({ memory: [before, after] }: Findings): Figure[] {
  if (before.length === 0) return [];
  const told = (sizes: ReadonlyArray<number>) => sizes.join(", ");
  return [{
    figure: "memory of app and workers, before and after",
    wanted: "",
    measured: `${told(before)} and ${told(after)} MiB`,
    good: true,
  }];
}

/** As Markdown. */
export const table = ({ scenario, figures }: Figures): string =>
  [
    `\n## ${scenario}: ${SCENARIOS[scenario]!.about}\n`,
    "| figure | wanted | measured | |",
    "| --- | --- | --- | --- |",
    ...figures.map(({ figure, wanted, measured, good }) =>
      `| ${figure} | ${wanted} | ${measured} | ${good ? "ok" : "MISSED"} |`
    ),
  ].join("\n");
