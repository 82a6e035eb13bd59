/** The story of one write: committed, each attempt, what came of it, and what happens next. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { SyncState } from "../../domain/status.ts";
import { call, query, Refusal } from "../api.ts";
import { explanation } from "../badge.tsx";
import { localTime, plural } from "../format.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { PfaView } from "../record.ts";
import { type Attempt, attemptWords, type Item, type Job } from "./job.ts";
import { askPlace, isInLine, watchPlace } from "./place.ts";

interface StoryProps {
  readonly organizationId: string;
  readonly pfaId: string;
  readonly sync: SyncState;
}

type Told = { readonly item: Item } | { readonly problem: string } | undefined;

export function Story({ organizationId, pfaId, sync }: StoryProps) {
  const told = useSignal<Told>(undefined);
  const { jobId, modificationId, status } = sync;
  const placed = useSignal<SyncState | undefined>(undefined);
  useEffect(() => {
    placed.value = undefined;
    if (!isInLine(sync) || modificationId === undefined) return;
    let current = true;
    const stop = watchPlace(() =>
      void askPlace(organizationId, pfaId, sync).then((answer) => {
        if (current) placed.value = answer;
      })
    );
    return () => {
      current = false;
      stop();
    };
  }, [pfaId, modificationId, status]);
  useEffect(() => {
    if (modificationId === undefined || status === "draft") return;
    let current = true;
    void read({ organizationId, pfaId, sync }).then((answer) => {
      if (current) told.value = answer;
    });
    return () => current = false;
  }, [jobId, modificationId, status, sync.attempt]);
  const now = told.value;
  return (
    <ol class="story" aria-label="Time line">
      {now && "item" in now && <Past item={now.item} />}
      {now && "problem" in now && <li class="wrong">{now.problem}</li>}
      <Step icon={status} now>{explanation(placed.value ?? sync)}</Step>
    </ol>
  );
}

/** Live news of a record leaves its job out: the record itself names it. */
async function jobOf({ organizationId, pfaId, sync }: StoryProps): Promise<string | undefined> {
  if (sync.jobId !== undefined) return sync.jobId;
  const path = `/api/pfa-data/${encodeURIComponent(pfaId)}?${query({ organizationId })}`;
  const known = (await call<PfaView>(path)).sync;
  return known.modificationId === sync.modificationId ? known.jobId : undefined;
}

async function read(about: StoryProps): Promise<Told> {
  const { modificationId } = about.sync;
  try {
    const jobId = await jobOf(about);
    if (jobId === undefined) return undefined;
    const { items } = await call<Job>(`/api/pems/sync-jobs/${jobId}?${query({ modificationId })}`);
    const [item] = items;
    return item && { item };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: `Its story could not be loaded. ${error.message}` };
  }
}

/** After an outage there may be dozens; Sync History has them all. */
const LISTED = 4;

function Past({ item }: { readonly item: Item }) {
  const { committedAt, userName, changeReason, attempts } = item;
  return (
    <>
      {committedAt && (
        <Step icon="draft" at={committedAt}>
          {userName} committed it
          {changeReason && <q>{changeReason}</q>}
        </Step>
      )}
      {attempts.length > LISTED && (
        <Step icon="retrying">{plural(attempts.length - LISTED, "earlier attempt")}</Step>
      )}
      {attempts.slice(-LISTED).map((attempt) => (
        <Step key={attempt.sentAt} icon={iconOf(attempt)} at={attempt.sentAt}>
          {`Attempt ${attempt.nth}: ${attemptWords(attempt)}`}
        </Step>
      ))}
    </>
  );
}

export const iconOf = ({ status, outcome }: Attempt): IconName =>
  status === null
    ? "unknown"
    : outcome === "Synced"
    ? "send"
    : status === 409
    ? "conflict"
    : "alert";

interface StepProps {
  readonly icon: IconName;
  readonly at?: string;
  /** The state it is in. */
  readonly now?: boolean;
  readonly children: ComponentChildren;
}

const Step = ({ icon, at, now = false, children }: StepProps) => (
  <li class={now ? "now" : undefined} aria-current={now ? "step" : undefined}>
    <Icon name={icon} spin={icon === "syncing"} />
    <span>
      {children}
      {at && <time dateTime={at}>{localTime(at)}</time>}
    </span>
  </li>
);
