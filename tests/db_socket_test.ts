/** A connection that is lost ends its queries and nothing else: not the transaction beside it, not the process. */
import assert from "node:assert/strict";
import type { Database } from "../db/sql.ts";
import { onPostgres } from "./database.ts";

/** Holds a lock for the time of the work: who asks for it waits until then, or until the connection is cut. */
async function withLock(db: Database, work: () => Promise<void>): Promise<void> {
  await db.owner.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(1)`;
    await work();
  });
}

for (const version of [18, 15] as const) {
  onPostgres(
    "a transaction whose connection is cut fails, and the pool goes on",
    (db) =>
      withLock(db, async () => {
        const cut = async (pid: number) => await db.owner`select pg_terminate_backend(${pid})`;
        for (let nth = 0; nth < 5; nth++) {
          const waits = Promise.withResolvers<number>();
          const lost = db.worker.begin(async (tx) => {
            const [row] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`;
            // Sent together, as the product does: one fails, and the others must fail too.
            const waiting = Promise.all([
              tx`select pg_advisory_xact_lock(1)`,
              tx`select 1`,
              tx`select 2`,
            ]);
            waits.resolve(row.pid);
            await waiting;
          });
          await Promise.all([
            assert.rejects(
              lost,
              /terminating connection|connection to Postgres was lost|CONNECTION/,
            ),
            waits.promise.then(cut),
          ]);
          const [row] = await db.worker`select 1 as one`;
          assert.equal(row!.one, 1);
        }
      }),
    { version },
  );
}

onPostgres(
  "every connection of a pool cut at once: what comes next is answered",
  (db) =>
    withLock(db, async () => {
      const begun = Array.from({ length: 6 }, () => Promise.withResolvers<number>());
      const busy = begun.map(({ resolve }) =>
        db.app.begin(async (tx) => {
          const [row] = await tx<[{ pid: number }]>`select pg_backend_pid() as pid`;
          const waits = tx`select pg_advisory_xact_lock(1)`.execute();
          resolve(row.pid);
          await waits;
        })
      );
      const pids = await Promise.all(begun.map(({ promise }) => promise));
      const [, ...outcomes] = await Promise.all([
        db.owner`select pg_terminate_backend(pid) from unnest(${pids}::int[]) pid`,
        ...busy.map((one) => one.then(() => "done", () => "lost")),
      ]);
      assert.deepEqual(new Set(outcomes), new Set(["lost"]));
      assert.equal((await db.app`select 1 as one`)[0]!.one, 1);
    }),
);
