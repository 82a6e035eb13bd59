/** The keys that work on this page, on pages that have no longer list of their own. */
import { offered } from "../commands.ts";
import { Modal } from "../modal.tsx";

const EVERYWHERE: ReadonlyArray<readonly [what: string, keys: string]> = [
  ["Command palette: pages, records, commands", "Ctrl+K"],
  ["This list", "?"],
  ["Close a dialog or menu", "Esc"],
  ["In a conflict: the next, the previous", "n, p"],
];

export function Shortcuts({ close }: { readonly close: () => void }) {
  const own = offered.value.flatMap(({ label, keys }) => keys ? [[label, keys] as const] : []);
  return (
    <Modal size="small" title="Keyboard shortcuts" close={close}>
      <dl class="modal-body keys">
        {[...own, ...EVERYWHERE].map(([what, keys]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{keys.split(", ").map((key) => [<kbd key={key}>{key}</kbd>, " "])}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
