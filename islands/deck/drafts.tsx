/** The review of one's own drafts: what each changes, and one button that sends them all. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { DeckData } from "../../app/pages/deck.tsx";
import type { LiveMessage } from "../../domain/event.ts";
import { discardDrafts, fetchPage, Refusal } from "../api.ts";
import { followCommit, saveAndSync } from "../commit.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { forecast, plural, written } from "../format.ts";
import { Icon } from "../icons.tsx";
import { liveOf } from "../live.ts";
import { type PfaView, plainValue, type Value } from "../record.ts";
import { toast } from "../toasts.tsx";

type Draft = DeckData["drafts"][number];

interface DraftsProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly drafts: ReadonlyArray<Draft>;
}

/** More are reviewed in GridLab, which scrolls through any number. */
const LISTED = 100;

/** A snapshot too: drafts may have been saved elsewhere since the server read them for the page. */
const NEWS: ReadonlySet<LiveMessage["type"]> = new Set(["SNAPSHOT", "DRAFT_SAVED", "SYNC_QUEUED"]);

export function Drafts({ workplace, fields, drafts: atFirst }: DraftsProps) {
  const drafts = useSignal(atFirst);
  const busy = useSignal(false);
  useEffect(() => {
    const changed = ({ type }: LiveMessage) => {
      if (NEWS.has(type)) void refresh(workplace, drafts);
    };
    return liveOf(workplace.organizationId).listen(changed);
  }, []);
  const send = async () => {
    busy.value = true;
    await commit(workplace, drafts);
    busy.value = false;
  };
  const all = drafts.value;
  return (
    <section class="panel drafts" aria-labelledby="drafts-title">
      <header>
        <h2 id="drafts-title">Your drafts</h2>
        {all.length > 0 && workplace.maySync && (
          <button
            type="button"
            class="primary"
            disabled={busy.value}
            onClick={() => void send()}
          >
            <Icon name="send" />
            Save & Sync
          </button>
        )}
      </header>
      {all.length === 0 ? <Empty workplace={workplace} /> : (
        <>
          <p class="muted">{plural(all.length, "record")}, {forecast(all.length)} to PEMS</p>
          <ul class="draft-list">
            {all.slice(0, LISTED).map((draft) => (
              <Review key={draft.modificationId} {...{ draft, fields, workplace, drafts }} />
            ))}
          </ul>
          {all.length > LISTED && (
            <p>
              <a href={gridOf(workplace)}>{plural(all.length - LISTED, "more draft")} in GridLab</a>
            </p>
          )}
        </>
      )}
    </section>
  );
}

const gridOf = ({ organizationCode }: Workplace) =>
  `/grid?org=${encodeURIComponent(organizationCode)}&status=draft`;

function Empty({ workplace }: { readonly workplace: Workplace }) {
  const grid = `/grid?org=${encodeURIComponent(workplace.organizationCode)}`;
  return (
    <p class="empty">
      {workplace.mayEdit
        ? (
          <>
            Nothing to review. Edit records in{" "}
            <a href={grid}>GridLab</a>; your drafts wait here until you send them.
          </>
        )
        : "You can read these records; drafts need the permission SaveDraft."}
    </p>
  );
}

interface ReviewProps {
  readonly draft: Draft;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly workplace: Workplace;
  readonly drafts: Signal<ReadonlyArray<Draft>>;
}

function Review({ draft, fields, workplace, drafts }: ReviewProps) {
  const text = (field: FieldMeta, value: Value) =>
    written(field.kind, plainValue(value)) || "nothing";
  return (
    <li>
      <b>{draft.pfaId}</b>
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
        onClick={() => void discard(workplace, drafts, draft)}
      >
        <Icon name="undo" />
      </button>
    </li>
  );
}

async function commit(workplace: Workplace, drafts: ReviewProps["drafts"]): Promise<void> {
  const { organizationId } = workplace;
  const forget = followCommit(
    liveOf(organizationId),
    drafts.value.map(({ modificationId }) => modificationId),
  );
  const committed = await saveAndSync(organizationId);
  if (committed === undefined) return forget();
  await refresh(workplace, drafts);
}

async function discard(
  workplace: Workplace,
  drafts: ReviewProps["drafts"],
  { modificationId, pfaId }: Draft,
): Promise<void> {
  try {
    await discardDrafts(workplace.organizationId, [modificationId]);
    drafts.value = drafts.value.filter((draft) => draft.modificationId !== modificationId);
    toast("info", `The draft of ${pfaId} was discarded`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast("bad", `The draft of ${pfaId} stays: ${error.message}`);
  }
}

async function refresh(workplace: Workplace, drafts: ReviewProps["drafts"]): Promise<void> {
  try {
    const { records } = await fetchPage(workplace.organizationId, { syncStatus: "draft" });
    drafts.value = records.map(draftOf);
  } catch (error) {
    // Unreachable: what is shown stays until the next message.
    if (!(error instanceof Refusal)) throw error;
  }
}

const draftOf = ({ pfaId, sync, data, baseline }: PfaView): Draft => ({
  modificationId: sync.modificationId!,
  pfaId,
  changes: Object.entries(baseline).map(([field, from]) => ({
    field,
    from,
    to: data[field as keyof typeof data] ?? null,
  })),
});
