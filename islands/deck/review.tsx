/** The review of one's own drafts: what was saved together stands together, and one button sends them all. */
import { useSignal } from "@preact/signals";
import type { Review as ReviewData } from "../../app/review_shapes.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { duration, plural, written } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { plainValue, type Value } from "../record.ts";
import type { Reviewing } from "./reviewing.ts";

type Group = ReviewData["groups"][number];

interface ReviewProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly reviewing: Reviewing;
}

export function Review(props: ReviewProps) {
  const { workplace, reviewing } = props;
  const { total, seconds, groups } = reviewing.review.value;
  const sending = total > 0 && workplace.maySync;
  return (
    <section class="panel drafts" aria-labelledby="drafts-title">
      <header>
        <h2 id="drafts-title">Your drafts</h2>
        {sending && (
          <button
            type="button"
            class="primary"
            disabled={reviewing.busy.value}
            aria-keyshortcuts="Control+S"
            title="Ctrl+S"
            onClick={() => void reviewing.send()}
          >
            <Icon name="send" />
            Save & Sync
          </button>
        )}
      </header>
      {total === 0 ? <Empty workplace={workplace} /> : (
        <>
          <p class="muted" role="status">{plural(total, "record")}, {expected(seconds)}</p>
          {sending && (
            <label class="labelled reason">
              <span>Reason for change (optional, goes to PEMS)</span>
              <input
                maxLength={1000}
                value={reviewing.reason.value}
                onInput={(event) => reviewing.reason.value = event.currentTarget.value}
              />
            </label>
          )}
          {groups.map((group) => (
            <DraftGroup key={group.savedAt ?? "single"} group={group} {...props} />
          ))}
          {groups.length > 1 && <All {...props} total={total} />}
        </>
      )}
    </section>
  );
}

const expected = (seconds: number | null): string =>
  seconds === null
    ? "to be sent once PEMS takes changes again"
    : `about ${duration(seconds)} to PEMS`;

function Empty({ workplace }: { readonly workplace: Workplace }) {
  const grid = `/grid?org=${encodeURIComponent(workplace.organizationCode)}`;
  return (
    <p class="empty">
      {workplace.mayEdit
        ? (
          <>
            Nothing to review. Edit records in <a href={grid}>GridLab</a>{" "}
            or change many at once here; your drafts wait until you send them.
          </>
        )
        : "You can read these records; drafts need the permission SaveDraft."}
    </p>
  );
}

/** Discarding many is asked once more: there is no way back. */
function Discard({ label, run }: { readonly label: string; readonly run: () => void }) {
  const asking = useSignal(false);
  if (!asking.value) {
    return <button type="button" class="plain" onClick={() => asking.value = true}>{label}</button>;
  }
  return (
    <span class="sure" role="group" aria-label={`${label}?`}>
      <button
        type="button"
        class="plain danger"
        ref={(button) => button?.focus()}
        onClick={() => {
          asking.value = false;
          run();
        }}
      >
        Yes, discard
      </button>
      <button type="button" class="plain" onClick={() => asking.value = false}>Keep</button>
    </span>
  );
}

function All({ reviewing, total }: ReviewProps & { readonly total: number }) {
  const ids = () => reviewing.review.peek().groups.flatMap((group) => group.modificationIds);
  return (
    <p class="draft-all">
      <Discard
        label={`Discard all ${plural(total, "draft")}`}
        run={() => void reviewing.discard(ids(), "Your drafts")}
      />
    </p>
  );
}

interface GroupProps extends ReviewProps {
  readonly group: Group;
}

function DraftGroup({ group, ...props }: GroupProps) {
  const { savedAt, reason, modificationIds, drafts, fields: names } = group;
  const size = modificationIds.length;
  const rows = (
    <ul class="draft-list">
      {drafts.map((draft) => <Draft key={draft.modificationId} draft={draft} {...props} />)}
    </ul>
  );
  const rest = size - drafts.length;
  const more = rest > 0 && (
    <p>
      <a href={`/grid?org=${encodeURIComponent(props.workplace.organizationCode)}&status=draft`}>
        {plural(rest, "more draft")} in GridLab
      </a>
    </p>
  );
  if (savedAt === null) return <>{rows}{more}</>;
  const labels = props.fields.filter(({ name }) => names.includes(name)).map(({ label }) => label);
  return (
    <details class="draft-group" open={size <= 5}>
      <summary>
        <span>
          <b>{plural(size, "record")} changed together</b>{" "}
          <span class="muted">
            <Moment at={savedAt} />: {labels.join(", ")}
            {reason && ` · “${reason}”`}
          </span>
        </span>
      </summary>
      {rows}
      {more}
      <Discard
        label={`Discard these ${size}`}
        run={() => void props.reviewing.discard(modificationIds, "These drafts")}
      />
    </details>
  );
}

interface DraftProps extends ReviewProps {
  readonly draft: Group["drafts"][number];
}

function Draft({ draft, fields, reviewing, workplace }: DraftProps) {
  const text = (field: FieldMeta, value: Value) =>
    written(field.kind, plainValue(value)) || "nothing";
  const grid = `/grid?org=${encodeURIComponent(workplace.organizationCode)}&q=${
    encodeURIComponent(draft.pfaId)
  }`;
  return (
    <li>
      <a href={grid}>{draft.pfaId}</a>
      <dl class="differences">
        {draft.changes.map(({ field: name, from, to }) => {
          const field = fields.find((one) => one.name === name);
          return field && (
            <div key={name}>
              <dt>{field.label}</dt>
              <dd>
                <del>{text(field, from)}</del> <ins>{text(field, to)}</ins>
              </dd>
            </div>
          );
        })}
      </dl>
      <button
        type="button"
        class="icon-button"
        aria-label={`Discard the draft of ${draft.pfaId}`}
        title="Discard this draft"
        onClick={() =>
          void reviewing.discard([draft.modificationId], `The draft of ${draft.pfaId}`)}
      >
        <Icon name="undo" />
      </button>
    </li>
  );
}
