/** Carrying replay plans on: one step after another, each in a transaction, by whichever worker comes first. */
import { nextStep, type ReplayPlan, type ReplayStep, type ReplayTally } from "../domain/replay.ts";
import { giveUp, lockLetters, release } from "./dead_letters.ts";
import { notify } from "./notifications.ts";
import { endReplay, noteReplay } from "./replays.ts";
import type { Sql, Tx } from "./sql.ts";

/** Takes every running plan as far as it can go for now. */
export async function advanceReplays(worker: Sql): Promise<void> {
  await keepOutcomes(worker);
  const running = await worker<Array<{ job_id: string }>>`
    select job_id from replay_plan where ended_at is null and state = 'running'`;
  for (const { job_id } of running) {
    while (await worker.begin((tx) => advance(tx, job_id)));
  }
}

/** What came of released letters stays with their plan, whoever decides about them later. */
const keepOutcomes = (worker: Sql) =>
  worker`
    with ended as materialized (
      select i.job_id, i.nth,
        case when m.sync_status in ('synced', 'failed') then m.sync_status else 'aside' end as state
      from replay_item i
      join replay_plan p on p.job_id = i.job_id
      join pfa_modification m on m.id = i.modification_id
      where i.state = 'released' and (m.sync_status in ('synced', 'failed')
        or p.ended_at is not null and m.sync_status in ('conflict', 'discarded'))
      for update of i skip locked
    )
    update replay_item i set state = e.state from ended e
    where i.job_id = e.job_id and i.nth = e.nth`;

interface PlanRow extends ReplayPlan {
  readonly jobId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly reason: string | null;
}

/** One step. Returns whether the next one need not wait. */
async function advance(tx: Tx, jobId: string): Promise<boolean> {
  // Counted after it is locked, by a statement of its own: what another worker has just released is seen.
  const [plan] = await tx<PlanRow[]>`
    select p.job_id as "jobId", p.organization_id as "organizationId", p.user_id as "userId",
      p.action, p.state, p.stages, p.stage, j.reason
    from replay_plan p join sync_job j on j.id = p.job_id
    where p.job_id = ${jobId} and p.state = 'running'
    for update of p skip locked`;
  if (plan === undefined) return false;
  const [tally] = await tx<[ReplayTally]>`
    select t.* from replay_plan p cross join lateral replay_tally(p) t where p.job_id = ${jobId}`;
  const step = nextStep(plan, tally);
  switch (step._tag) {
    case "Wait":
      return false;
    case "Release":
      return await take(tx, plan, step);
    case "Finish":
      await endReplay(tx, plan, { state: "finished", error: null });
      return false;
    case "Stop":
      await stop(tx, plan, tally);
      return false;
  }
}

/** What is sent has yet to be answered. */
const RELEASED = { retry: "released", discard: "discarded" } as const;

type Release = Extract<ReplayStep, { readonly _tag: "Release" }>;

/** The next letters of the plan; those that somebody has decided about meanwhile are passed over. */
async function take(tx: Tx, plan: PlanRow, { stage, count }: Release): Promise<boolean> {
  const { jobId, organizationId, action, reason } = plan;
  const items = await tx<Array<{ id: string }>>`
    select modification_id as id from replay_item where job_id = ${jobId} and state = 'waiting'
    order by nth limit ${count}`;
  const found = await lockLetters(tx, organizationId, items.map(({ id }) => id));
  const letters = found.filter(({ status }) => status === "failed");
  const ids = letters.length === 0
    ? []
    : action === "retry"
    ? await release(tx, plan, { letters, reason, jobId })
    : letters.map(({ id }) => id);
  if (letters.length > 0 && action === "discard") {
    await giveUp(tx, plan, { letters, reason: reason ?? "" });
  }
  await tx`
    with released as (
      update replay_item set state = ${RELEASED[action]}, stage = ${stage}
      where job_id = ${jobId} and state = 'waiting' and modification_id = any(${ids as string[]}::uuid[])
    )
    update replay_item set state = 'overtaken'
    where job_id = ${jobId} and state = 'waiting'
      and modification_id = any(${items.map(({ id }) => id)}::uuid[])
      and modification_id <> all(${ids as string[]}::uuid[])`;
  if (letters.length === 0) return true;
  await tx`
    update replay_plan set stage = ${stage}, changed_at = now() where job_id = ${jobId}`;
  await noteReplay(tx, plan, { plan: "stage", stage, count: ids.length });
  return action === "discard";
}

/** A letter failed again: told to whoever began it, in PEMS's own words. */
async function stop(tx: Tx, plan: PlanRow, { waiting }: ReplayTally): Promise<void> {
  const { jobId, organizationId, userId } = plan;
  const [first] = await tx<[{ pfa_id: string; error: string | null }]>`
    select m.pfa_id, m.sync_error as error
    from replay_item i join pfa_modification m on m.id = i.modification_id
    where i.job_id = ${jobId} and i.stage is not null and m.sync_status = 'failed'
    order by i.nth limit 1`;
  const error = `${first.pfa_id} failed again: ${first.error}`;
  await endReplay(tx, plan, { state: "stopped", error });
  await notify(tx, {
    organizationId,
    userIds: [userId],
    administrators: false,
    kind: "failure",
    title: "The replay of dead letters has stopped",
    body: `${error}. ${waiting} were not sent and are dead letters as before.`,
    pfaId: first.pfa_id,
  });
}
