/** What every screen of records has in its toolbar: undo and redo, how much is on show, and Save & Sync. */
import { count, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import type { Desk } from "./desk.ts";

/** Undo and redo for those who do not press keys. */
export function Steps({ desk }: { readonly desk: Desk }) {
  if (!desk.props.workplace.mayEdit) return null;
  return (
    <div class="steps">
      <button
        type="button"
        class="icon-button"
        aria-label="Undo"
        title="Undo (Ctrl+Z)"
        aria-keyshortcuts="Control+Z"
        disabled={!desk.steps.mayUndo.value}
        onClick={() => desk.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Redo"
        title="Redo (Ctrl+Y)"
        aria-keyshortcuts="Control+Y"
        disabled={!desk.steps.mayRedo.value}
        onClick={() => desk.redo()}
      >
        <Icon name="redo" />
      </button>
    </div>
  );
}

/** Rows stay where they are while they change; taking out those that no longer match is the reader's choice. */
export function Strays({ desk }: { readonly desk: Desk }) {
  const strays = desk.view.strays.value;
  if (strays === 0) return null;
  return (
    <button type="button" class="plain" onClick={() => desk.view.arrange()}>
      Hide {count(strays)} that no longer {strays === 1 ? "matches" : "match"}
    </button>
  );
}

export function Progress({ desk }: { readonly desk: Desk }) {
  const loaded = desk.records.size.value;
  const total = desk.loading.total.value;
  const shown = desk.view.count.value;
  if (desk.loading.state.value === "loading") {
    return (
      <p class="count">
        {total === undefined ? "Loading records…" : `${count(loaded)} of ${count(total)}`}
        <progress max={total ?? 1} value={total === undefined ? undefined : loaded} />
      </p>
    );
  }
  return (
    <p class="count" role="status">
      {shown === loaded ? plural(loaded, "record") : `${count(shown)} of ${count(loaded)} records`}
    </p>
  );
}

interface CommitProps {
  readonly desk: Desk;
  readonly commit: () => void;
}

/** Nothing for who may not sync. */
export function CommitButton({ desk, commit }: CommitProps) {
  if (!desk.props.workplace.maySync) return null;
  const drafts = desk.records.drafts.value;
  return (
    <button
      type="button"
      class="primary"
      disabled={drafts === 0}
      title="Ctrl+S"
      aria-keyshortcuts="Control+S"
      onClick={commit}
    >
      <Icon name="send" />
      Save & Sync
      {drafts > 0 && <span class="number">{count(drafts)}</span>}
    </button>
  );
}
