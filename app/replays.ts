/** Routes of replays: plans that send dead letters again, or give them up, step by step. */
import { Schema } from "effect";
import { Hono } from "hono";
import { pendingCalls } from "../db/connections.ts";
import {
  lookAtSelection,
  planReplay,
  type ReplayTurn,
  type Selection,
  turnReplay,
  TURNS,
} from "../db/replays.ts";
import { asTenant, type Sql, type Tx } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { FIRST_STAGES, ON_THE_WAY, type ReplayAction, stagesOf } from "../domain/replay.ts";
import type { AppEnv } from "./env.ts";
import { secondsUntil } from "./estimate.ts";
import type { Guard } from "./guard.ts";
import { manages } from "./jobs.ts";
import { broken, Problem, type ProblemCode, unknown } from "./problem.ts";
import { body, GUARDED, told } from "./shape.ts";
import { PlannedReplay, PlanReplay, ReplayPreview, TurnedReplay } from "./replay_shapes.ts";
import { tenantOf } from "./tenant.ts";

const REFUSED: ReadonlyArray<ProblemCode> = [...GUARDED, "moved_on", "rule", "too_many"];
/** So many records are named before the start. */
const NAMED = 10;
/** A step waits for the sweep of a worker, and for its answers. */
const STEP_SECONDS = 2;

export const replays = (app: Sql, guard: Guard, { writeSync }: Config) =>
  new Hono<AppEnv>()
    .post(
      "/dead-letters/plans",
      told("Sync", "Send a group of dead letters again, or give it up, step by step", {
        200: Schema.Union([PlannedReplay, ReplayPreview]),
      }, REFUSED),
      guard.allow("body", "ManageSettings"),
      body(PlanReplay),
      async (c) => {
        const asked = c.req.valid("json");
        const tenant = tenantOf(c);
        const { action } = asked;
        const selection = selectionOf(asked);
        if (asked.preview === true) {
          return c.json(
            await asTenant(app, tenant, (tx) =>
              preview(tx, { ...tenant, action, selection, writeSync })),
          );
        }
        const reason = asked.reason?.trim() || null;
        if (action === "discard" && reason === null) {
          throw broken([{ path: "reason", message: "Say why these changes are given up" }]);
        }
        const planned = await asTenant(app, tenant, async (tx) => {
          const { count, planned } = await lookAtSelection(tx, selection, 0);
          requireAsShown(count, asked.count ?? selection.ids?.length ?? count);
          if (count === 0) {
            throw nothing();
          }
          if (planned > 0) {
            throw taken(planned);
          }
          return await planReplay(tx, tenant, { action, selection, reason, stages: FIRST_STAGES });
        }).catch((cause) => {
          // Somebody else's plan was faster.
          throw cause?.code === "23505" ? taken(undefined) : cause;
        });
        return c.json({ success: true as const, ...planned });
      },
    )
    .post(
      "/sync-jobs/:id/:turn{pause|resume|abort}",
      told("Sync", "Pause, resume or abort a replay; what is on the way goes on", {
        200: TurnedReplay,
      }, [...GUARDED, "unknown", "moved_on", "too_many"]),
      manages(app, guard),
      async (c) => {
        const { id: jobId } = c.req.param();
        const turn = c.req.param("turn") as ReplayTurn;
        const state = await asTenant(
          app,
          tenantOf(c),
          (tx) =>
            turnReplay(tx, tenantOf(c), { jobId, turn }),
        );
        if (state === undefined) {
          throw unknown(`Job ${jobId} is no replay in steps`);
        }
        const { to, from } = TURNS[turn];
        if ((from as ReadonlyArray<string>).includes(state)) {
          return c.json({ success: true as const, jobId, state: to });
        }
        throw new Problem("moved_on", `Cannot ${turn} the replay: it is ${state}`);
      },
    );

/** Throws 400 for both or neither, 422 for no ids. */
function selectionOf({ group, ids }: typeof PlanReplay.Type): Selection {
  if ((group == null) === (ids == null)) {
    throw new Problem("invalid", "Name a group of dead letters, or their ids", [
      { path: "group", message: "Name a group of dead letters, or their ids" },
    ]);
  }
  if (group != null) return { group };
  const named = [...new Set(ids!.map((id) => id.toLowerCase()))];
  if (named.length === 0) throw nothing();
  return { ids: named };
}

const nothing = () => broken([{ path: "group", message: "There is no such dead letter" }]);

const taken = (planned: number | undefined) =>
  new Problem(
    "moved_on",
    `${planned ?? "Some"} of these are in a replay that goes on: follow it, or abort it first`,
  );

function requireAsShown(count: number, shown: number): void {
  if (count === shown) return;
  throw new Problem(
    "moved_on",
    `There are ${count} such dead letters now, you saw ${shown}: look again`,
  );
}

interface Planned {
  readonly organizationId: string;
  readonly action: ReplayAction;
  readonly selection: Selection;
  readonly writeSync: boolean;
}

/** What would happen; nothing is changed. */
async function preview(
  tx: Tx,
  { organizationId, action, selection, writeSync }: Planned,
): Promise<typeof ReplayPreview.Type> {
  const selected = await lookAtSelection(tx, selection, NAMED);
  const stages = stagesOf(selected.count, action);
  const seconds = action === "discard"
    ? 0
    : secondsUntil(await pendingCalls(tx, organizationId), selected.count, writeSync);
  return {
    preview: true,
    ...selected,
    stages,
    atOnce: ON_THE_WAY,
    estimatedSeconds: seconds === null ? null : seconds + stages.length * STEP_SECONDS,
  };
}
