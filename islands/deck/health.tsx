/** The sync at a glance: what is in PEMS, what is on the way, what needs a person; health in words. */
import type { ComponentChildren } from "preact";
import type { SyncCounts } from "../../domain/event.ts";
import type { Health } from "../../domain/status.ts";
import type { Workplace } from "../field.ts";
import { count, duration, forecast, plural } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Moment } from "../moment.tsx";

interface HealthProps {
  readonly status: SyncCounts;
  readonly workplace: Workplace;
}

const WORDS: { readonly [health in Health]: { readonly word: string; readonly icon: IconName } } = {
  healthy: { word: "Healthy", icon: "check" },
  degraded: { word: "Degraded", icon: "alert" },
  paused: { word: "Paused", icon: "waiting" },
  down: { word: "Down", icon: "failed" },
};

export function SyncHealth({ status, workplace }: HealthProps) {
  const { word, icon } = WORDS[status.health];
  return (
    <section class="panel sync" aria-labelledby="sync-title">
      <header>
        <h2 id="sync-title">Sync with PEMS</h2>
        <span class={`health health-${status.health}`} role="status">
          <Icon name={icon} />
          {word}
        </span>
      </header>
      <Counters status={status} workplace={workplace} />
      <Sentence status={status} />
    </section>
  );
}

function Counters({ status, workplace }: HealthProps) {
  const onTheWay = status.totalQueued + status.processing;
  const needsYou = status.conflicts + status.deadLetters;
  return (
    <dl class="counters">
      <Counter name="In PEMS" icon="synced" tone="synced" value={status.completed}>
        changes confirmed
      </Counter>
      <Counter name="On the way" icon="syncing" tone="syncing" value={onTheWay}>
        {onTheWay === 0 ? "nothing is waiting" : `${forecast(onTheWay)} left`}
      </Counter>
      <Counter
        name="Needs you"
        icon="conflict"
        tone={needsYou ? "conflict" : "clean"}
        value={needsYou}
      >
        {needsYou === 0
          ? "no conflict, no failure"
          : <Attention status={status} workplace={workplace} />}
      </Counter>
    </dl>
  );
}

/** Each of them leads to where it is decided. */
function Attention({ status, workplace }: HealthProps) {
  const { conflicts, deadLetters, waiting } = status;
  const org = encodeURIComponent(workplace.organizationCode);
  const failed = workplace.mayManage
    ? `/dead-letters?org=${org}`
    : `/grid?org=${org}&status=failed`;
  const links = [
    conflicts > 0 && { href: `/conflicts?org=${org}`, text: plural(conflicts, "conflict") },
    deadLetters > 0 && { href: failed, text: `${count(deadLetters)} failed` },
    waiting > 0 &&
    { href: `/grid?org=${org}&status=waiting`, text: `${count(waiting)} waiting behind` },
  ].filter((link) => link !== false);
  return (
    <>
      {links.map(({ href, text }, at) => (
        <span key={href}>
          {at > 0 && ", "}
          <a href={href}>{text}</a>
        </span>
      ))}
    </>
  );
}

interface CounterProps {
  readonly name: string;
  readonly icon: IconName;
  readonly tone: string;
  readonly value: number;
  readonly children: ComponentChildren;
}

function Counter({ name, icon, tone, value, children }: CounterProps) {
  return (
    <div class={`counter tone-${tone}`}>
      <dt>
        <Icon name={icon} />
        {name}
      </dt>
      <dd>
        <b>{count(value)}</b>
        <small>{children}</small>
      </dd>
    </div>
  );
}

function Sentence({ status }: { readonly status: SyncCounts }) {
  const { reasons, avgSyncTime, lastSyncAt } = status;
  return (
    <div class="sync-words">
      {reasons.length > 0 && <ul>{reasons.map((reason) => <li key={reason}>{reason}</li>)}</ul>}
      <p class="muted">
        {avgSyncTime !== null && `${duration(avgSyncTime)} from commit to confirmed. `}
        {lastSyncAt === null ? "Nothing has been synced yet." : (
          <>
            Last sync <Moment at={lastSyncAt} />.
          </>
        )}
      </p>
    </div>
  );
}
