/** The button that sends dead letters again, for who may. */
import { useSignal } from "@preact/signals";
import { call, type Committed, Refusal } from "../api.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { toast } from "../toasts.tsx";

interface RetryProps {
  readonly workplace: Workplace;
  /** Of the modifications; or how they are found out, once they are wanted. */
  readonly ids: ReadonlyArray<string> | (() => Promise<ReadonlyArray<string>>);
  readonly word: string;
  readonly done: () => void;
}

export function Retry({ workplace, ids, word, done }: RetryProps) {
  const busy = useSignal(false);
  const { organizationId, mayManage } = workplace;
  const retry = async () => {
    busy.value = true;
    try {
      const { queuedCount } = await call<Committed>("/api/pems/dead-letters/retry", {
        organizationId,
        ids: typeof ids === "function" ? await ids() : ids,
      });
      toast("good", `${plural(queuedCount, "change")} on the way to PEMS again`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      toast("bad", `Nothing was sent again: ${error.message}`);
    }
    busy.value = false;
    done();
  };
  return (
    <button
      type="button"
      class="plain"
      disabled={busy.value || !mayManage}
      title={mayManage ? undefined : "Needs the permission ManageSettings"}
      onClick={() => void retry()}
    >
      <Icon name="retrying" /> {word}
    </button>
  );
}
