/** What every screen of records has above and below them: undo and redo, how much is on show, Save & Sync, the status bar. */
import { count, plural } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { Desk } from "./desk.ts";

/** Undo and redo for those who do not press keys. */
export function Steps({ desk }: { readonly desk: Desk }) {
  if (!desk.props.workplace.mayEdit) return null;
  const { mayUndo, mayRedo } = desk.steps;
  return (
    <div class="steps">
      <Step name="Undo" icon="undo" letter="Z" enabled={mayUndo.value} act={() => desk.undo()} />
      <Step name="Redo" icon="redo" letter="Y" enabled={mayRedo.value} act={() => desk.redo()} />
    </div>
  );
}

interface StepProps {
  readonly name: string;
  readonly icon: IconName;
  /** With Ctrl. */
  readonly letter: string;
  readonly enabled: boolean;
  readonly act: () => void;
}

const Step = ({ name, icon, letter, enabled, act }: StepProps) => (
  <button
    type="button"
    class="icon-button"
    aria-label={name}
    title={`${name} (Ctrl+${letter})`}
    aria-keyshortcuts={`Control+${letter}`}
    disabled={!enabled}
    onClick={act}
  >
    <Icon name={icon} />
  </button>
);

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

interface StatusBarProps {
  /** What is selected; undefined: nothing that were worth telling. */
  readonly selected: string | undefined;
  /** What was done last. */
  readonly said: string;
  readonly help: () => void;
}

/** What stands below the records; it is the way to the keys for who does not know of `?`. */
export const StatusBar = ({ selected, said, help }: StatusBarProps) => (
  <footer class="status-bar">
    {selected !== undefined && <p>{selected}</p>}
    <p role="status">{said}</p>
    <button
      type="button"
      class="icon-button"
      aria-label="Keyboard shortcuts"
      title="Keyboard shortcuts (?)"
      onClick={help}
    >
      <Icon name="keyboard" />
    </button>
  </footer>
);
