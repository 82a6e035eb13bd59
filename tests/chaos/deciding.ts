/** The people who decide what machines cannot: conflicts and dead letters, until nothing is left of them. */
import { Effect, Schedule } from "effect";
import { insist, type Planner } from "./client.ts";

const PATIENCE = Schedule.spaced("500 millis");

interface Ids {
  readonly id: string;
}

/** Until nothing is queued, on the wire or unknown; what waits behind a decision may remain. */
export const untilAtRest = (planner: Planner) =>
  insist(() =>
    planner.person.get<{ totalQueued: number; processing: number }>(
      `/api/pems/sync-status?organizationId=${planner.organizationId}`,
    )
  ).pipe(
    Effect.map(({ totalQueued, processing }) => totalQueued + processing === 0),
    Effect.repeat(
      PATIENCE.pipe(
        Schedule.setInputType<boolean>(),
        Schedule.while(({ input }) => !input),
      ),
    ),
  );

/** Until the organization's records are mirrored. */
export const untilMirrored = ({ organizationId, person }: Planner, records: number) =>
  insist(() =>
    person.get<{ total: number }>(`/api/pfa-data?organizationId=${organizationId}&limit=1`)
  ).pipe(Effect.repeat(PATIENCE.pipe(
    Schedule.setInputType<{ total: number }>(),
    Schedule.while(({ input }) => input.total < records),
  )));

/** Until so many modifications are in PEMS, over the planners' organizations. */
export const untilSynced = (planners: ReadonlyArray<Planner>, count: number) =>
  Effect.forEach(
    planners,
    ({ organizationId, person }) =>
      insist(() =>
        person.get<{ completed: number }>(`/api/pems/sync-status?organizationId=${organizationId}`)
      ),
  ).pipe(
    Effect.map((all) => all.reduce((sum, { completed }) => sum + completed, 0)),
    Effect.repeat(PATIENCE.pipe(
      Schedule.setInputType<number>(),
      Schedule.while(({ input }) => input < count),
    )),
  );

/** Decides all there is: conflicts one way and the other in turns, dead letters tried again. Returns how many. */
const decide = ({ organizationId, person }: Planner, nth: number) =>
  Effect.gen(function* () {
    const { conflicts } = yield* insist(() =>
      person.get<{ conflicts: ReadonlyArray<Ids> }>(
        `/api/pems/conflicts?organizationId=${organizationId}&status=unresolved&limit=1000`,
      )
    );
    const { deadLetters } = yield* insist(() =>
      person.get<{ deadLetters: ReadonlyArray<Ids> }>(
        `/api/pems/dead-letters?organizationId=${organizationId}&limit=1000`,
      )
    );
    if (conflicts.length > 0) {
      yield* insist(() =>
        person.post("/api/pems/conflicts/resolve", {
          organizationId,
          conflictIds: conflicts.map(({ id }) => id),
          resolution: nth % 2 === 0 ? "use_local" : "use_pems",
        })
      );
    }
    if (deadLetters.length > 0) {
      yield* insist(() =>
        person.post("/api/pems/dead-letters/retry", {
          organizationId,
          ids: deadLetters.map(({ id }) => id),
        })
      );
    }
    return conflicts.length + deadLetters.length;
  });

/** Rests and decides in turns until nothing is left to decide; returns how much was. */
export const decideAll = (planner: Planner) =>
  Effect.gen(function* () {
    let decided = 0;
    for (let nth = 0;; nth++) {
      yield* untilAtRest(planner);
      const now = yield* decide(planner, nth);
      if (now === 0) return decided;
      decided += now;
    }
  });
