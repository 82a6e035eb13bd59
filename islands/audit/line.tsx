/** One entry: who did what and when, how sure that is, what it changed, and everything else that was recorded. */
import type { ComponentChildren } from "preact";
import type { FieldMeta, Workplace } from "../field.ts";
import { written } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { plainValue, type Value } from "../record.ts";
import { Ago } from "./ago.tsx";
import { type Entry, EVENTS, iconOf, markOf, subjectOf, type Verdict } from "./entry.ts";
import { factsOf } from "./facts.ts";

interface EntryLineProps {
  readonly entry: Entry;
  readonly verdict: Verdict;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
}

export function EntryLine({ entry, verdict, workplace, fields }: EntryLineProps) {
  const { pfaId, at, eventType, summary } = entry;
  const mark = markOf(entry, verdict);
  const look = EVENTS[eventType];
  const icon = iconOf(entry);
  return (
    <li class={`trail-entry of-${mark.state}`}>
      <span
        class={`trail-icon of-${icon === look.icon ? eventType.toLowerCase() : "trouble"}`}
        title={look.name}
      >
        <Icon name={icon} />
      </span>
      <div class="trail-main">
        <p class="trail-said">
          <b>{subjectOf(entry)}</b> {summary}
          {pfaId && (
            <>
              {" "}· <RecordLink pfaId={pfaId} workplace={workplace} />
            </>
          )}
        </p>
        <Difference entry={entry} fields={fields} />
        <details class="trail-more">
          <summary>
            Details<span class="visually-hidden">
              of entry {entry.id}: {EVENTS[eventType].name}
            </span>
          </summary>
          <Details entry={entry} workplace={workplace} mark={mark.words} />
        </details>
      </div>
      <p class="trail-when">
        <Ago at={at} />
        <span class={`seal seal-${mark.state}`} title={mark.words}>
          <Icon name={mark.icon} /> {mark.word}
        </span>
      </p>
    </li>
  );
}

const RecordLink = ({ pfaId, workplace }: {
  readonly pfaId: string;
  readonly workplace: Workplace;
}) => (
  <a
    href={`?org=${encodeURIComponent(workplace.organizationCode)}&record=${
      encodeURIComponent(pfaId)
    }`}
    data-dialog
    title={`History of ${pfaId}`}
  >
    {pfaId}
  </a>
);

/** A field whose amount the reader may not see is told without it. */
function Difference({ entry, fields }: Pick<EntryLineProps, "entry" | "fields">) {
  if (entry.changes.length === 0) return null;
  return (
    <dl class="differences">
      {entry.changes.map(({ field: name, from, to, masked }) => {
        const field = fields.find((one) => one.name === name);
        const text = (value: unknown) =>
          masked || field === undefined
            ? "hidden"
            : written(field.kind, plainValue(value as Value)) || "nothing";
        return (
          <div key={name}>
            <dt>{field?.label ?? "An amount you may not see"}</dt>
            <dd>
              <del>{text(from)}</del> <ins>{text(to)}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** More characters than stand beside another fact. */
const LONG = 60;

interface DetailsProps {
  readonly entry: Entry;
  readonly workplace: Workplace;
  readonly mark: string;
}

function Details({ entry, workplace, mark }: DetailsProps) {
  const { id, at, eventType, pfaId, userId, jobId, writeId, modificationId } = entry;
  const org = encodeURIComponent(workplace.organizationCode);
  const all = (name: string, value: string) =>
    `/audit?org=${org}&${name}=${encodeURIComponent(value)}`;
  return (
    <>
      <dl class="facts">
        <Fact name="When">
          <Moment at={at} />
        </Fact>
        <Fact name="Event">{EVENTS[eventType].name}, entry {id}</Fact>
        <Fact name="Chain" long>{mark}</Fact>
        {factsOf(entry).map(([name, text]) => (
          <Fact key={name} name={name} long={text.length > LONG}>{text}</Fact>
        ))}
      </dl>
      <ul class="trail-links">
        {writeId && (
          <li>
            <a href={all("correlationId", writeId)}>Everything of this write</a>
          </li>
        )}
        {modificationId && (
          <li>
            <a href={all("correlationId", modificationId)}>Everything of this change</a>
          </li>
        )}
        {jobId && (
          <li>
            <a href={all("correlationId", jobId)}>Everything of this job</a>
          </li>
        )}
        {jobId && (
          <li>
            <a href={`/history?org=${org}&job=${jobId}`}>The job in Sync History</a>
          </li>
        )}
        {pfaId && (
          <li>
            <a href={all("pfaId", pfaId)}>Everything of {pfaId}</a>
          </li>
        )}
        {userId && (
          <li>
            <a href={all("userId", userId)}>Everything by {entry.userName ?? "this user"}</a>
          </li>
        )}
      </ul>
    </>
  );
}

const Fact = ({ name, long = false, children }: {
  readonly name: string;
  /** Takes a line of its own. */
  readonly long?: boolean;
  readonly children: ComponentChildren;
}) => (
  <div class={long ? "long" : undefined}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
