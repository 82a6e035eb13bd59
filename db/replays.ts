/** Replay plans as people make them, look at them and steer them. */
import type { ReplayAction, ReplayState, ReplayTally } from "../domain/replay.ts";
import { type AuditEntry, record } from "./audit.ts";
import { openReplay } from "./dead_letters.ts";
import { announce } from "./notices.ts";
import type { Runner, Tenant, Tx } from "./sql.ts";

/** Which dead letters: a whole group, or these. */
export type Selection =
  | { readonly group: string; readonly ids?: undefined }
  | { readonly ids: ReadonlyArray<string>; readonly group?: undefined };

/** What a selection comes to. */
export interface Selected {
  readonly count: number;
  /** Of them, in a plan that has not ended. */
  readonly planned: number;
  /** Records, those that go first before the others. */
  readonly first: ReadonlyArray<string>;
}

const matches = (tx: Tx, { group, ids }: Selection) =>
  group === undefined
    ? tx`m.sync_status = 'failed' and m.id = any(${ids as string[]}::uuid[])`
    : tx`m.sync_status = 'failed' and m.letter_group = ${group}`;

/** @param shown of so many records the names are told */
export async function lookAtSelection(
  tx: Tx,
  selection: Selection,
  shown: number,
): Promise<Selected> {
  const [row] = await tx<[Selected]>`
    select count(*)::int as count,
      count(*) filter (where exists (
        select from replay_item i where i.modification_id = m.id and i.state = 'waiting'))::int
        as planned,
      coalesce((
        select array_agg(pfa_id order by committed_nth) from (
          select m.pfa_id, m.committed_nth from pfa_modification m
          where m.organization_id = current_organization() and ${matches(tx, selection)}
          order by m.committed_nth limit ${shown}) f), '{}') as first
    from pfa_modification m
    where m.organization_id = current_organization() and ${matches(tx, selection)}`;
  return row;
}

export interface NewReplay {
  readonly action: ReplayAction;
  readonly selection: Selection;
  readonly reason: string | null;
  readonly stages: ReadonlyArray<number>;
}

/**
 * Writes the plan down; workers carry it out, in the order of commits.
 * @returns the job, and how many letters it is about
 */
export async function planReplay(
  tx: Tx,
  tenant: Tenant,
  { action, selection, reason, stages }: NewReplay,
): Promise<{ readonly jobId: string; readonly count: number }> {
  const { organizationId, userId } = tenant;
  const jobId = await openReplay(tx, tenant, { total: 0, reason });
  await tx`
    insert into replay_plan (job_id, organization_id, user_id, action, stages)
    values (${jobId}, ${organizationId}, ${userId}, ${action}, ${stages as number[]}::int[])`;
  const [row] = await tx<[{ count: number }]>`
    with planned as (
      insert into replay_item (job_id, nth, organization_id, modification_id)
      select ${jobId}, row_number() over (order by m.committed_nth), m.organization_id, m.id
      from pfa_modification m
      where m.organization_id = current_organization() and ${matches(tx, selection)}
      returning 1
    ), counted as (
      select count(*)::int as count from planned
    )
    update sync_job j set total = c.count from counted c where j.id = ${jobId}
    returning c.count`;
  const { count } = row;
  await noteReplay(tx, { ...tenant, jobId, action }, { plan: "started", count, reason, stages });
  return { jobId, count };
}

/** A plan as it stands. */
export interface ReplayRow extends ReplayTally {
  readonly action: ReplayAction;
  readonly state: ReplayState;
  readonly stages: ReadonlyArray<number>;
  readonly stage: number;
  readonly error: string | null;
  readonly changedAt: string;
  readonly endedAt: string | null;
}

/** The plan of the job `j`, as a column; null where it has none. */
export const replayColumn = (tx: Tx) =>
  tx`
    (select to_jsonb(t) || jsonb_build_object('action', p.action, 'state', p.state,
        'stages', p.stages, 'stage', p.stage, 'error', p.error, 'changedAt', p.changed_at,
        'endedAt', p.ended_at)
      from replay_plan p cross join lateral replay_tally(p) t where p.job_id = j.id)`;

/** What a person tells a plan to do, and in which states it does. */
export const TURNS = {
  pause: { to: "paused", from: ["running"] },
  resume: { to: "running", from: ["paused"] },
  abort: { to: "aborted", from: ["running", "paused"] },
} as const satisfies {
  readonly [turn: string]: { readonly to: ReplayState; readonly from: ReadonlyArray<ReplayState> };
};
export type ReplayTurn = keyof typeof TURNS;

/**
 * Pauses, resumes or aborts; what is on the way goes on, what was not released stays a dead letter.
 * @returns the state it was found in; undefined: the job has no plan
 */
export async function turnReplay(
  tx: Tx,
  tenant: Tenant,
  { jobId, turn }: { readonly jobId: string; readonly turn: ReplayTurn },
): Promise<ReplayState | undefined> {
  const [plan] = await tx<Array<{ state: ReplayState; action: ReplayAction }>>`
    select state, action from replay_plan
    where job_id = ${jobId} and organization_id = current_organization()
    for update`;
  const { to, from } = TURNS[turn];
  if (plan === undefined || !(from as ReadonlyArray<ReplayState>).includes(plan.state)) {
    return plan?.state;
  }
  const about = { ...tenant, jobId, action: plan.action };
  if (to === "aborted") await endReplay(tx, about, { state: to, error: null });
  else {
    await tx`update replay_plan set state = ${to}, changed_at = now() where job_id = ${jobId}`;
    await noteReplay(tx, about, { plan: to });
  }
  return plan.state;
}

interface About extends Tenant {
  readonly jobId: string;
  readonly action: ReplayAction;
}

/** The plan ends: what was not released stays a dead letter. */
export async function endReplay(
  tx: Tx,
  about: About,
  { state, error }: { readonly state: ReplayState; readonly error: string | null },
): Promise<void> {
  const { jobId } = about;
  await tx`
    update replay_plan set state = ${state}, error = ${error}, changed_at = now(), ended_at = now()
    where job_id = ${jobId}`;
  const left = await tx`
    update replay_item set state = 'left' where job_id = ${jobId} and state = 'waiting'`;
  await noteReplay(tx, about, { plan: state, left: left.count, ...(error && { error }) });
}

/** A step of the plan, in the trail and to the live sockets. */
export async function noteReplay(
  tx: Runner,
  { organizationId, userId, jobId, action }: About,
  details: NonNullable<AuditEntry["details"]>,
): Promise<void> {
  const eventType = action === "retry" ? "REPLAY" as const : "DISCARD" as const;
  await record(tx, [{ eventType, organizationId, userId, jobId, details }]);
  await announce(tx, [{ type: "HEALTH", organizationId, at: new Date().toISOString() }]);
}
