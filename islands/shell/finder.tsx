/** The command palette: one field that finds commands, pages, organizations and records, by keyboard alone. */
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Refusal } from "../api.ts";
import { Icon } from "../icons.tsx";
import {
  entriesHere,
  type Entry,
  findRecords,
  matching,
  noteUse,
  recentOf,
  type Surroundings,
} from "./palette.ts";
import type { Person } from "./shell.tsx";

interface PaletteProps {
  readonly surroundings: Surroundings;
  readonly user: Person;
  readonly close: () => void;
}

/** Typing asks the server once, when it pauses. */
const PAUSE_MS = 200;

export function Palette({ surroundings, user, close }: PaletteProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const search = useSignal("");
  const at = useSignal(0);
  const records = useSignal<ReadonlyArray<Entry>>([]);
  const problem = useSignal("");
  const { workplace } = surroundings;
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current!.showModal();
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  const asked = search.value.trim();
  useEffect(() => {
    records.value = [];
    problem.value = "";
    if (asked.length < 2 || workplace === undefined) return;
    let late = false;
    const pause = setTimeout(() => {
      findRecords(asked, workplace).then((found) => {
        if (!late) records.value = found;
      }, (error) => {
        if (!(error instanceof Refusal)) throw error;
        if (!late) problem.value = error.message;
      });
    }, PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(pause);
    };
  }, [asked]);
  const recent = recentOf(user.username);
  const entries = [...matching(entriesHere(surroundings), asked, recent), ...records.value];
  const chosen = Math.min(at.value, entries.length - 1);
  const use = (entry: Entry) => {
    noteUse(user.username, entry.id);
    close();
    if (entry.href !== undefined) location.assign(entry.href);
    // Once the palette is gone: what it opens wants the focus.
    else if (entry.run) setTimeout(entry.run);
  };
  const press = (event: KeyboardEvent) => {
    const last = entries.length - 1;
    const to = {
      ArrowDown: chosen === last ? 0 : chosen + 1,
      ArrowUp: chosen <= 0 ? last : chosen - 1,
      PageDown: Math.min(last, chosen + 8),
      PageUp: Math.max(0, chosen - 8),
    }[event.key];
    if (to !== undefined) at.value = to;
    else if (event.key === "Enter" && !event.isComposing && entries[chosen]) use(entries[chosen]);
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    dialog.current!.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Command palette"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div class="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label="Find commands, pages and records"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-autocomplete="list"
          aria-activedescendant={chosen < 0 ? undefined : `palette-${chosen}`}
          placeholder="Type a command, a page, or words of a record"
          autocomplete="off"
          spellcheck={false}
          value={search.value}
          onInput={(event) => {
            search.value = event.currentTarget.value;
            at.value = 0;
          }}
          onKeyDown={press}
        />
      </div>
      <ul id="palette-list" role="listbox" aria-label="Found">
        {entries.map((entry, nth) => (
          <li
            key={entry.id}
            id={`palette-${nth}`}
            role="option"
            aria-selected={nth === chosen}
            onClick={() => use(entry)}
          >
            <Icon name={entry.icon} />
            <span class="cut">{entry.label}</span>
            {entry.keys && <kbd>{entry.keys}</kbd>}
            <small>{entry.kind}</small>
          </li>
        ))}
      </ul>
      <p class="palette-foot muted" role="status">
        {problem.value || (entries.length === 0
          ? "Nothing found."
          : `${entries.length} found: ↑ ↓ to choose, Enter to go`)}
      </p>
    </dialog>
  );
}
