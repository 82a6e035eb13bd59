/** Sync History: every job with its counts, or one of them with its items. */
import { useEffect, useState } from "preact/hooks";
import { query } from "../api.ts";
import { type Job, JOB_WORDS, type JobPage, type JobRow, KIND_WORDS } from "../details/job.ts";
import type { FieldMeta, Workplace } from "../field.ts";
import { DayFilter, Filters, More, SearchFilter, Select } from "../filters.tsx";
import { Icon } from "../icons.tsx";
import { Listing, type Loaded } from "../listing.ts";
import { followJobs } from "./following.ts";
import { ALL_JOBS, type JobFilter, jobQuery } from "./filter.ts";
import { JobView } from "./job.tsx";
import { JobLine } from "./line.tsx";

export type HistoryProps =
  & { readonly workplace: Workplace; readonly fields: ReadonlyArray<FieldMeta> }
  & (
    | { readonly filter: JobFilter; readonly loaded: Loaded<JobPage>; readonly job?: undefined }
    | { readonly job: string; readonly loaded: Loaded<Job> }
  );

const History = (props: HistoryProps) =>
  props.job === undefined ? <JobList {...props} /> : <JobView {...props} id={props.job} />;
export { History as island };

type JobListProps = Extract<HistoryProps, { readonly filter: JobFilter }>;

function JobList({ workplace, filter, loaded }: JobListProps) {
  const [list] = useState(() =>
    new Listing<JobFilter, JobPage, JobRow>({
      path: "/api/pems/sync-jobs",
      filter,
      nothing: ALL_JOBS,
      parameters: (filter) => jobQuery(workplace.organizationId, filter),
      loaded,
      rowsOf: ({ jobs }) => jobs,
    })
  );
  useEffect(() => followJobs(workplace.organizationId, list.refresh), []);
  const rows = list.rows.value;
  return (
    <div class="page">
      <header class="page-head">
        <h1>Sync History</h1>
        <p class="muted">{workplace.organizationName}</p>
        {workplace.mayExport && (
          <a
            class="button plain"
            href={`/api/pems/sync-jobs.csv?${exportQuery(workplace, list.filter.value)}`}
            title="The jobs that match, as a file for spreadsheets"
            download=""
          >
            <Icon name="export" /> Export CSV
          </a>
        )}
      </header>
      <FilterBar workplace={workplace} list={list} />
      <section class="panel list" aria-label="Jobs">
        {list.problem.value && <p class="problem" role="alert">{list.problem.value}</p>}
        {rows.length === 0 && !list.problem.value && (
          <p class="nothing">
            <Icon name="info" />
            {list.filter.value === filter && Object.values(filter).every((value) => !value)
              ? "Nothing has been synced yet. Save & Sync makes the first job."
              : "No job matches these filters."}
          </p>
        )}
        <ul class="jobs" aria-busy={list.busy.value}>
          {rows.map((job) => <JobLine key={job.id} job={job} workplace={workplace} />)}
        </ul>
        <More cursor={list.cursor.value} busy={list.busy.value} more={list.more} />
      </section>
    </div>
  );
}

const exportQuery = ({ organizationId }: Workplace, filter: JobFilter) =>
  query({ organizationId, ...filter });

interface FilterBarProps {
  readonly workplace: Workplace;
  readonly list: Listing<JobFilter, JobPage, JobRow>;
}

function FilterBar({ workplace, list }: FilterBarProps) {
  const { status, kind, from, to, search } = list.filter.value;
  return (
    <Filters workplace={workplace} change={(values) => list.refilter(values)}>
      <SearchFilter
        name="search"
        label="Search"
        value={search}
        placeholder="Reason, person, record"
      />
      <Select
        name="status"
        label="Status"
        value={status}
        options={[["", "Any status"], ...Object.entries(JOB_WORDS)]}
      />
      <Select
        name="kind"
        label="Kind"
        value={kind}
        options={[["", "Any kind"], ...Object.entries(KIND_WORDS)]}
      />
      <DayFilter name="from" label="From" value={from} />
      <DayFilter name="to" label="To" value={to} />
    </Filters>
  );
}
