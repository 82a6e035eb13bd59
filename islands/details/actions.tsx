/** What can be done about a record's newest change: by its state, and by what the user may. */
import type { ComponentChildren } from "preact";
import type { SyncState } from "../../domain/status.ts";
import { call, type Committed, Refusal, serverNow } from "../api.ts";
import type { Workplace } from "../field.ts";
import { duration } from "../format.ts";
import { Icon } from "../icons.tsx";
import { toast } from "../toasts.tsx";

interface ActionsProps {
  readonly pfaId: string;
  readonly sync: SyncState;
  readonly workplace: Workplace;
  readonly close: () => void;
  /** Of an own draft: what only the page it is on can do. */
  readonly children?: ComponentChildren;
}

export function Actions({ pfaId, sync, workplace, close, children }: ActionsProps) {
  const { status, modificationId, conflictId } = sync;
  const { maySync, mayManage } = workplace;
  const act = (work: () => Promise<void>) => () => {
    close();
    void work();
  };
  const stuck = status === "retrying" || status === "unknown";
  return (
    <>
      <footer>
        {children}
        {conflictId && (
          <a class="button primary" href={`?conflict=${conflictId}`} data-dialog onClick={close}>
            <Icon name="conflict" /> {maySync ? "Resolve" : "Look at the conflict"}
          </a>
        )}
        {stuck && modificationId && maySync && (
          <button
            type="button"
            class="plain"
            onClick={act(() => syncNow(workplace, modificationId))}
          >
            <Icon name="send" /> Sync now
          </button>
        )}
        {status === "failed" && modificationId && (
          <button
            type="button"
            class="plain"
            disabled={!mayManage}
            aria-describedby={mayManage ? undefined : "why-not"}
            onClick={act(() => retry(workplace, pfaId, modificationId))}
          >
            <Icon name="retrying" /> Retry
          </button>
        )}
        {status === "failed" && mayManage && (
          <a
            class="button plain"
            href={`/dead-letters?org=${encodeURIComponent(workplace.organizationCode)}`}
          >
            <Icon name="letters" /> Dead letters
          </a>
        )}
        <a
          class="button plain"
          href={`?record=${encodeURIComponent(pfaId)}`}
          data-dialog
          onClick={close}
        >
          <Icon name="history" /> History
        </a>
      </footer>
      {status === "failed" && !mayManage && (
        <p id="why-not" class="muted why-not">
          Retrying needs the permission ManageSettings. Or edit the record again: your new values
          replace the failed ones.
        </p>
      )}
    </>
  );
}

async function syncNow(
  { organizationId }: Workplace,
  modificationId: string,
): Promise<void> {
  await telling("It stays as it is", async () => {
    const { estimatedCompletionTime } = await call<Committed>("/api/pems/write-sync", {
      organizationId,
      modificationIds: [modificationId],
    });
    const left = estimatedCompletionTime &&
      duration((Date.parse(estimatedCompletionTime) - serverNow()) / 1000);
    toast("info", left ? `Its next try is now, about ${left}` : "Nothing is sent to PEMS for now");
  });
}

async function retry(
  { organizationId }: Workplace,
  pfaId: string,
  modificationId: string,
): Promise<void> {
  await telling("It stays failed", async () => {
    await call("/api/pems/dead-letters/retry", { organizationId, ids: [modificationId] });
    toast("good", `The change of ${pfaId} goes to PEMS again`);
  });
}

async function telling(failed: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    toast("bad", `${failed}: ${error.message}`);
  }
}
