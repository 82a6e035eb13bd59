/** Route of the metrics dashboard: time series of an organization, with what explains their bends. */
import { Schema } from "effect";
import { Hono } from "hono";
import { type Deployment, readDeployments } from "../db/deployments.ts";
import { KEPT, type Mark, readMarks, readSeries } from "../db/metrics.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import { QUEUE_STATES, type Series, seriesOf, totalsOf } from "../domain/series.ts";
import type { AppEnv } from "./env.ts";
import { choiceOf, instantOf } from "./filters.ts";
import type { Guard } from "./guard.ts";
import { maskFor } from "./mask.ts";
import { invalid } from "./problem.ts";
import { GUARDED, Instant, parameters, told } from "./shape.ts";
import { tenantOf } from "./tenant.ts";

/** Seconds between two points, and the longest time that each is the right one for. */
const STEPS = [
  { step: 10, seconds: 3600 },
  { step: 60, seconds: 6 * 3600 },
  { step: 300, seconds: 26 * 3600 },
  { step: 1800, seconds: 7 * 86_400 },
  { step: 7200, seconds: Infinity },
] as const;

/** Looked at when no time is asked for: the last hour. */
const USUAL_SECONDS = 3600;
const MOST_SECONDS = KEPT[1].seconds;
const MOST_POINTS = 4000;

const orNull = Schema.NullOr;
const Line = Schema.Array(orNull(Schema.Finite));
const Lines = Schema.Record(Schema.String, Line);
const SeriesShape = {
  step: Schema.Int,
  at: Schema.Array(Schema.Int),
  queue: Schema.Struct(
    Object.fromEntries(QUEUE_STATES.map((state) => [state, Line])) as {
      [state in typeof QUEUE_STATES[number]]: typeof Line;
    },
  ),
  oldest: Line,
  edits: Line,
  writes: Line,
  limit: Line,
  rate: Line,
  latency: Schema.Struct({ p50: Line, p95: Line, p99: Line }),
  ended: Schema.Struct({ synced: Line, failed: Line }),
  success: Line,
  conflicts: Schema.Struct({ open: Line, opened: Lines, resolved: Lines }),
  errors: Lines,
  budget: Line,
  workers: Line,
  paused: Line,
  interrupted: Line,
};
const MetricsShape = Schema.Struct({
  ...SeriesShape,
  from: Instant,
  to: Instant,
  totals: Schema.Struct({
    synced: Schema.Finite,
    failed: Schema.Finite,
    successPercent: orNull(Schema.Finite),
    budgetLeftPercent: orNull(Schema.Finite),
  }),
  marks: Schema.Array(Schema.Struct({
    at: Instant,
    event: Schema.Literals(["PAUSE", "RESUME", "CIRCUIT_OPEN", "CIRCUIT_CLOSED", "DEPLOYMENT"]),
    reason: orNull(Schema.String),
  })),
}).annotate({ identifier: "Metrics" });
export type Metrics = typeof MetricsShape.Type;

export const series = (app: Sql, { allow }: Guard) =>
  new Hono<AppEnv>().get(
    "/metrics",
    told("Sync", "Time series for the dashboard: points of one step, null where nothing is known", {
      200: MetricsShape,
    }, GUARDED),
    parameters({
      organizationId: "Required",
      from: "From here on; an hour before the end when absent",
      to: "Before this; a day is included; now when absent",
      step: `Seconds between points: ${STEPS.map(({ step }) => step).join(", ")}; ` +
        "what suits the time when absent",
    }),
    allow("query", "Read"),
    async (c) => {
      const asked = choiceOf(c, "step", STEPS.map(({ step }) => String(step)));
      const now = Date.now() / 1000;
      const to = seconds(instantOf(c, "to", "end")) ?? now;
      const from = seconds(instantOf(c, "from")) ?? to - USUAL_SECONDS;
      const step = Number(asked ?? suitable({ length: to - from, age: now - from }));
      requireSpan({ from, to, step, now });
      const mask = maskFor(c.get("organization").permissions);
      const answer = await asTenant(
        app,
        tenantOf(c),
        (tx) => metricsOf(tx, { from, to, step, now }),
      );
      return c.json(
        {
          ...answer,
          marks: answer.marks.map(({ reason, ...mark }) => ({
            ...mark,
            // A version is nobody's amount, though it may look like one.
            reason: reason === null || mark.event === "DEPLOYMENT" ? reason : mask.text(reason),
          })),
        } satisfies Metrics,
      );
    },
  );

interface Span {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly now: number;
}

/** The series and what explains them; a step that the finer rows no longer reach back for is made of the coarser. */
export async function metricsOf(tx: Tx, span: Span) {
  const { from, to, step, now } = span;
  const begin = Math.floor(from / step) * step;
  const kept = step < KEPT[1].step ? KEPT[0] : KEPT[1];
  // The newest coarse row is as fresh as the fine ones: both are written at once.
  const rows = await readSeries(tx, { step: kept.step, from: begin, to });
  const marks = await readMarks(tx, { from: begin, to });
  const deployments = await readDeployments(tx, { from: begin, to });
  const series = seriesOf(rows, { from: begin, to, step, now });
  return {
    ...series,
    from: new Date(begin * 1000).toISOString(),
    to: new Date(to * 1000).toISOString(),
    totals: totalsOf(series),
    marks: [...marks.map(shown), ...deployments.map(deployed)]
      .sort((one, other) => Date.parse(one.at) - Date.parse(other.at)),
  };
}

const shown = ({ at, event, reason }: Mark) => ({ at: at.toISOString(), event, reason });

const deployed = ({ at, version, previous }: Deployment) => ({
  at: at.toISOString(),
  event: "DEPLOYMENT" as const,
  reason: `${version} after ${previous}`,
});

/** The last two points: the newest, and the one before it, which is complete. */
export async function newestPoints(tx: Tx, at: string): Promise<Series> {
  const newest = Date.parse(at) / 1000;
  const { step } = KEPT[0];
  const span = { from: newest - step, to: newest + step };
  return seriesOf(await readSeries(tx, { step, ...span }), {
    ...span,
    step,
    now: Date.now() / 1000,
  });
}

const seconds = (instant: string | null): number | undefined =>
  instant === null ? undefined : Date.parse(instant) / 1000;

interface Reach {
  /** Seconds that the time is long, and that its beginning is ago. */
  readonly length: number;
  readonly age: number;
}

const suitable = ({ length, age }: Reach): number =>
  STEPS.find(({ step, seconds }) =>
    length <= seconds + 1 && (step >= KEPT[1].step || age <= KEPT[0].seconds)
  )!.step;

function requireSpan({ from, to, step, now }: Span): void {
  if (!(from < to)) throw invalid([{ path: "from", message: "Expected an instant before `to`" }]);
  if (to - from > MOST_SECONDS) {
    throw invalid([{ path: "from", message: "Expected at most 35 days before `to`" }]);
  }
  if (step < KEPT[1].step && now - from > KEPT[0].seconds) {
    throw invalid([{
      path: "step",
      message: `Expected ${KEPT[1].step} or more: closer points are kept for 26 hours`,
    }]);
  }
  if ((to - from) / step > MOST_POINTS) {
    throw invalid([{ path: "step", message: `Expected no more than ${MOST_POINTS} points` }]);
  }
}
