/** One job in a line: what it was, how far it is, what became of its changes. */
import {
  ITEM_BADGES,
  ITEM_WORDS,
  JOB_ICONS,
  JOB_WORDS,
  type JobRow,
  KIND_WORDS,
  kindWords,
} from "../details/job.ts";
import type { Workplace } from "../field.ts";
import { count, duration, plural } from "../format.ts";
import { Icon } from "../icons.tsx";
import { Moment } from "../moment.tsx";

interface JobLineProps {
  readonly job: JobRow;
  readonly workplace: Workplace;
}

export function JobLine({ job, workplace }: JobLineProps) {
  const { id, userName, reason, createdAt } = job;
  const org = encodeURIComponent(workplace.organizationCode);
  return (
    <li class="job">
      <div class="job-what">
        <p class="entry-title">
          <a href={`/history?org=${org}&job=${id}`}>{kindWords(job)}</a>
          <JobBadge job={job} />
        </p>
        <p class="muted entry-when">
          {userName ?? "By itself"}, <Moment at={createdAt} />
          {reason && <q>{reason}</q>}
        </p>
      </div>
      <JobProgress job={job} />
    </li>
  );
}

/** A completed job may hold what needs a person: then it does not look done. */
export function JobBadge({ job: { status, counts } }: { readonly job: JobRow }) {
  const look = counts["failed"] ? "failed" : counts["conflict"] ? "conflict" : JOB_ICONS[status];
  const looks = status === "completed" ? look : JOB_ICONS[status];
  return (
    <span class={`badge badge-${looks}`}>
      <Icon name={looks} spin={status === "running"} />
      <span>{JOB_WORDS[status]}</span>
    </span>
  );
}

export function JobProgress({ job }: { readonly job: JobRow }) {
  const { kind, status, total, durationMs, error, missing, replay } = job;
  const done = doneOf(job);
  const open = status === "queued" || status === "running";
  return (
    <div class="job-progress">
      {open && total > 0 && (
        <progress max={total} value={done} aria-label={`${KIND_WORDS[kind]}: done`} />
      )}
      <p>
        {total > 0 && (open ? `${count(done)} of ${count(total)}` : plural(total, "record"))}
        {replay && !open && `, ${ENDS[replay.state]}`}
        {durationMs !== null && ` in ${took(durationMs)}`}
        {open && total === 0 && "has not begun to count"}
      </p>
      <Counts job={job} />
      {missing !== null && missing > 0 && (
        <p class="wrong">{plural(missing, "record")} of ours PEMS no longer has</p>
      )}
      {error && <p class="wrong">{error}</p>}
    </div>
  );
}

/** How a replay in steps ended. */
const ENDS: { readonly [state in NonNullable<JobRow["replay"]>["state"]]: string } = {
  running: "running",
  paused: "paused",
  stopped: "stopped at the first that failed again",
  aborted: "aborted",
  finished: "all of them dealt with",
};

const took = (ms: number): string => ms < 1000 ? "less than a second" : duration(ms / 1000);

const ENDED = ["synced", "conflict", "failed", "discarded"];

/** The job's own number is folded now and then; the states of its changes are never behind. */
const doneOf = ({ done, counts }: JobRow): number =>
  Math.max(done, ENDED.reduce((sum, status) => sum + (counts[status] ?? 0), 0));

function Counts({ job: { counts } }: { readonly job: JobRow }) {
  const known = Object.keys(ITEM_WORDS).filter((status) => counts[status]);
  if (known.length === 0) return null;
  return (
    <ul class="tally">
      {known.map((status) => (
        <li key={status} class={`of-${status}`}>
          <Icon name={ITEM_BADGES[status]!} />
          {count(counts[status]!)} {ITEM_WORDS[status]}
        </li>
      ))}
    </ul>
  );
}
