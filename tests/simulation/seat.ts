/** A place for one worker program: the real one, on the world's clock, until it dies and another takes its place. */
import { Clock, Effect, Layer, References, Scope } from "effect";
import { type WorkerOptions } from "../../worker/desk.ts";
import { work } from "../../worker/work.ts";
import type { Ground, Lines } from "./lines.ts";
import type { Watch, World } from "./world.ts";

export interface Seat {
  readonly start: () => void;
  /** @param after messages to the database from now */
  readonly dieAfter: (after: number, heard: boolean, then: () => void) => void;
  readonly hold: () => void;
  readonly release: () => void;
  /** At once, wherever it stands. */
  readonly kill: () => void;
}

interface Program {
  readonly lines: Lines;
  readonly watch: Watch;
}

/** @param options the worker's, but for its database */
export function makeSeat(
  ground: Ground,
  world: World,
  options: Omit<WorkerOptions, "db">,
): Seat {
  let program: Program | undefined;

  const start = () => {
    const lines = ground.lines(world.stir);
    const watch = world.watch();
    program = { lines, watch };
    const alive = program;
    // Nothing of a dead program reaches PEMS, and nothing reaches it.
    const fetch = async (request: Request) => {
      if (program !== alive) return await new Promise<never>(() => {});
      const answer = await options.fetch!(request).finally(() => program === alive);
      return program === alive ? answer : await new Promise<never>(() => {});
    };
    void Effect.runPromise(
      Layer.buildWithScope(work({ ...options, db: lines.db, fetch }), Scope.makeUnsafe()).pipe(
        Effect.provideService(Clock.Clock, watch.clock),
        Effect.provideService(References.MinimumLogLevel, "None"),
      ),
    );
  };
  const bury = () => {
    program?.watch.stop();
    program = undefined;
  };
  return {
    start,
    dieAfter: (after, heard, then) =>
      program?.lines.cutAfter(after, heard, () => {
        bury();
        then();
      }),
    hold: () => program?.lines.hold(),
    release: () => program?.lines.release(),
    kill: () => {
      program?.lines.cut();
      bury();
    },
  };
}
