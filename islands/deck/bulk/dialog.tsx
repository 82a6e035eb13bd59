/** The dialog of a bulk change: records, change, preview, and one button that saves it all as drafts. */
import { useEffect, useState } from "preact/hooks";
import type { DeckData } from "../../../app/pages/deck.tsx";
import { discardDrafts, Refusal } from "../../api.ts";
import type { FieldMeta, Workplace } from "../../field.ts";
import { plural } from "../../format.ts";
import { inWords } from "../../records/wording.ts";
import { Icon } from "../../icons.tsx";
import { Modal } from "../../modal.tsx";
import { toast } from "../../toasts.tsx";
import { OperationForm } from "./form.tsx";
import { PARAMETER } from "./filter.ts";
import { Plan } from "./plan.ts";
import { Preview } from "./preview.tsx";
import { Records } from "./records.tsx";

export interface BulkProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly choices: DeckData["choices"] & { readonly category: ReadonlyArray<string> };
  /** The drafts are saved, or discarded again: the review is out of date. */
  readonly changed: () => void;
  readonly close: () => void;
}

export function Bulk({ workplace, fields, choices, changed, close }: BulkProps) {
  const [plan] = useState(() => new Plan(workplace, fields, location.search));
  useEffect(markAddress, []);
  const saving = plan.busy.value === "saving";
  const save = async () => {
    try {
      const { drafts } = await plan.save();
      const fresh = drafts.filter(({ merged }) => !merged).flatMap(({ modificationId }) =>
        modificationId ?? []
      );
      toast("good", `${plural(drafts.length, "draft")} saved. Review them, then Save & Sync.`, {
        label: "Undo",
        run: () => void undo(workplace, fresh, changed),
      });
      changed();
      close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Nothing was saved: what is there now is previewed anew.
      plan.ask();
      toast("bad", `Nothing was saved. ${inWords(error.message, fields)}`);
    }
  };
  const report = plan.report.value;
  return (
    <Modal size="wide" title="Bulk change" close={close}>
      <div class="modal-body bulk-body">
        <Records plan={plan} choices={choices} />
        <OperationForm plan={plan} />
        <Preview plan={plan} />
      </div>
      <footer class="modal-foot">
        <p class="muted" role="status">
          {saving
            ? "Saving drafts…"
            : report === undefined
            ? "Nothing is changed before you have seen a preview."
            : `Saves ${plural(report.changed, "draft")}; nothing goes to PEMS yet.`}
        </p>
        <button
          type="button"
          class="primary"
          disabled={saving || !report || report.changed === 0}
          onClick={() => void save()}
        >
          <Icon name="draft" />
          {report ? `Save ${plural(report.changed, "draft")}` : "Save drafts"}
        </button>
      </footer>
    </Modal>
  );
}

/** While the dialog is open the address says so: it can be reloaded, and sent to a colleague. */
function markAddress(): () => void {
  const put = (change: (address: URLSearchParams) => void) => {
    const address = new URL(location.href);
    change(address.searchParams);
    history.replaceState(history.state, "", address);
  };
  put((address) => address.has(PARAMETER) || address.set(PARAMETER, "1"));
  return () =>
    put((address) => {
      for (const name of [...address.keys()]) if (name !== "org") address.delete(name);
    });
}

/** Takes back what this operation made; drafts that were there before keep what it added. */
async function undo(
  { organizationId }: Workplace,
  modificationIds: ReadonlyArray<string>,
  changed: () => void,
): Promise<void> {
  try {
    const { discarded } = await discardDrafts(organizationId, modificationIds);
    toast("info", `${plural(discarded, "draft")} discarded`);
    changed();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast("bad", `The drafts stay: ${error.message}`);
  }
}
