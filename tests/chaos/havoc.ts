/** What goes wrong meanwhile, by the names of the open benchmark of Postgres queues where it has one. */
import { Effect, Schedule } from "effect";
import postgres from "postgres";
import { wireRecord } from "../../domain/pfa.ts";
import type { dice } from "../../pems/dice.ts";
import type { Faults } from "../../pems/faults.ts";
import { type Installation, WORKERS } from "./installation.ts";
import { FIELDS } from "./planners.ts";

type Random = ReturnType<typeof dice>;

/** PEMS as it is on a bad day. */
export const FAULTS: Partial<Faults> = {
  latencyMs: 5,
  jitterMs: 40,
  errorRate: 3,
  appliedRate: 50,
  unavailableRate: 3,
  dropRequests: 3,
  loseResponses: 3,
  hangRate: 3,
  brokenBodies: 3,
  lateRate: 1,
  lateMs: 5_000,
  tooManyRate: 0.3,
  tooManyBurst: 5,
  scope: "all",
};

/** PEMS on a good one. */
export const CALM: Partial<Faults> = {
  errorRate: 0,
  unavailableRate: 0,
  dropRequests: 0,
  loseResponses: 0,
  hangRate: 0,
  brokenBodies: 0,
  lateRate: 0,
  tooManyRate: 0,
};

const say = (what: string) => Effect.sync(() => console.log(`havoc: ${what}`));
const mayFail = (work: () => Promise<unknown>) => Effect.ignore(Effect.tryPromise(() => work()));

/** repeated_kills: every few seconds a worker, at random. */
export const repeatedKills = (site: Installation, random: Random) =>
  say("repeated_kills").pipe(
    Effect.andThen(mayFail(() => site.killWorker(Math.floor(random() * WORKERS)))),
    Effect.repeat(Schedule.spaced("4 seconds")),
  );

/** pg_backend_kill: some of the product's connections. */
export const backendKills = (site: Installation) =>
  say("pg_backend_kill").pipe(
    Effect.andThen(mayFail(() =>
      alone(site, (sql) =>
        sql`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'vanguard' order by random() limit 4`)
    )),
    Effect.repeat(Schedule.spaced("7 seconds")),
  );

/** postgres_restart: in good order, connections are cut. */
export const postgresRestart = (site: Installation) =>
  say("postgres_restart").pipe(
    Effect.andThen(Effect.promise(() => site.postgres.restart("SIGINT"))),
  );

/** pool_exhaustion: hardly a connection is left until the other effect is done. */
export const poolExhaustion = <A, E>(site: Installation, until: Effect.Effect<A, E>) =>
  say("pool_exhaustion").pipe(
    Effect.andThen(Effect.acquireUseRelease(
      Effect.sync(() => postgres(site.postgres.url, { max: 280, onnotice: () => {} })),
      // Asked at once, each opens a connection of its own, and keeps it.
      (sql) =>
        mayFail(() => Promise.allSettled(Array.from({ length: 280 }, () => sql`select`))).pipe(
          Effect.andThen(until),
        ),
      (sql) => Effect.promise(() => sql.end({ timeout: 0 })),
    )),
  );

/** held_snapshot: somebody forgot a transaction; for as long as its fiber lives, or Postgres. */
export const heldSnapshot = (site: Installation) =>
  say("held_snapshot").pipe(
    Effect.andThen(Effect.acquireUseRelease(
      Effect.sync(() => postgres(site.postgres.url, { max: 1, onnotice: () => {} })),
      (sql) =>
        mayFail(() =>
          sql.unsafe(
            "begin isolation level repeatable read; select count(*) from pfa_modification",
          )
        ).pipe(Effect.andThen(Effect.never)),
      (sql) => Effect.promise(() => sql.end({ timeout: 0 })),
    )),
  );

/** PEMS is away until the product has known so for a minute: that is what is promised to be survived. */
export const outage = (site: Installation) =>
  say("outage begins").pipe(
    Effect.andThen(Effect.promise(() => setFaults(site, { outage: "dropped" }))),
    Effect.andThen(untilKnownFor(site, "60 seconds")),
    Effect.andThen(Effect.promise(() => setFaults(site, { outage: "none" }))),
    Effect.andThen(say("outage ends")),
  );

/** Until the circuit of PEMS has been open so long, by the database's clock; what cannot be asked is asked again. */
const untilKnownFor = (site: Installation, time: string) =>
  Effect.tryPromise(() =>
    alone(site, (sql) =>
      sql`
        select from pems_connection
        where circuit <> 'closed' and circuit_since < clock_timestamp() - ${time}::text::interval`)
  ).pipe(
    Effect.map((rows) => rows.length > 0),
    Effect.catch(() => Effect.succeed(false)),
    Effect.repeat(
      Schedule.spaced("500 millis").pipe(
        Schedule.setInputType<boolean>(),
        Schedule.while(({ input }) => !input),
      ),
    ),
  );

export interface Foreign {
  readonly organizationCode: string;
  readonly pfaIds: ReadonlyArray<string>;
}

/** Somebody works in PEMS itself, mostly on other fields than the planners. */
export const foreignEdits = (
  site: Installation,
  places: ReadonlyArray<Foreign>,
  random: Random,
) => {
  let nth = 0;
  const edit = Effect.promise(async () => {
    const { organizationCode, pfaIds } = places[Math.floor(random() * places.length)]!;
    const field = random() < 0.8 ? "areaSilo" : FIELDS[Math.floor(random() * FIELDS.length)]!;
    await control(site, "edit", {
      organizationCode,
      pfaId: pfaIds[Math.floor(random() * pfaIds.length)],
      changes: wireRecord({ [field]: `PEMS ${++nth}` }),
      modifiedBy: "erp@pems.example",
    });
  });
  return Effect.repeat(edit, Schedule.spaced("200 millis"));
};

export const setFaults = (site: Installation, faults: Partial<Faults>) =>
  control(site, "faults", faults);

async function control(site: Installation, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${site.pems}/sandbox/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`The sandbox refuses: ${text}`);
}

async function alone<A>(
  site: Installation,
  work: (sql: postgres.Sql) => Promise<A>,
): Promise<A> {
  const sql = postgres(site.postgres.url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
