/** What the planners do: many small commits, often on the same records as others. */
import { Effect, Schedule } from "effect";
import type { dice } from "../../pems/dice.ts";
import { insist, type Planner } from "./client.ts";

export interface Workload {
  readonly commits: number;
  /** Edits of each commit. */
  readonly edits: number;
  /** Records of the planner's organization that are edited. */
  readonly pfaIds: ReadonlyArray<string>;
  readonly random: ReturnType<typeof dice>;
}

/** Fields that any text may stand in, so that what is asked of PEMS is valid. */
export const FIELDS = ["equipment", "model", "contract", "description"] as const;

/** Commits one batch after the other; returns the modifications that the product said it had queued. */
export const plan = (planner: Planner, workload: Workload) =>
  Effect.gen(function* () {
    const { username, organizationId, person } = planner;
    const { pfaIds, random } = workload;
    const committed: string[] = [];
    let nth = 0;
    const batch = Effect.gen(function* () {
      const chosen = new Set<string>();
      while (chosen.size < workload.edits) {
        chosen.add(pfaIds[Math.floor(random() * pfaIds.length)]!);
      }
      const drafts = [...chosen].map((pfaId) => ({
        pfaId,
        changes: { [FIELDS[Math.floor(random() * FIELDS.length)]!]: `${username} ${++nth}` },
      }));
      const saved = yield* insist(() =>
        person.post<{ drafts: Array<{ modificationId: string }> }>("/api/pfa-data/save-draft", {
          organizationId,
          drafts,
        })
      );
      const modificationIds = saved.drafts.map((draft) => draft.modificationId);
      yield* insist(() =>
        person.post("/api/pfa-data/commit-drafts", { organizationId, modificationIds })
      );
      committed.push(...modificationIds);
    });
    yield* Effect.repeat(
      batch,
      Schedule.spaced("1 second").pipe(Schedule.upTo({ times: workload.commits - 1 })),
    );
    return committed;
  });
