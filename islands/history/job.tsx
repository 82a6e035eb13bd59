/** One job: its items with the attempts of each, latest first; what failed goes again, what is done goes back. */
import { useSignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { type Item, type Job, kindWords } from "../details/job.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { More } from "../filters.tsx";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { Moment } from "../moment.tsx";
import { ReplayProgress } from "../letters/progress.tsx";
import { Retry } from "../letters/retry.tsx";
import { ItemLine } from "./item.tsx";
import { followJobs } from "./following.ts";
import { JobBadge, JobProgress } from "./line.tsx";
import { RollBackJob } from "./undo.tsx";

interface JobViewProps {
  readonly id: string;
  readonly workplace: Workplace;
  readonly fields: ReadonlyArray<FieldMeta>;
  readonly loaded: Loaded<Job>;
}

export function JobView({ id, workplace, fields, loaded }: JobViewProps) {
  const [list] = useState(() =>
    new Listing<Record<never, string>, Job, Item>({
      path: `/api/pems/sync-jobs/${encodeURIComponent(id)}`,
      filter: {},
      nothing: {},
      parameters: () => ({ limit: "100" }),
      loaded,
      rowsOf: ({ items }) => items,
    })
  );
  const undoing = useSignal(false);
  useEffect(() => followJobs(workplace.organizationId, list.refresh), []);
  const job = list.page.value;
  const back = `/history?org=${encodeURIComponent(workplace.organizationCode)}`;
  if (job === undefined) {
    return (
      <div class="page">
        <p class="problem" role="alert">{list.problem.value}</p>
        <a href={back}>All jobs</a>
      </div>
    );
  }
  const dead = list.rows.value.filter(({ status }) => status === "failed");
  const writes = job.kind !== "read_sync" && job.total > 0;
  return (
    <div class="page">
      <header class="page-head">
        <a href={back}>Sync History</a>
        <h1>{kindWords(job)}</h1>
        <JobBadge job={job} />
        {workplace.mayExport && job.total > 0 && job.kind !== "read_sync" && (
          <a
            class="button plain"
            href={`/api/pems/sync-jobs/${encodeURIComponent(id)}/items.csv`}
            title="Its changes by field, as a file for spreadsheets"
            download=""
          >
            <Icon name="export" /> Export CSV
          </a>
        )}
      </header>
      <section class="panel job-head" aria-label="The job">
        <p>
          {job.userName ?? "By itself"}, <Moment at={job.createdAt} />
          {job.reason && <q>{job.reason}</q>}
        </p>
        {job.replay
          ? (
            <ReplayProgress
              jobId={id}
              {...{ workplace }}
              replay={job.replay}
              total={job.total}
              changed={() => void list.reload()}
            />
          )
          : <JobProgress job={job} />}
        {writes && (
          <div class="job-acts needs-script">
            {dead.length > 0 && (
              <Retry
                workplace={workplace}
                ids={dead.map(({ modificationId }) => modificationId)}
                word={`Retry ${dead.length} failed`}
                done={list.refresh}
              />
            )}
            <button
              type="button"
              class="plain"
              disabled={!workplace.mayManage}
              aria-describedby={workplace.mayManage ? undefined : "no-rollback"}
              onClick={() => undoing.value = true}
            >
              <Icon name="undo" /> Roll back…
            </button>
            {!workplace.mayManage && (
              <span id="no-rollback" class="muted">
                Rolling back needs the permission ManageSettings.
              </span>
            )}
          </div>
        )}
      </section>
      {undoing.value && (
        <RollBackJob
          job={job}
          workplace={workplace}
          fields={fields}
          close={() => undoing.value = false}
        />
      )}
      <section class="panel list" aria-labelledby="items-title">
        <header>
          <h2 id="items-title">Changes</h2>
        </header>
        {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
        {list.rows.value.length === 0 && <p class="nothing">This job changed nothing in PEMS.</p>}
        <ul class="entries">
          {list.rows.value.map((item) => (
            <ItemLine
              key={item.modificationId}
              {...{ item, fields }}
              again={job.kind === "replay"}
            />
          ))}
        </ul>
        <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
      </section>
    </div>
  );
}
