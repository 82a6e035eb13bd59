/** One dead letter: what it wanted, every attempt, and what can be done. */
import { Attempts } from "../details/attempts.tsx";
import type { FieldMeta, Workplace } from "../field.ts";
import { Moment } from "../moment.tsx";
import { Changes } from "../history/changes.tsx";
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
  const { id, pfaId, userName, committedAt, changeReason, attempts } = letter;
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
        <Attempts attempts={attempts} label="Attempts, latest first" />
      </div>
      {!alone && (
        <div class="job-acts needs-script">
          <Retry {...{ workplace, done }} ids={[id]} word={`Retry ${pfaId}`} />
          <button type="button" class="plain danger" onClick={discard}>Discard {pfaId}…</button>
        </div>
      )}
    </li>
  );
}
