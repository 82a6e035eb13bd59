/** Pausing an organization's writes, or letting them go on, with the reason that goes into the audit trail. */
import { call } from "../api.ts";
import { formValues, useAttempt } from "../attempt.ts";
import { Modal } from "../modal.tsx";
import { toast } from "../toasts.tsx";
import type { Organization } from "./office.ts";

interface PausingProps {
  readonly organization: Organization;
  readonly close: () => void;
  readonly done: () => void;
}

export function Pausing({ organization, close, done }: PausingProps) {
  const { id, name, pause } = organization;
  const { busy, problem, run } = useAttempt();
  const verb = pause ? "resume" : "pause";
  const submit = async (event: SubmitEvent) => {
    const { reason } = formValues(event);
    if (!await run(() => call(`/api/pems/${verb}`, { organizationId: id, reason }))) return;
    toast("info", pause ? `Writes of ${name} go on` : `Writes of ${name} are paused`);
    close();
    done();
  };
  return (
    <Modal size="small" title={pause ? "Resume?" : "Pause?"} close={close}>
      <form class="modal-body" onSubmit={(event) => void submit(event)}>
        <p>
          {pause
            ? "What waits is sent at once, in the order of its commits."
            : "Nothing more is written to PEMS until somebody resumes. Reading goes on; planners can commit, and see that it waits."}
        </p>
        <label class="labelled">
          <span>Why? Everybody who plans here sees it.</span>
          <input name="reason" required maxLength={1000} autocomplete="off" />
        </label>
        {problem.value && <p class="problem" role="alert">{problem.value}</p>}
        <button type="submit" class="primary" disabled={busy.value}>
          {pause ? "Resume" : "Pause"}
        </button>
      </form>
    </Modal>
  );
}
