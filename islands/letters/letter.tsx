/** One dead letter: what it wanted, every attempt, and what can be done. */
import { useSignal } from "@preact/signals";
import { Attempts } from "../details/attempts.tsx";
import type { FieldMeta, Workplace } from "../field.ts";
import { Changes } from "../history/changes.tsx";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { Correct } from "./correct.tsx";
import type { Letter } from "./groups.ts";
import { Retry } from "./retry.tsx";

interface LetterLineProps {
  readonly letter: Letter;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  /** In its group, which has the same buttons. */
  readonly alone: boolean;
  readonly discard: () => void;
  readonly done: () => void;
}

export function LetterLine({ letter, workplace, fields, alone, discard, done }: LetterLineProps) {
  const { id, pfaId, userName, committedAt, changeReason, attempts, operation, error } = letter;
  const correcting = useSignal(false);
  return (
    <li class="entry">
      <div class="entry-main">
        <p class="entry-title">
          <b>{pfaId}</b>
          <span class="muted entry-when">
            {userName}, <Moment at={committedAt} />
          </span>
        </p>
        <Changes item={letter} fields={fields} />
        {changeReason && <q class="muted">{changeReason}</q>}
        {attempts.length === 0 && error && <p class="wrong">{error}</p>}
        <Attempts attempts={attempts} label="Attempts, latest first" />
      </div>
      <div class="job-acts needs-script">
        {!alone && <Retry {...{ workplace, done }} ids={[id]} word={`Retry ${pfaId}`} />}
        {operation === "UPDATE" && workplace.maySync && (
          <button
            type="button"
            class="plain"
            onClick={() => correcting.value = true}
          >
            <Icon name="draft" /> Correct {pfaId}…
          </button>
        )}
        {!alone && (
          <button type="button" class="plain danger" onClick={discard}>Discard {pfaId}…</button>
        )}
      </div>
      {correcting.value && (
        <Correct
          {...{ letter, workplace, fields, done }}
          close={() => correcting.value = false}
        />
      )}
    </li>
  );
}
