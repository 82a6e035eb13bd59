/** A world of its own: time that only moves when asked, chance that repeats, and a way to know that all is quiet. */
import { Clock, type Context, Duration, Effect, Exit, Scope } from "effect";
import { TestClock } from "effect/testing";
import { dice } from "../../pems/dice.ts";

/** The first moment of every world. */
const BEGIN = Date.UTC(2030, 0, 1);
/** Turns of the event loop without any sign of life after which nothing more comes of itself. */
const QUIET_TURNS = 4;

const real = {
  Date,
  dateNow: Date.now,
  performanceNow: performance.now,
  random: Math.random,
  randomUUID: crypto.randomUUID,
  setTimeout: globalThis.setTimeout,
};

/** A clock that stops for good with the program that runs on it. */
export interface Watch {
  readonly clock: Context.Service.Shape<typeof Clock.Clock>;
  stop(): void;
}

export interface World {
  /** Ms since the world began. */
  readonly now: () => number;
  /** A source of chance of its own for each purpose, so that one that is asked more often leaves the others alone. */
  readonly chance: (purpose: number) => () => number;
  readonly watch: () => Watch;
  readonly sleep: (ms: number) => Promise<void>;
  /** Tells that something happens: the world is not quiet yet. */
  readonly stir: () => void;
  /** Lets everything happen that needs no time, then moves to the next moment at which somebody wakes, at most `until`. */
  readonly step: (until: number) => Promise<void>;
  /** Lets everything happen that needs no time. */
  readonly quiet: () => Promise<void>;
}

/**
 * Runs the work in a world of the seed. PGlite runs in this process and takes its time from the same functions, so
 * that `now()` and `clock_timestamp()` tell the world's time as well.
 */
export async function inWorld<A>(seed: number, work: (world: World) => Promise<A>): Promise<A> {
  const scope = Effect.runSync(Scope.make());
  const clock = await Effect.runPromise(Scope.provide(TestClock.make(), scope));
  await Effect.runPromise(clock.setTime(BEGIN));
  replace(clock, dice(seed));
  try {
    return await work(makeWorld(clock, seed));
  } finally {
    restore();
    await Effect.runPromise(Scope.close(scope, Exit.void));
  }
}

function makeWorld(clock: TestClock.TestClock, seed: number): World {
  /** Moments at which somebody wakes; some may have been woken otherwise since. */
  const wakings = new Set<number>();
  let stirs = 0;
  const now = () => clock.currentTimeMillisUnsafe();
  const sleepOn = (alive: () => boolean) => (duration: Duration.Duration) =>
    Effect.suspend(() => {
      stirs += 1;
      // Timers count whole milliseconds.
      const ms = Math.max(Math.ceil(Duration.toMillis(duration)), 0);
      if (!alive() || !Number.isFinite(ms)) return Effect.never;
      if (ms === 0) return Effect.yieldNow;
      wakings.add(now() + ms);
      return Effect.andThen(
        clock.sleep(Duration.millis(ms)),
        Effect.suspend(() => alive() ? Effect.sync(() => void (stirs += 1)) : Effect.never),
      );
    });
  const quiet = async () => {
    for (let turns = 0, seen = stirs; turns < QUIET_TURNS; turns += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (stirs !== seen) turns = -1;
      seen = stirs;
    }
  };
  return {
    now: () => now() - BEGIN,
    chance: (purpose) => dice(seed * 31 + purpose),
    watch: () => {
      let alive = true;
      const sleep = sleepOn(() => alive);
      return { clock: { ...clock, sleep }, stop: () => void (alive = false) };
    },
    sleep: (ms) => Effect.runPromise(sleepOn(() => true)(Duration.millis(ms))),
    stir: () => void (stirs += 1),
    quiet,
    step: async (until) => {
      await quiet();
      let next = until + BEGIN;
      for (const waking of wakings) {
        if (waking <= now()) wakings.delete(waking);
        else if (waking < next) next = waking;
      }
      await Effect.runPromise(clock.setTime(next));
      await quiet();
    },
  };
}

function replace(clock: TestClock.TestClock, random: () => number): void {
  const now = () => clock.currentTimeMillisUnsafe();
  globalThis.Date = class extends real.Date {
    constructor(...given: unknown[]) {
      // deno-lint-ignore no-explicit-any
      super(...(given.length === 0 ? [now()] : given) as [any]);
    }
    static override now = now;
  } as DateConstructor;
  performance.now = now;
  Math.random = random;
  // postgres.js connects from a timer of no time: a turn of the event loop, and no real millisecond.
  globalThis.setTimeout =
    ((act: () => void, ms = 0, ...rest: []) =>
      ms > 0 ? real.setTimeout(act, ms, ...rest) : setImmediate(act, ...rest)) as typeof setTimeout;
  crypto.randomUUID = () => {
    const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5") as ReturnType<
      typeof crypto.randomUUID
    >;
  };
}

function restore(): void {
  globalThis.Date = real.Date;
  performance.now = real.performanceNow;
  Math.random = real.random;
  crypto.randomUUID = real.randomUUID;
  globalThis.setTimeout = real.setTimeout;
}
