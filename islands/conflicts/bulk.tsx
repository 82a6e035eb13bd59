/** One decision for many conflicts: asked once more before it is made, all of them or none. */
import { useSignal } from "@preact/signals";
import { call, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { toast } from "../toasts.tsx";
import type { Conflict } from "./conflict.ts";

interface BulkProps {
  readonly workplace: Workplace;
  readonly selected: ReadonlyArray<Conflict>;
  readonly done: () => void;
}

type Resolution = "use_local" | "use_pems";

const WORDS: { readonly [resolution in Resolution]: readonly [string, string] } = {
  use_local: ["Use mine", "sends our values over what PEMS has in"],
  use_pems: ["Use PEMS", "drops our values where they differ in"],
};

export function Bulk({ workplace, selected, done }: BulkProps) {
  const asking = useSignal<Resolution | undefined>(undefined);
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const ask = (resolution: Resolution | undefined) => {
    problem.value = undefined;
    asking.value = resolution;
  };
  const resolve = async (resolution: Resolution) => {
    busy.value = true;
    try {
      const { resolvedCount } = await call<{ resolvedCount: number }>(
        "/api/pems/conflicts/resolve",
        {
          organizationId: workplace.organizationId,
          conflictIds: selected.map(({ id }) => id),
          resolution,
        },
      );
      toast("good", `${plural(resolvedCount, "conflict")} resolved: ${WORDS[resolution][0]}`);
      done();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problem.value = `None was resolved. ${error.message}`;
    }
    busy.value = false;
  };
  const now = asking.value;
  return (
    <div class="bulk" role="group" aria-label="For the selected">
      {now === undefined
        ? (
          <>
            <b>{plural(selected.length, "conflict")} selected</b>
            <button type="button" class="plain" onClick={() => ask("use_local")}>Use mine</button>
            <button type="button" class="plain" onClick={() => ask("use_pems")}>Use PEMS</button>
          </>
        )
        : (
          <>
            <span role="alert">
              <b>{WORDS[now][0]}</b> {WORDS[now][1]} {plural(selected.length, "record")}.
            </span>
            <button
              type="button"
              class="primary"
              disabled={busy.value}
              ref={(button) => button?.focus()}
              onClick={() => void resolve(now)}
            >
              Do it
            </button>
            <button type="button" class="plain" onClick={() => ask(undefined)}>Cancel</button>
          </>
        )}
      {problem.value && <p class="wrong" role="alert">{problem.value}</p>}
    </div>
  );
}
