/** One item of a job: what it changes, what became of it, and its attempts, latest first. */
import { Attempts } from "../details/attempts.tsx";
import { type Item, ITEM_BADGES, ITEM_WORDS } from "../details/job.ts";
import type { FieldMeta } from "../field.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { Changes } from "./changes.tsx";
import { WaterfallView } from "./waterfall.tsx";

interface ItemLineProps {
  readonly item: Item;
  /** Sent again: how long it lay dead is no part of its way. */
  readonly again: boolean;
  readonly fields: ReadonlyArray<FieldMeta>;
}

export function ItemLine({ item, again, fields }: ItemLineProps) {
  const { pfaId, userName, status, attempts, error, pemsVersion, syncedAt, changeReason } = item;
  const last = attempts.at(-1);
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          <b>{pfaId}</b>
          <span class={`badge badge-${ITEM_BADGES[status] ?? "clean"}`}>
            <Icon name={ITEM_BADGES[status] ?? "clean"} spin={status === "syncing"} />
            <span>{ITEM_WORDS[status] ?? status}</span>
          </span>
          <span class="muted entry-when">
            {userName}
            {pemsVersion !== null && `, PEMS version ${pemsVersion}`}
            {syncedAt && (
              <>
                , <Moment at={syncedAt} />
              </>
            )}
          </span>
        </p>
        <Changes item={item} fields={fields} />
        {changeReason && <q class="muted">{changeReason}</q>}
        {error && <p class="wrong">{error}</p>}
        {last !== undefined && (
          <details class="attempts">
            <summary>
              {attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`}, the last{" "}
              {Math.round(last.latencyMs)} ms
            </summary>
            <WaterfallView item={item} again={again} />
            <Attempts attempts={attempts} />
          </details>
        )}
      </div>
    </li>
  );
}
