/** The metrics dashboard: how the sync did and does, over a time that all its plots share. */
import { useEffect, useState } from "preact/hooks";
import type { Metrics } from "../../app/series.ts";
import { OBJECTIVE } from "../../domain/series.ts";
import type { Workplace } from "../field.ts";
import { count, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Loaded } from "../listing.ts";
import { liveOf } from "../live.ts";
import { Moment } from "../moment.tsx";
import { Feed } from "./feed.ts";
import { PanelView } from "./panel.tsx";
import { PANELS } from "./panels.ts";
import { type Chosen, instant, type RangeName, RANGES, reframed } from "./ranges.ts";

export interface MetricsProps {
  readonly workplace: Workplace;
  readonly chosen: Chosen;
  readonly loaded: Loaded<Metrics>;
}

function Dashboard({ workplace, chosen, loaded }: MetricsProps) {
  const [feed] = useState(() => new Feed(workplace.organizationId, chosen, loaded));
  const [awake, wake] = useState(false);
  useEffect(() => {
    wake(true);
    return liveOf(workplace.organizationId).listen(feed.hear);
  }, []);
  const metrics = feed.metrics.value;
  const zoom = (from: number, to: number) => feed.choose({ from, to });
  return (
    <div class="page">
      <header class="page-head">
        <h1>Metrics</h1>
        <p class="muted">{workplace.organizationName}</p>
      </header>
      <Controls feed={feed} workplace={workplace} />
      {feed.problem.value && (
        <p class="problem" role="alert">
          {feed.problem.value}{" "}
          <button type="button" class="link" onClick={() => void feed.read()}>Try again</button>
        </p>
      )}
      {metrics && (
        <>
          <Summary metrics={metrics} workplace={workplace} />
          <div class="metrics" aria-busy={feed.busy.value}>
            {PANELS.map((panel) => (
              <PanelView
                key={panel.id}
                {...{ panel, metrics, zoom }}
                moment={awake ? localMoment : utcMoment}
              />
            ))}
          </div>
          <Marks metrics={metrics} />
        </>
      )}
    </div>
  );
}
export { Dashboard as island };

interface ControlsProps {
  readonly feed: Feed;
  readonly workplace: Workplace;
}

function Controls({ feed, workplace }: ControlsProps) {
  const chosen = feed.chosen.value;
  const org = encodeURIComponent(workplace.organizationCode);
  const metrics = feed.metrics.value;
  const move = (change: { readonly factor?: number; readonly move?: number }) => () => {
    if (metrics === undefined) return;
    const shown = { from: Date.parse(metrics.from) / 1000, to: Date.parse(metrics.to) / 1000 };
    feed.choose(reframed(shown, { ...change, now: Date.now() / 1000 }));
  };
  return (
    <div class="metric-controls">
      <nav class="segments" aria-label="Time">
        {Object.entries(RANGES).map(([name, { label }]) => (
          <a
            key={name}
            href={`/metrics-dashboard?org=${org}&range=${name}`}
            aria-current={chosen.range === name ? "true" : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              feed.choose({ range: name as RangeName });
            }}
          >
            {label}
          </a>
        ))}
      </nav>
      <div class="metric-moves needs-script">
        <button type="button" class="plain" onClick={move({ move: -0.5 })}>Earlier</button>
        <button type="button" class="plain" onClick={move({ move: 0.5 })}>Later</button>
        <button type="button" class="plain" onClick={move({ factor: 0.5 })}>Zoom in</button>
        <button type="button" class="plain" onClick={move({ factor: 2 })}>Zoom out</button>
        {chosen.range === undefined
          ? (
            <a
              class="button plain"
              href={`/history?org=${org}&from=${encodeURIComponent(instant(chosen.from))}&to=${
                encodeURIComponent(instant(chosen.to))
              }`}
            >
              Jobs of this time
            </a>
          )
          : (
            <button
              type="button"
              class="plain"
              aria-pressed={feed.paused.value}
              onClick={() => feed.pause(!feed.paused.peek())}
            >
              {feed.paused.value ? "Go on" : "Pause"}
            </button>
          )}
      </div>
      <p class="muted" role="status">
        {chosen.range === undefined
          ? "A time that stands still"
          : feed.paused.value
          ? "Paused"
          : "Live, every 10 s"}
      </p>
    </div>
  );
}

interface SummaryProps {
  readonly metrics: Metrics;
  readonly workplace: Workplace;
}

/** The objective in words, and how the sync stands just now. */
function Summary({ metrics: { totals }, workplace }: SummaryProps) {
  const { synced, failed, successPercent, budgetLeftPercent } = totals;
  const status = liveOf(workplace.organizationId).status.value;
  return (
    <section class="panel metric-summary" aria-labelledby="metric-summary">
      <h2 id="metric-summary">
        {successPercent === null
          ? "Nothing came to an end in this time"
          : `${Number(successPercent.toFixed(3))} % of ${plural(synced + failed, "change")} synced`}
      </h2>
      {budgetLeftPercent !== null && (
        <p>
          {failed === 0
            ? `None failed; the objective of ${OBJECTIVE} % allows ${allowed(synced)}.`
            : budgetLeftPercent >= 0
            ? `${count(failed)} failed, of ${
              allowed(synced + failed)
            } that the objective of ${OBJECTIVE} % allows: ${
              Math.round(budgetLeftPercent)
            } % of the error budget is left.`
            : `${count(failed)} failed, more than the ${
              allowed(synced + failed)
            } that the objective of ${OBJECTIVE} % allows: the error budget is overspent ${
              Number((1 - budgetLeftPercent / 100).toFixed(1))
            } times.`}
        </p>
      )}
      {status && status.health !== "healthy" && (
        <p class="metric-alert">
          <Icon name="alert" />
          {status.health === "paused" ? "Paused" : status.health === "down" ? "Down" : "Degraded"}:
          {" "}
          {status.reasons.join("; ")}
        </p>
      )}
    </section>
  );
}

/** Failures that the objective allows among so many. */
const allowed = (ended: number): string =>
  Number((ended * (100 - OBJECTIVE) / 100).toFixed(1)).toLocaleString("en-US");

const EVENTS = {
  PAUSE: "Paused",
  RESUME: "Resumed",
  CIRCUIT_OPEN: "PEMS out of reach",
  CIRCUIT_CLOSED: "PEMS back",
  DEPLOYMENT: "Deployed",
} as const;

/** What the dashed lines in the plots stand for. */
function Marks({ metrics: { marks } }: { readonly metrics: Metrics }) {
  if (marks.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="metric-marks">
      <header>
        <h2 id="metric-marks">What happened</h2>
      </header>
      <ul class="metric-marks">
        {marks.toReversed().map(({ at, event, reason }) => (
          <li key={at + event}>
            <Moment at={at} /> <b>{EVENTS[event]}</b>
            {reason && <span class="muted">: {reason}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const utcMoment = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(5, 16).replace("T", " ")} UTC`;

const local = new Intl.DateTimeFormat("en-US", {
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const localMoment = (seconds: number): string => local.format(new Date(seconds * 1000));
