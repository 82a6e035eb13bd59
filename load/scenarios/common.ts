/** What all scenarios share: who plays, what they call, and what is measured of it. Run by k6, not by Deno. */
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";
import { Counter, Rate, Trend } from "k6/metrics";
import type { Size } from "../sizes.ts";

export interface Planner {
  readonly username: string;
  readonly organizationId: string;
  readonly headers: Record<string, string>;
  /** Records that no other planner of the run edits. */
  readonly pfaIds: string[];
}

interface Play {
  readonly url: string;
  /** Of the sandbox; null: none is to be had. */
  readonly pems: string | null;
  readonly organizationCode: string;
  readonly size: Size;
  /** Times are judged; a smoke on a busy machine judges none. */
  readonly judged: boolean;
  readonly planners: Planner[];
}

export const play: Play = JSON.parse(open(__ENV["PLAY"]!));
export const { size, planners } = play;

/** Queued, as the product said. */
const queued = new Counter("modifications_queued");
/** Of reads, saves and commits alone: requests that are meant to be refused do not count. */
const answered = new Rate("answered");
const large = new Trend("commit_of_a_thousand", true);
export const badge = new Trend("badge_since_settled", true);

const LIMITS = {
  "http_req_duration{call:read}": ["p(95)<200"],
  "http_req_duration{call:save}": ["p(95)<200"],
  "http_req_duration{call:commit}": ["p(95)<1000"],
};
/** Named so that their percentiles are in the summary, judged or not. */
const SHOWN = Object.fromEntries(Object.keys(LIMITS).map((name) => [name, ["p(95)>=0"]]));

/** k6's options around the scenario's own executors. */
export const optionsOf = (scenarios: Record<string, unknown>) => ({
  scenarios,
  thresholds: { checks: ["rate>=0.999"], ...play.judged ? LIMITS : SHOWN },
  summaryTrendStats: ["count", "avg", "med", "p(95)", "p(99)", "max"],
  insecureSkipTLSVerify: false,
});

export const plannerOf = (nth: number): Planner => planners[nth % planners.length]!;

/** Which of its executor's iterations this is: where each plays one, which of its players. */
export const seat = (): number => exec.scenario.iterationInTest;

/** Goes on until so many seconds are over. A player plays one iteration, so that no two are the same planner. */
export function forSeconds(seconds: number, step: (nth: number) => void): void {
  const end = Date.now() + seconds * 1000;
  for (let nth = 0; Date.now() < end; nth++) step(nth);
}

type Call = "read" | "save" | "commit" | "decide" | "switch";

/** One request as that planner; its answer, checked to be 2xx. */
export function ask(
  planner: Planner,
  call: Call,
  path: string,
  body?: unknown,
): { readonly status: number; readonly json: never } {
  const params = {
    headers: { ...planner.headers, "content-type": "application/json" },
    tags: { call, name: `${call} ${path.split("?")[0]!.replace(/[0-9a-f-]{36}/, ":id")}` },
    timeout: "60s",
  };
  const response = body === undefined
    ? http.get(play.url + path, params)
    : http.post(play.url + path, JSON.stringify(body), params);
  const good = response.status >= 200 && response.status < 300;
  answered.add(good);
  if (!good) {
    console.error(`${path} answered ${response.status}: ${String(response.body).slice(0, 300)}`);
  }
  check(response, { [`${call} is answered`]: () => good });
  return { status: response.status, json: (good ? response.json() : {}) as never };
}

const within = ({ organizationId }: Planner, rest = "") =>
  `organizationId=${organizationId}${rest === "" ? "" : `&${rest}`}`;

export const list = (planner: Planner, query = "limit=100") =>
  ask(planner, "read", `/api/pfa-data?${within(planner, query)}`);

export const status = (
  planner: Planner,
): { health: string; totalQueued: number; processing: number } =>
  ask(planner, "read", `/api/pems/sync-status?${within(planner)}`).json;

/** Drafts of these records, each by the same changes; the ids of the modifications. */
export function save(
  planner: Planner,
  pfaIds: string[],
  changes: Record<string, unknown>,
): string[] {
  const { json } = ask(planner, "save", "/api/pfa-data/save-draft", {
    organizationId: planner.organizationId,
    drafts: pfaIds.map((pfaId) => ({ pfaId, changes })),
  });
  const { drafts = [] } = json as { drafts?: Array<{ modificationId: string }> };
  return drafts.map(({ modificationId }) => modificationId);
}

/** Commits them; how many the product queued. */
export function commit(planner: Planner, modificationIds: string[]): number {
  const from = Date.now();
  const { json } = ask(planner, "commit", "/api/pfa-data/commit-drafts", {
    organizationId: planner.organizationId,
    modificationIds,
  });
  const { queuedCount = 0 } = json as { queuedCount?: number };
  if (modificationIds.length >= 1000) large.add(Date.now() - from);
  queued.add(queuedCount);
  check(queuedCount, { "everything was queued": (count) => count === modificationIds.length });
  return queuedCount;
}

/** Sets the sandbox's switches. */
export function setFaults(switches: Record<string, unknown>): void {
  sandbox("/sandbox/faults", switches);
}

/** Somebody changes a record in PEMS itself. */
export function editInPems(pfaId: string, changes: Record<string, unknown>): void {
  sandbox("/sandbox/edit", {
    organizationCode: play.organizationCode,
    pfaId,
    changes,
    modifiedBy: "somebody.in.pems",
  });
}

function sandbox(path: string, body: unknown): void {
  const headers = { "content-type": "application/json" };
  const response = http.post(play.pems + path, JSON.stringify(body), {
    headers,
    tags: { call: "switch" },
  });
  check(response, { "PEMS does as it is told": ({ status }) => status === 200 });
}

/** k6's figures for the runner; nothing on the screen. */
export const handleSummary = (figures: unknown) => ({
  [__ENV["SUMMARY"]!]: JSON.stringify(figures),
});
