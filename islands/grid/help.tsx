/** The list of keys, opened by `?`. */
import { KeyList, type Keys } from "../records/key_list.tsx";

const KEYS: Keys = [
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
  ["In the header: sort by the column", ["Enter"]],
  ["In the header: filter, group, hide", ["Alt+↓"]],
  ["In the header: narrower, wider", ["Alt+←", "Alt+→"]],
  ["Fold a group in or out", ["Enter"]],
  ["Open the badge", ["Enter"]],
  ["Save & Sync", ["Ctrl+S"]],
  ["Command palette: pages, records, commands", ["Ctrl+K"]],
  ["This list", ["?"]],
];

export const Help = ({ close }: { readonly close: () => void }) => (
  <KeyList keys={KEYS} close={close} />
);
