/** Dead letters: what PEMS would not take, by reason; sent again step by step, corrected, or given up. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { FieldMeta, Workplace } from "../field.ts";
import { More } from "../filters.tsx";
import { plural } from "../format.ts";
import { followJobs } from "../history/following.ts";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { GroupPanel } from "./group.tsx";
import type { Group, GroupPage, LetterPage } from "./groups.ts";
import { ReplayProgress } from "./progress.tsx";

export interface LettersProps {
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly loaded: Loaded<GroupPage>;
  /** The group that the address asks for, with its letters. */
  readonly open: { readonly group: string; readonly loaded: Loaded<LetterPage> } | undefined;
}

function DeadLetters({ workplace, fields, loaded, open }: LettersProps) {
  const [list] = useState(() =>
    new Listing<Record<never, string>, GroupPage, Group>({
      path: "/api/pems/dead-letters/groups",
      filter: {},
      nothing: {},
      parameters: () => ({ organizationId: workplace.organizationId }),
      loaded,
      rowsOf: ({ groups }) => groups,
    })
  );
  const version = useSignal(0);
  const again = async () => {
    await list.reload();
    version.value++;
  };
  useEffect(() => followJobs(workplace.organizationId, list.refresh), []);
  const { total = 0, replays = [] } = list.page.value ?? {};
  const groups = list.rows.value;
  return (
    <div class="page">
      <header class="page-head">
        <h1>Dead letters</h1>
        <p class="muted">{workplace.organizationName}</p>
      </header>
      <p class="muted" role="status">
        {total === 0
          ? ""
          : `${plural(total, "change")} failed for good. Each holds up what was committed on its ` +
            "record later."}
      </p>
      {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
      {replays.map((replay) => (
        <ReplayPanel
          key={replay.jobId}
          {...{ replay, workplace }}
          changed={() => void again()}
        />
      ))}
      {groups.length === 0 && !list.problem.value && (
        <section class="panel" aria-label="Nothing here">
          <p class="nothing">
            <Icon name="check" />
            Nothing has failed for good. What PEMS refuses or never answers ends up here.
          </p>
        </section>
      )}
      {groups.map((group) => (
        <GroupPanel
          key={group.fingerprint}
          {...{ group, workplace, fields }}
          version={version.value + group.count}
          letters={open?.group === group.fingerprint ? open.loaded : undefined}
          done={() => void again()}
        />
      ))}
      <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
    </div>
  );
}
export { DeadLetters as island };

interface ReplayPanelProps {
  readonly replay: GroupPage["replays"][number];
  readonly workplace: Workplace;
  readonly changed: () => void;
}

function ReplayPanel({ replay, workplace, changed }: ReplayPanelProps) {
  const { jobId, total, userName, reason, createdAt, action } = replay;
  const name = action === "retry" ? "Retry of dead letters" : "Dead letters given up";
  const org = encodeURIComponent(workplace.organizationCode);
  return (
    <section class="panel group" aria-label={name}>
      <h2>
        <a href={`/history?org=${org}&job=${jobId}`}>{name}</a>
      </h2>
      <p class="muted">
        {plural(total, "change")}, {userName ?? "somebody"}, <Moment at={createdAt} />
        {reason && <q>{reason}</q>}
      </p>
      <ReplayProgress {...{ jobId, replay, total, workplace, changed }} />
    </section>
  );
}
