/** Giving dead letters up: asked once more, with the reason that goes into the audit trail. */
import { useSignal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Modal } from "../modal.tsx";
import { toast } from "../toasts.tsx";
import type { Chosen } from "./groups.ts";

interface DiscardProps {
  readonly workplace: Workplace;
  readonly chosen: Chosen;
  readonly close: () => void;
  readonly done: () => void;
}

export function Discard({ workplace: { organizationId }, chosen, close, done }: DiscardProps) {
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const what = "ids" in chosen ? chosen.name : plural(chosen.count, "change");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason"));
    busy.value = true;
    try {
      if ("ids" in chosen) {
        const { ids } = chosen;
        await call("/api/pems/dead-letters/discard", { organizationId, ids, reason });
        toast("info", `${what} discarded`);
      } else {
        const body = { organizationId, action: "discard", reason, ...chosen };
        await call("/api/pems/dead-letters/plans", body);
        toast("info", `${what} are being discarded`);
      }
      close();
      done();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = `Nothing was discarded. ${error.message}`;
    }
    busy.value = false;
  };
  return (
    <Modal size="small" title="Give up for good?" close={close}>
      <form class="modal-body" onSubmit={(event) => void submit(event)}>
        <p>{what} will never reach PEMS. What waits behind is checked anew and goes on.</p>
        <label class="reason">
          <span>Why?</span>
          <input name="reason" required maxLength={1000} autocomplete="off" />
        </label>
        {problem.value && <p class="problem" role="alert">{problem.value}</p>}
        <button type="submit" class="primary" disabled={busy.value}>Discard</button>
      </form>
    </Modal>
  );
}
