/** The list of keys, opened by `?`. */
import { Window } from "./window.tsx";
import type { GridState } from "./state.ts";

const KEYS: ReadonlyArray<readonly [what: string, keys: ReadonlyArray<string>]> = [
  ["Move", ["↑", "↓", "←", "→"]],
  ["First or last column", ["Home", "End"]],
  ["First or last cell", ["Ctrl+Home", "Ctrl+End"]],
  ["A page up or down", ["PageUp", "PageDown"]],
  ["Select a range", ["Shift+arrows"]],
  ["Select everything", ["Ctrl+A"]],
  ["Edit the cell", ["F2", "Enter"]],
  ["Replace the value", ["type"]],
  ["Finish, and go down or right", ["Enter", "Tab"]],
  ["Cancel; forget the selection", ["Esc"]],
  ["Copy, cut, paste", ["Ctrl+C", "Ctrl+X", "Ctrl+V"]],
  ["Fill down", ["Ctrl+D"]],
  ["Clear", ["Delete"]],
  ["Undo, redo", ["Ctrl+Z", "Ctrl+Y"]],
  ["Sort by the column (in the header)", ["Enter"]],
  ["Open the badge", ["Enter"]],
  ["Save & Sync", ["Ctrl+S"]],
  ["This list", ["?"]],
];

export function Help({ grid }: { readonly grid: GridState }) {
  if (!grid.help.value) return null;
  return (
    <Window title="Keyboard shortcuts" close={() => grid.help.value = false}>
      <dl class="keys">
        {KEYS.map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{keys.map((key) => [<kbd key={key}>{key}</kbd>, " "])}</dd>
          </div>
        ))}
      </dl>
    </Window>
  );
}
