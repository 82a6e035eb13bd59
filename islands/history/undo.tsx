/** Rolling a job back: what of it can go back and what cannot, why, and the new job that does it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { RolledBackJob } from "../../app/sync_shapes.ts";
import { call, Refusal } from "../api.ts";
import type { Job } from "../details/job.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { plural, written } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { Modal } from "../modal.tsx";
import { plainValue, type Value } from "../record.ts";

type Answer = typeof RolledBackJob.Type;
type Change = Answer["changes"][number];

const OUTCOMES: {
  readonly [outcome in Change["outcome"]]: { readonly word: string; readonly icon: IconName };
} = {
  restored: { word: "will be restored", icon: "undo" },
  cancelled: { word: "not sent yet: will be cancelled", icon: "close" },
  changed_since: { word: "changed since by others: stays", icon: "stale" },
  waits: { word: "still on its way: nobody knows yet", icon: "waiting" },
  conflict: { word: "in conflict: decide that first", icon: "conflict" },
  breaks_rule: { word: "would break a rule: stays", icon: "alert" },
};
const LISTED = 200;

interface RollBackJobProps {
  readonly job: Job;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly close: () => void;
}

export function RollBackJob({ job, workplace, fields, close }: RollBackJobProps) {
  const preview = useSignal<ReadonlyArray<Change> | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const path = `/api/pems/sync-jobs/${job.id}/rollback`;
  const attempt = async (work: () => Promise<void>) => {
    problem.value = undefined;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = error.message;
    }
  };
  useEffect(() =>
    void attempt(async () => {
      preview.value = (await call<Answer>(path, { preview: true })).changes;
    }), []);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason"));
    busy.value = true;
    await attempt(async () => {
      const { jobId } = await call<Answer>(path, { reason });
      const org = encodeURIComponent(workplace.organizationCode);
      // Its progress is that of the new job.
      if (jobId === null) close();
      else location.assign(`/history?org=${org}&job=${jobId}`);
    });
    busy.value = false;
  };
  const changes = preview.value;
  const able =
    changes?.filter(({ outcome }) => outcome === "restored" || outcome === "cancelled") ??
      [];
  return (
    <Modal size="small" title="Roll this job back" close={close}>
      <form class="modal-body" onSubmit={(event) => void submit(event)}>
        {changes === undefined && !problem.value && <p role="status">Looking what can go back…</p>}
        {changes !== undefined && (
          <>
            <p>
              {able.length === 0
                ? "Nothing of it can go back."
                : `${plural(able.length, "value")} of ${
                  plural(new Set(able.map(({ pfaId }) => pfaId)).size, "record")
                } go back, as one new job.`}
            </p>
            <ul class="changes undo">
              {changes.slice(0, LISTED).map((change) => (
                <Undo key={`${change.modificationId}${change.field}`} {...{ change, fields }} />
              ))}
            </ul>
            {changes.length > LISTED && (
              <p class="muted">and {plural(changes.length - LISTED, "more value")}</p>
            )}
          </>
        )}
        {problem.value && <p class="problem" role="alert">{problem.value}</p>}
        {able.length > 0 && (
          <>
            <label class="reason">
              <span>Why?</span>
              <input name="reason" required maxLength={1000} autocomplete="off" />
            </label>
            <button type="submit" class="primary" disabled={busy.value}>
              <Icon name="undo" /> Roll back
            </button>
          </>
        )}
      </form>
    </Modal>
  );
}

function Undo({ change, fields }: {
  readonly change: Change;
  readonly fields: ReadonlyArray<FieldMeta>;
}) {
  const { pfaId, field: name, from, to, outcome } = change;
  const field = fields.find((one) => one.name === name);
  const text = (value: unknown) =>
    field ? written(field.kind, plainValue(value as Value)) || "nothing" : "hidden";
  const { word, icon } = OUTCOMES[outcome];
  return (
    <li>
      <Icon name={icon} />
      <span>
        <b>{pfaId}</b> {field?.label ?? "An amount you may not see"}: <del>{text(from)}</del>{" "}
        <ins>{text(to)}</ins>
        <small>{word}</small>
      </span>
    </li>
  );
}
