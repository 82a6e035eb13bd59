/** The plan of a replay, shown before anything happens: how many, which first, in which steps, how long. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { PlannedReplay, ReplayPreview } from "../../app/replay_shapes.ts";
import { call, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { count, duration, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Modal } from "../modal.tsx";
import { toast } from "../toasts.tsx";
import type { Group } from "./groups.ts";

type Preview = typeof ReplayPreview.Type;

interface PlanProps {
  readonly workplace: Workplace;
  readonly group: Group;
  readonly close: () => void;
  readonly done: () => void;
}

export function Plan({ workplace, group, close, done }: PlanProps) {
  const preview = useSignal<Preview | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const ask = async <Answer,>(asked: object): Promise<Answer | undefined> => {
    const { organizationId } = workplace;
    const body = { organizationId, action: "retry", group: group.fingerprint, ...asked };
    try {
      problem.value = undefined;
      return await call<Answer>("/api/pems/dead-letters/plans", body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = error.message;
    }
  };
  const look = async () => preview.value = await ask<Preview>({ preview: true });
  useEffect(() => void look(), []);
  const start = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason"));
    busy.value = true;
    const { count: shown } = preview.value!;
    const planned = await ask<typeof PlannedReplay.Type>({ count: shown, reason });
    busy.value = false;
    if (planned === undefined) return;
    toast("good", `${plural(planned.count, "change")} planned: the canary goes first`);
    close();
    done();
  };
  const plan = preview.value;
  return (
    <Modal size="small" title={`Retry all ${count(group.count)}?`} close={close}>
      <form class="modal-body" onSubmit={(event) => void start(event)}>
        {plan === undefined && problem.value === undefined && (
          <p role="status">Counting what would go…</p>
        )}
        {plan && <Steps plan={plan} />}
        {problem.value && (
          <p class="problem" role="alert">
            Nothing was started. {problem.value}{" "}
            <button type="button" class="plain" onClick={() => void look()}>Look again</button>
          </p>
        )}
        <label class="reason">
          <span>Why now? It goes into the audit trail (optional)</span>
          <input name="reason" maxLength={1000} autocomplete="off" />
        </label>
        <button
          type="submit"
          class="primary"
          disabled={busy.value || plan === undefined || plan.count === 0 || plan.planned > 0}
        >
          Start with the canary
        </button>
      </form>
    </Modal>
  );
}

function Steps({ plan }: { readonly plan: Preview }) {
  const { stages, first, atOnce, estimatedSeconds, planned } = plan;
  const [canary, next, rest] = stages;
  return (
    <>
      {planned > 0 && (
        <p class="problem" role="alert">
          {count(planned)} of these are in a replay that goes on: follow it, or abort it first.
        </p>
      )}
      <ol class="stages">
        {canary !== undefined && (
          <li>
            <Icon name="send" />
            <span>
              <b>{first[0]} as a canary.</b> Nothing follows before PEMS has it.
            </span>
          </li>
        )}
        {next !== undefined && (
          <li>
            <Icon name="send" />
            <span>
              <b>Then {count(next)}:</b> {first.slice(1, 5).join(", ")}
              {next > 4 ? " and others." : "."}
            </span>
          </li>
        )}
        {rest !== undefined && (
          <li>
            <Icon name="send" />
            <span>
              <b>Then the other {count(rest)},</b> at most {atOnce} on the way at once.
            </span>
          </li>
        )}
      </ol>
      <p>
        {estimatedSeconds === null
          ? "Nothing is sent to PEMS for now: it begins once that goes on."
          : `If all goes well, about ${duration(estimatedSeconds)}.`}{" "}
        It stops at the first that fails again, and can be paused or aborted at any time; what was
        not sent stays a dead letter. It goes on when this page is closed.
      </p>
    </>
  );
}
