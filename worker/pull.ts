/** Read sync: PEMS's changes pulled into the mirror, page by page, each page whole or not at all. */
import { Cron, Effect, Layer, Result, Schedule, Stream } from "effect";
import {
  applyPage,
  failReading,
  handBackReading,
  type Reading,
  scheduleReadings,
  startReadings,
  suspectOf,
} from "../db/reading.ts";
import { pauseForRewind } from "../db/pause.ts";
import type { MirrorRow } from "../db/mirror.ts";
import type { Sql } from "../db/sql.ts";
import { isRewound } from "../domain/rewind.ts";
import type { RemotePage } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";
import { Bell } from "./bell.ts";
import { held, makeSoon } from "./call.ts";
import { type Connection, connections, Desk } from "./desk.ts";

/** A running reading that has not applied a page for this long belongs to a worker that died. */
const STALE_MS = 180_000;
/** A page that fails is asked for again after 1, 2, 4, 8 and 16 s. */
const PATIENCE = Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 5 }));

/** Reads at start, on schedule, and when rung for. */
export const Pull = Layer.effectDiscard(
  Effect.gen(function* () {
    const { db: { worker }, readSchedule } = yield* Desk;
    const bell = yield* Bell;
    const schedule = Result.getOrThrow(Cron.parse(readSchedule, "UTC"));
    const tick = Effect.promise(() => scheduleReadings(worker)).pipe(
      Effect.andThen(readAll),
      steady,
    );
    yield* Effect.forkScoped(Effect.all([
      Effect.repeat(tick, Schedule.cron(schedule)),
      Stream.runForEach(bell.readings, () => steady(readAll)),
    ], { concurrency: "unbounded", discard: true }));
  }),
);

/** A database that is away is logged; the next tick tries again. */
const steady = <R>(work: Effect.Effect<unknown, never, R>) =>
  work.pipe(
    Effect.sandbox,
    Effect.catch((cause) => Effect.logWarning("A read sync round failed", cause)),
  );

/** Everything that waits to be read: connections side by side, one organization of each after the other. */
const readAll = Effect.gen(function* () {
  const { db: { worker } } = yield* Desk;
  yield* Effect.forEach(
    yield* connections,
    Effect.fnUntraced(function* (connection: Connection) {
      const start = Effect.promise(() => startReadings(worker, connection.id, STALE_MS));
      const readings = yield* Effect.uninterruptible(start);
      const handBack = Effect.promise(() =>
        Promise.all(readings.map((reading) => handBackReading(worker, reading)))
      );
      yield* Effect.forEach(readings, (reading) => readOne(connection, reading)).pipe(
        Effect.onInterrupt(() => handBack),
      );
    }),
    { concurrency: "unbounded", discard: true },
  );
});

const readOne = Effect.fn("worker.read")(function* (connection: Connection, reading: Reading) {
  const { db: { worker } } = yield* Desk;
  const seen = new Set<string>();
  const next = (cursor: string | undefined) =>
    page(connection, reading, cursor).pipe(
      Effect.filterOrFail(
        ({ nextCursor }) => nextCursor === null || !seen.has(nextCursor),
        ({ nextCursor }) => new Error(`PEMS repeats the cursor ${nextCursor}`),
      ),
      Effect.tap(({ nextCursor }) => Effect.sync(() => nextCursor && seen.add(nextCursor))),
      Effect.tap((page) => requireForward(connection, reading, page)),
      Effect.tap((page) => apply(worker, reading, page)),
    );
  let cursor = reading.cursor;
  while (true) {
    const answer = yield* Effect.result(next(cursor));
    if (Result.isFailure(answer)) {
      // Not the reading's fault: it goes on where it stands once PEMS is back.
      if (answer.failure === held) {
        return yield* Effect.promise(() => handBackReading(worker, reading));
      }
      const { message } = answer.failure;
      yield* Effect.logWarning(`Cannot read ${reading.organizationCode} from PEMS: ${message}`);
      return yield* Effect.promise(() => failReading(worker, reading, message));
    }
    if (answer.success.nextCursor === null) return;
    cursor = answer.success.nextCursor;
  }
});

/** Fails when PEMS has gone back, which pauses the connection; a page that is merely stale does no harm. */
const requireForward = Effect.fnUntraced(
  function* (
    connection: Connection,
    reading: Reading,
    { records }: RemotePage,
  ) {
    const { db: { worker }, workerId } = yield* Desk;
    const { organizationCode, adopts } = reading;
    if (adopts) return;
    const rows = rowsOf(reading, records);
    const suspect = yield* Effect.promise(() => suspectOf(worker, rows));
    if (suspect === undefined) return;
    const { pfaId, known } = suspect;
    const { result } = yield* makeSoon(connection, connection.client.get(pfaId, organizationCode));
    if (Result.isFailure(result) || !isRewound(known, result.success)) return;
    const reason = `PEMS has ${pfaId} at version ${result.success.version}, and had it at ` +
      `version ${known.version}${result.success.version === known.version ? " otherwise" : ""}`;
    yield* Effect.promise(() =>
      pauseForRewind(worker, { connectionId: connection.id, workerId }, reason)
    );
    return yield* Effect.fail(new Error(reason));
  },
);

const rowsOf = ({ organizationId }: Reading, records: RemotePage["records"]): MirrorRow[] =>
  newestOf(records).map(({ pfaId, remote }) => ({
    organizationId,
    pfaId,
    remote,
    origin: "read_sync",
  }));

/** Not to be cut off: the job would count as running when it has been handed back. */
const apply = (worker: Sql, reading: Reading, { records, unreadable, nextCursor }: RemotePage) =>
  Effect.uninterruptible(Effect.tryPromise({
    try: () =>
      applyPage(worker, reading, { rows: rowsOf(reading, records), unreadable, nextCursor }),
    catch: (cause) => cause as Error,
  }));

/** A record that a page tells twice counts as the newer of the two. */
function newestOf(records: RemotePage["records"]): RemotePage["records"] {
  const newest = new Map<string, RemotePage["records"][number]>();
  for (const record of records) {
    const known = newest.get(record.pfaId);
    if (known !== undefined && known.remote.version > record.remote.version) continue;
    newest.delete(record.pfaId);
    newest.set(record.pfaId, record);
  }
  return [...newest.values()];
}

/** Refusals are final; everything else is asked for again, each time in its own place of the budget. */
const page = (connection: Connection, reading: Reading, cursor: string | undefined) =>
  makeSoon(connection, connection.client.list({ ...reading, cursor })).pipe(
    Effect.flatMap(({ result }) => Effect.fromResult(result)),
    Effect.retry(PATIENCE.pipe(
      Schedule.setInputType<PemsError>(),
      Schedule.while(({ input }) =>
        input !== held && input._tag !== "Rejected" && input._tag !== "Unauthorized"
      ),
    )),
  );
