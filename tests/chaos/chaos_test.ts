/** Everything falls apart at once, for minutes, with real processes on a real Postgres; then the books are compared. */
import { Effect, Fiber } from "effect";
import { generateRecords } from "../../pems/generator.ts";
import { dice } from "../../pems/dice.ts";
import { hire } from "./client.ts";
import { decideAll, untilAtRest, untilMirrored, untilSynced } from "./deciding.ts";
import * as havoc from "./havoc.ts";
import { type Installation, openInstallation, PASSWORD } from "./installation.ts";
import { plan } from "./planners.ts";
import {
  allEnded,
  doctorFindsNothing,
  noFalseConflict,
  nothingUnseenOverwritten,
  oneStory,
  summary,
  trailIsWhole,
  withBooks,
} from "./reckoning.ts";

/** Calls per second: ten times the contract's, so that minutes are enough. */
const RATE = 100;
const SEED = Number(Deno.env.get("CHAOS_SEED") ?? 1);
/** Of each organization. */
const RECORDS = 1_000;
/** Four planners: 5,000 modifications. */
const WORKLOAD = { commits: 50, edits: 25 };

/** Records that may be edited: what PEMS refuses by its own rules is another test's business. */
const open = (code: string) =>
  generateRecords().filter(({ organizationCode, record }) =>
    organizationCode === code && !record.isDiscontinued
  ).slice(0, RECORDS).map(({ pfaId }) => pfaId);

/** The planners at work while everything goes wrong; returns what they committed. */
const ordeal = (site: Installation) =>
  Effect.gen(function* () {
    const planners = yield* Effect.promise(() => hire(site.origin, PASSWORD));
    const places = ["RIO", "PORTARTHUR"].map((organizationCode) => ({
      organizationCode,
      pfaIds: open(organizationCode),
    }));
    const placeOf = (code: string) =>
      places.find(({ organizationCode }) => organizationCode === code)!;
    // One of each organization.
    const eyes = [planners[0]!, planners[2]!];
    for (const planner of planners) {
      const { organizationCode: code } = planner;
      const all = generateRecords().filter(({ organizationCode }) => organizationCode === code);
      yield* untilMirrored(planner, all.length);
    }
    yield* Effect.promise(() => havoc.setFaults(site, havoc.FAULTS));
    yield* Effect.forkChild(havoc.heldSnapshot(site));
    const steady = yield* Effect.forkChild(Effect.all([
      havoc.repeatedKills(site, dice(SEED)),
      havoc.backendKills(site),
      havoc.foreignEdits(site, places, dice(SEED + 1)),
    ], { concurrency: "unbounded", discard: true }));
    const events = yield* Effect.forkChild(Effect.gen(function* () {
      yield* untilSynced(eyes, 250);
      yield* havoc.poolExhaustion(site, untilSynced(eyes, 500));
      yield* untilSynced(eyes, 750);
      yield* havoc.postgresRestart(site);
      yield* untilSynced(eyes, 1_000);
      yield* havoc.outage(site);
    }));
    const committed = yield* Effect.forEach(planners, (planner, nth) =>
      plan(planner, {
        ...WORKLOAD,
        pfaIds: placeOf(planner.organizationCode).pfaIds,
        random: dice(SEED + 10 + nth),
      }), { concurrency: "unbounded" });
    yield* Fiber.join(events);
    console.log("havoc: the killing ends");
    yield* Fiber.interrupt(steady);
    for (const planner of eyes) yield* untilAtRest(planner);
    yield* Effect.promise(() => havoc.setFaults(site, havoc.CALM));
    for (const planner of eyes) yield* decideAll(planner);
    return committed.flat();
  });

Deno.test("repeated_kills, pg_backend_kill, postgres_restart, pool_exhaustion, held_snapshot and an outage of PEMS", async (t) => {
  const site = await openInstallation({ rateLimit: RATE });
  try {
    const committed = await Effect.runPromise(ordeal(site));
    await withBooks(site, async (books) => {
      console.log(await summary(books));
      const check = (name: string, work: () => Promise<void>) => t.step(name, work);
      await check("every modification has ended", () => allEnded(books, committed));
      await check("what is synced is in PEMS exactly once, and told once", () => oneStory(books));
      await check("nothing unseen was overwritten", () => nothingUnseenOverwritten(books));
      await check("no conflict is false", () => noFalseConflict(books));
      await check("the doctor finds nothing", () => doctorFindsNothing(books));
      await check("the audit trail is whole", () => trailIsWhole(books));
    });
  } finally {
    await site.stop();
  }
});
