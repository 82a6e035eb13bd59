/** The list of keys, opened by `?`. */
import { KeyList, type Keys } from "../records/key_list.tsx";

const KEYS: Keys = [
  ["Go up or down", ["↑", "↓"]],
  ["A page up or down", ["PageUp", "PageDown"]],
  ["First or last row", ["Home", "End"]],
  ["Select more", ["Shift+↑", "Shift+↓"]],
  ["Select this one too, or no longer", ["Space"]],
  ["Select everything; forget it", ["Ctrl+A", "Esc"]],
  ["Move by a day", ["Alt+←", "Alt+→"]],
  ["Move by a week", ["Alt+Shift+←", "Alt+Shift+→"]],
  ["Move by a month", ["Alt+PageUp", "Alt+PageDown"]],
  ["Move the end by a day", ["Ctrl+Alt+←", "Ctrl+Alt+→"]],
  ["Move the start by a day", ["Ctrl+Alt+Shift+←", "Ctrl+Alt+Shift+→"]],
  ["Type dates", ["Enter"]],
  ["Open the badge", ["Alt+Enter"]],
  ["Undo, redo", ["Ctrl+Z", "Ctrl+Y"]],
  ["Earlier, later", ["←", "→"]],
  ["Nearer, farther", ["+", "−", "Ctrl+wheel"]],
  ["Today", ["T"]],
  ["The bar of this row", ["B"]],
  ["Everything, or the selected, in sight", ["F"]],
  ["Fold a group in or out", ["←", "→", "Enter"]],
  ["While dragging: whole weeks; cancel", ["Shift", "Esc"]],
  ["Save & Sync", ["Ctrl+S"]],
  ["This list", ["?"]],
];

export const Help = ({ close }: { readonly close: () => void }) => (
  <KeyList keys={KEYS} close={close} />
);
