/** Around the comparison: what happened, how the choice is judged, and the button that makes it. */
import type { ResolutionName } from "../../domain/resolution.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";
import { type Conflict, STATUS_WORDS, WHY } from "./conflict.ts";
import type { Deciding } from "./deciding.ts";

/** Who changed what when, and why that is a conflict. */
export function Story({ conflict }: { readonly conflict: Conflict }) {
  const { mine, pemsChangedBy, pemsChangedAt, localVersion, pemsVersion } = conflict;
  return (
    <div class="conflict-story">
      <p>{WHY[conflict.kind]}</p>
      <ul class="events">
        {mine.map(({ modificationId, userName, committedAt, changeReason }) => (
          <li key={modificationId}>
            <Icon name="draft" />
            <span>
              <b>{userName}</b> committed the change on version {localVersion},{" "}
              <Moment at={committedAt} />
              {changeReason && <q>{changeReason}</q>}
            </span>
          </li>
        ))}
        <li>
          <Icon name="stale" />
          <span>
            <b>{pemsChangedBy ?? "Somebody"}</b> changed it in PEMS, now version {pemsVersion}
            {pemsChangedAt && (
              <>
                , <Moment at={pemsChangedAt} />
              </>
            )}
          </span>
        </li>
      </ul>
    </div>
  );
}

/** A conflict that needs nobody any more. */
export function Ended({ conflict }: { readonly conflict: Conflict }) {
  const { status, resolvedBy, resolvedAt } = conflict;
  return (
    <p class="ended" role="status">
      <Icon name="check" />
      <span>
        <b>{STATUS_WORDS[status]}.</b>{" "}
        {resolvedBy ? `${resolvedBy} decided it` : "Nobody had to decide"}
        {resolvedAt && (
          <>
            , <Moment at={resolvedAt} />
          </>
        )}.
      </span>
    </p>
  );
}

const MODES: ReadonlyArray<{ readonly mode: ResolutionName; readonly word: string }> = [
  { mode: "use_local", word: "Use mine" },
  { mode: "use_pems", word: "Use PEMS" },
  { mode: "merge", word: "Merge" },
];

const ACTIONS: { readonly [mode in ResolutionName]: string } = {
  use_local: "Send mine",
  use_pems: "Keep PEMS",
  merge: "Send merge",
};

interface VerdictProps {
  readonly deciding: Deciding;
  readonly resolve: () => void;
}

export function Verdict({ deciding, resolve }: VerdictProps) {
  const mode = deciding.mode.value;
  const preview = deciding.preview.value;
  const blocked = deciding.busy.value || preview._tag !== "stands";
  return (
    <footer class="modal-foot">
      <fieldset class="modes">
        <legend class="visually-hidden">How to decide</legend>
        {MODES.map((one) => (
          <label key={one.mode}>
            <input
              type="radio"
              name="mode"
              checked={mode === one.mode}
              disabled={one.mode === "merge" && deciding.whyNoMerge !== undefined}
              onChange={() => deciding.setMode(one.mode)}
            />
            <span>{one.word}</span>
          </label>
        ))}
      </fieldset>
      <Judgement deciding={deciding} />
      <button
        type="button"
        class="primary"
        disabled={blocked}
        onClick={resolve}
      >
        {ACTIONS[mode]}
      </button>
    </footer>
  );
}

function Judgement({ deciding }: { readonly deciding: Deciding }) {
  return (
    <div class="judgement" role="status">
      <Words deciding={deciding} />
    </div>
  );
}

function Words({ deciding }: { readonly deciding: Deciding }) {
  const preview = deciding.preview.value;
  const { remembered, whyNoMerge, disputed, decided, mode } = deciding;
  switch (preview._tag) {
    case "none":
      return (
        <p>
          {mode.value === "merge" && `${decided.value} of ${disputed.length} decided. `}
          {remembered && "Your earlier choices for this record are kept; PEMS has moved since."}
        </p>
      );
    case "asking":
      return <p class="muted">Checking the rules…</p>;
    case "stands": {
      const changes = Object.keys(preview.changes).length;
      return (
        <p class="good">
          <Icon name="check" />
          {mode.value === "merge" && `${decided.value} of ${disputed.length} decided. `}
          {changes === 0
            ? "Nothing is sent: PEMS stays as it is."
            : `Every rule holds. ${plural(changes, "field")} will change in PEMS.`}
          {whyNoMerge && ` ${whyNoMerge}`}
          {remembered && " Your earlier choices are kept; PEMS has moved since."}
        </p>
      );
    }
    case "refused": {
      const { errors, message } = preview.refusal;
      const texts = errors.length > 0 ? errors.map((error) => error.message) : [message];
      return (
        <ul class="bad">
          {texts.map((text) => (
            <li key={text}>
              <Icon name="alert" />
              {text}
            </li>
          ))}
        </ul>
      );
    }
  }
}
