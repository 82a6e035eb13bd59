/** The versions a record had, and the way back to one of them: preview, reason, progress. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Refusal } from "../api.ts";
import { close } from "../asked.ts";
import { Icon } from "../icons.tsx";
import { Modal } from "../modal.tsx";
import { Moment } from "../moment.tsx";
import type { DialogProps } from "../shell/dialogs.tsx";
import { fetchVersions, SOURCES, type Version } from "./rollback.ts";
import { Target } from "./target.tsx";

type Known =
  | { readonly _tag: "loading" }
  | { readonly _tag: "failed"; readonly message: string }
  | {
    readonly _tag: "known";
    readonly versions: ReadonlyArray<Version>;
    readonly nextCursor: string | null;
  };

export function Dialog({ id: pfaId, workplace, fields }: DialogProps) {
  const known = useSignal<Known>({ _tag: "loading" });
  const target = useSignal<Version | undefined>(undefined);
  const { organizationId } = workplace;
  const load = async (cursor?: string) => {
    try {
      const before = known.peek();
      const { versions, nextCursor } = await fetchVersions({ organizationId, pfaId }, cursor);
      const earlier = cursor && before._tag === "known" ? before.versions : [];
      known.value = { _tag: "known", versions: [...earlier, ...versions], nextCursor };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      known.value = { _tag: "failed", message: error.message };
    }
  };
  useEffect(() => void load(), [pfaId]);
  const now = known.value;
  return (
    <Modal size="wide" title={`History of ${pfaId}`} close={close}>
      {now._tag === "loading" && <p class="modal-wait" role="status">Loading the versions…</p>}
      {now._tag === "failed" && <p class="problem" role="alert">{now.message}</p>}
      {now._tag === "known" && (
        <div class="modal-body versions">
          <fieldset>
            <legend>Versions, newest first</legend>
            {now.versions.map((version, at) => (
              <label key={version.version} class="version">
                <input
                  type="radio"
                  name="version"
                  disabled={at === 0}
                  checked={target.value?.version === version.version}
                  onChange={() => target.value = version}
                />
                <span>
                  <b>{version.version}</b>
                  {at === 0 && <span class="tag">now</span>}
                  <span class="muted">
                    {version.changedBy ?? "Nobody known"} {SOURCES[version.source]},{" "}
                    <Moment at={version.at} />
                  </span>
                  {version.changeReason && <q>{version.changeReason}</q>}
                </span>
              </label>
            ))}
            {now.nextCursor && (
              <button
                type="button"
                class="plain more"
                onClick={() => void load(now.nextCursor!)}
              >
                Older versions
              </button>
            )}
          </fieldset>
          {target.value === undefined ? <Hint alone={now.versions.length < 2} /> : (
            <Target
              key={target.value.version}
              {...{ pfaId, workplace, fields }}
              version={target.value}
              present={now.versions[0]!}
            />
          )}
        </div>
      )}
    </Modal>
  );
}

const Hint = ({ alone }: { readonly alone: boolean }) => (
  <p class="nothing">
    <Icon name="info" />
    {alone
      ? "This record has had no other version since it is known here."
      : "Choose a version to see what going back to it would change."}
  </p>
);
