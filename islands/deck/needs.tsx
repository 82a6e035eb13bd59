/** What needs a person: conflicts, failures and a connection that does not send, each with the way to decide it. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { SyncCounts } from "../../domain/event.ts";
import { call, fetchPage, query, Refusal } from "../api.ts";
import { type ConflictPage, KIND_WORDS } from "../conflicts/conflict.ts";
import type { Workplace } from "../field.ts";
import { plural } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import { followOpen, together } from "../live_list.ts";
import { Moment } from "../moment.tsx";
import type { RecordPage } from "../record.ts";

/** Of each kind; the rest is a link away. */
const SHOWN = "4";

export interface Needs {
  readonly conflicts: ConflictPage["conflicts"];
  readonly failed: RecordPage["records"];
}

interface NeedsProps {
  readonly workplace: Workplace;
  readonly status: SyncCounts;
  /** As the server read it for the page. */
  readonly atFirst: Needs;
}

/** The requests behind the list, the same for the page's first paint. */
export const needsQueries = (organizationId: string) => ({
  conflicts: { organizationId, status: "unresolved", limit: SHOWN },
  failed: { organizationId, syncStatus: "failed", limit: SHOWN },
});

export function NeedsYou({ workplace, status, atFirst }: NeedsProps) {
  const needs = useSignal(atFirst);
  useEffect(() => {
    const { organizationId } = workplace;
    const refresh = together(() => void read(organizationId, needs));
    const stops = [
      followOpen(organizationId, { type: "SYNC_CONFLICT", count: "conflicts" }, refresh),
      followOpen(organizationId, { type: "SYNC_FAILED", count: "deadLetters" }, refresh),
    ];
    return () => stops.forEach((stop) => stop());
  }, []);
  const org = encodeURIComponent(workplace.organizationCode);
  const stopped = status.health === "paused" || status.health === "down";
  const { conflicts, failed } = needs.value;
  const nothing = conflicts.length === 0 && failed.length === 0 && !stopped;
  return (
    <section class="panel needs" aria-labelledby="needs-title">
      <header>
        <h2 id="needs-title">Needs you</h2>
      </header>
      {nothing && (
        <p class="empty">
          <Icon name="check" /> Nothing waits for a decision of yours.
        </p>
      )}
      <ul class="needs-list">
        {stopped && (
          <Need icon="waiting" tone="waiting">
            <b>PEMS gets nothing just now</b>
            <small>{status.reasons[0]}. Drafts and commits are kept.</small>
          </Need>
        )}
        {conflicts.map(({ id, pfaId, kind, createdAt, pemsChangedBy }) => (
          <Need key={id} icon="conflict" tone="conflict">
            <a href={`/?org=${org}&conflict=${id}`} data-dialog>
              <b>Resolve {pfaId}</b>
            </a>
            <small>
              {KIND_WORDS[kind]}
              {pemsChangedBy && <>, {pemsChangedBy} in PEMS</>}, <Moment at={createdAt} />
            </small>
          </Need>
        ))}
        {failed.map(({ pfaId, sync }) => (
          <Need key={pfaId} icon="failed" tone="failed">
            <a href={failedAt(workplace, pfaId)}>
              <b>Look at {pfaId}</b>
            </a>
            <small>{sync.error ?? "PEMS did not take the change."}</small>
          </Need>
        ))}
      </ul>
      <Rest {...{ workplace, status }} shown={needs.value} />
    </section>
  );
}

/** Where a failure is decided: dead letters for those who manage them, the record's badge for everybody. */
const failedAt = ({ organizationCode, mayManage }: Workplace, pfaId: string) => {
  const org = encodeURIComponent(organizationCode);
  return mayManage ? `/dead-letters?org=${org}` : `/grid?org=${org}&q=${encodeURIComponent(pfaId)}`;
};

interface NeedProps {
  readonly icon: IconName;
  readonly tone: string;
  readonly children: ComponentChildren;
}

const Need = ({ icon, tone, children }: NeedProps) => (
  <li class={`need tone-${tone}`}>
    <Icon name={icon} />
    <div>{children}</div>
  </li>
);

function Rest({ workplace, status, shown }: Omit<NeedsProps, "atFirst"> & { shown: Needs }) {
  const org = encodeURIComponent(workplace.organizationCode);
  const more = status.conflicts - shown.conflicts.length;
  if (more <= 0) return null;
  return (
    <p>
      <a href={`/conflicts?org=${org}`}>
        {plural(more, "more conflict")}
      </a>
    </p>
  );
}

async function read(organizationId: string, needs: Signal<Needs>): Promise<void> {
  const asked = needsQueries(organizationId);
  try {
    const [{ conflicts }, { records }] = await Promise.all([
      call<ConflictPage>(`/api/pems/conflicts?${query(asked.conflicts)}`),
      fetchPage(organizationId, asked.failed),
    ]);
    needs.value = { conflicts, failed: records };
  } catch (error) {
    // Unreachable: what is shown stays until the next message.
    if (!(error instanceof Refusal)) throw error;
  }
}
