/** Each organization's footing: its connection and circuit, what waits, and how far its trail is chained. */
import { duration } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import {
  CIRCUIT_WORDS,
  HEALTH_ICONS,
  PAUSE_WORDS,
  queueWords,
  type Standing,
  type System,
} from "./standing.ts";

export const Organizations = ({ system }: { readonly system: System }) => (
  <>
    {system.organizations.map((standing) => (
      <Organization key={standing.id} standing={standing} at={system.at} />
    ))}
  </>
);

interface OrganizationProps {
  readonly standing: Standing;
  readonly at: string;
}

function Organization({ standing, at }: OrganizationProps) {
  const { code, name, status, oldestPendingAt, sealedThrough, pause, lanes } = standing;
  const title = `organization-${code}`;
  return (
    <section class="panel" aria-labelledby={title}>
      <header>
        <h2 id={title}>{name}</h2>
        <span class={`standing standing-${status.health}`}>
          <Icon name={HEALTH_ICONS[status.health]} /> {status.health}
        </span>
      </header>
      {status.reasons.length > 0 && (
        <ul class="reasons">{status.reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>
      )}
      <dl class="facts">
        <dt>Connection</dt>
        <dd>
          <Connection standing={standing} />
        </dd>
        {pause && (
          <>
            <dt>Pause</dt>
            <dd>
              {PAUSE_WORDS[pause.by] ?? "Paused"}
              {pause.reason && `: ${pause.reason}`}, since <Moment at={pause.since} />
            </dd>
          </>
        )}
        <dt>Queue</dt>
        <dd>
          {queueWords(standing)}
          <small class="muted">{lanesWords(lanes)}</small>
        </dd>
        <dt>Oldest pending</dt>
        <dd>
          {oldestPendingAt === null ? "nothing is pending" : (
            <>
              <Moment at={oldestPendingAt} />,{" "}
              {duration((Date.parse(at) - Date.parse(oldestPendingAt)) / 1000)} ago
            </>
          )}
        </dd>
        <dt>Audit trail</dt>
        <dd>
          {sealedThrough === null ? "nothing in it yet" : (
            <>
              chained through <Moment at={sealedThrough} />
            </>
          )}
        </dd>
      </dl>
    </section>
  );
}

function Connection({ standing: { connection } }: { readonly standing: Standing }) {
  if (connection === null) return <>No PEMS is set up here</>;
  const { circuit, circuitSince, probeAt, rateLimit, rateNow } = connection;
  return (
    <>
      {CIRCUIT_WORDS[circuit]}
      {circuit !== "closed" && (
        <>
          {" "}since <Moment at={circuitSince} />
          {probeAt && (
            <>
              ; asked next <Moment at={probeAt} />
            </>
          )}
        </>
      )}
      <small class="muted">
        {rateNow < rateLimit
          ? `${rateNow.toFixed(1)} of ${rateLimit} calls a second for now`
          : `${rateLimit} calls a second`}
      </small>
    </>
  );
}

const LANE_WORDS: { readonly [state: string]: string } = {
  ready: "ready",
  delayed: "waiting for the next try",
  leased: "on the wire",
  blocked: "blocked by a decision",
};

const lanesWords = (lanes: Standing["lanes"]): string =>
  Object.keys(LANE_WORDS).filter((state) => lanes[state])
    .map((state) => `${lanes[state]} ${LANE_WORDS[state]}`).join(", ") ||
  "no record has anything pending";
