/** The budget of calls: planned so that no window of a second ever holds more than the limit, nor much less. */
import assert from "node:assert/strict";
import { depart, holdBack, noteLate, reserveCall } from "../db/budget.ts";
import type { Database } from "../db/sql.ts";
import { aConnection } from "./builders.ts";
import { onEach, onPostgres } from "./database.ts";

interface Planned {
  /** In ms since the epoch, to the microsecond. */
  readonly at: number;
  /** Its number when it counts as left at once. */
  readonly departure: number | null;
}

async function reserve(db: Database, connection: string, wanted: number, horizon: string) {
  const rows = await db.worker<Planned[]>`
    select (extract(epoch from send_at) * 1000)::float8 as at, departure::int
    from reserve_calls(${connection}, ${wanted}, ${horizon}::interval) order by send_at`;
  return [...rows];
}

/** The most calls that any second holds. */
function busiestSecond(times: ReadonlyArray<number>): number {
  let first = 0;
  return Math.max(...times.map((at, last) => {
    while (at - times[first]! >= 1000) first++;
    return last - first + 1;
  }));
}

for (const rate of [1, 7, 10, 100, 250]) {
  onEach(`no second holds more than ${rate} calls at ${rate} per second`, async (db) => {
    const connection = await aConnection(db, { rateLimit: rate });
    const calls = await reserve(db, connection, 20 * rate, "1 hour");
    assert.equal(calls.length, 20 * rate);
    const most = busiestSecond(calls.map(({ at }) => at));
    assert.ok(most <= rate && most >= 0.97 * rate, `${most} in one second`);
    calls.slice(1).forEach(({ at }, nth) => {
      assert.ok(at - calls[nth]!.at > 970 / rate, "neighbours keep the beat");
    });
  });
}

onEach("1,000 calls at 10 per second are planned over 101 to 103 seconds", async (db) => {
  const connection = await aConnection(db, { rateLimit: 10 });
  const calls = await reserve(db, connection, 1000, "1 hour");
  const seconds = (calls.at(-1)!.at - calls[0]!.at) / 1000;
  assert.ok(seconds > 101 && seconds < 103, `${seconds} s`);
}, { versions: [18, 15] });

onEach("every whole limit up to 1,000 is used from 97 % to 100 %", async (db) => {
  const wrong = await db.worker`
    select rate, use from (
      select rate, ring / extract(epoch from period) / rate as use,
        1 / extract(epoch from beat) / rate as pace, ring / extract(epoch from span) / rate as most
      from generate_series(1, 1000) rate, call_spacing(rate::real)
    ) spacing
    where use not between 0.97 and 1 or pace not between 0.97 and 1 or most not between use and 1`;
  assert.deepEqual([...wrong], []);
});

/** What left, in ms since the epoch. */
async function departures(db: Database): Promise<number[]> {
  const rows = await db.owner<[{ at: number }]>`
    select (extract(epoch from at) * 1000)::float8 as at
    from pems_connection, unnest(departures) with ordinality as d(at, nth) order by nth`;
  return rows.map(({ at }) => at);
}

onEach(
  "a place that is due at once counts as left, a later one asks when it leaves",
  async (db) => {
    const connection = await aConnection(db, { rateLimit: 2 });
    const [first, second, third] = await reserve(db, connection, 3, "1 hour");
    assert.deepEqual(
      [first!.departure, second!.departure, third!.departure],
      [1, null, null],
    );
    assert.deepEqual(await depart(db.worker, connection), { departure: "2" });
    const held = await depart(db.worker, connection);
    assert.ok(
      "waitMs" in held && held.waitMs > 0 && held.waitMs <= 1020,
      "two in a second",
    );
    assert.equal((await departures(db)).length, 2, "who waits has not left");
  },
);

onEach("what left late holds back whoever counts on its room, by as much", async (db) => {
  const connection = await aConnection(db, { rateLimit: 3 });
  const leave = () => depart(db.worker, connection);
  for (const nth of ["1", "2", "3"]) assert.deepEqual(await leave(), { departure: nth });
  await db.owner`
    update pems_connection
    set departures = array(select at - interval '1 second' from unnest(departures) at)`;
  const [first, , third] = await departures(db);
  await noteLate(db.worker, [{ connectionId: connection, departure: "2" }]);
  const after = await departures(db);
  assert.deepEqual(after.slice(0, 2), [first, third], "still in the order of time");
  assert.ok(after[2]! > third!);
  // The first and the third have room a span after them, the late one only a span after it left.
  await db.owner`
    update pems_connection set departures = array(
      select at - interval '0.5 seconds' from unnest(departures) at)`;
  assert.deepEqual([await leave(), await leave()], [{ departure: "4" }, { departure: "5" }]);
  const held = await leave();
  assert.ok("waitMs" in held && held.waitMs > 0 && held.waitMs < 530, "half a second is over");
  await noteLate(db.worker, [{ connectionId: connection, departure: "1" }]);
  assert.equal((await departures(db)).length, 3, "of one that is long past, nothing is noted");
});

onEach("only calls that may start within the horizon are reserved", async (db) => {
  const connection = await aConnection(db, { rateLimit: 1 });
  const [open] = await db.worker`select open_calls(${connection}, '10.5 seconds') as calls`;
  assert.equal(open!.calls, 11);
  // 1.023 s apart: 0, 1.023, ... 10.23
  assert.equal((await reserve(db, connection, 1000, "10.5 seconds")).length, 11);
  assert.equal((await reserve(db, connection, 1000, "10.5 seconds")).length, 0);
  const [left] = await db.worker`select open_calls(${connection}, '10.5 seconds') as calls`;
  assert.equal(left!.calls, 0);
  assert.equal((await reserve(db, connection, 0, "1 hour")).length, 0);
  assert.equal((await reserve(db, connection, -1, "1 hour")).length, 0);
});

onEach("nobody calls before PEMS said so, nor is a call open while its circuit is", async (db) => {
  const connection = await aConnection(db);
  const [row] = await db.worker`
    update pems_connection set not_before = now() + interval '10 minutes' where id = ${connection}
    returning (extract(epoch from not_before) * 1000)::float8 as at`;
  const open = async (horizon: string) =>
    (await db.worker`select open_calls(${connection}, ${horizon}::interval) as n`)[0]!.n;
  assert.deepEqual(await reserve(db, connection, 1, "9 minutes"), []);
  assert.equal(await open("9 minutes"), 0);
  assert.equal((await reserve(db, connection, 1, "11 minutes"))[0]!.at, row!.at);
  assert.ok(await open("11 minutes") > 500);
  await db.worker`update pems_connection set circuit = 'open' where id = ${connection}`;
  assert.equal(await open("11 minutes"), 0);
});

onEach(
  "a 429 holds everybody back, and a shorter one after it lets nobody go sooner",
  async (db) => {
    const connection = await aConnection(db);
    await holdBack(db.worker, connection, 60_000);
    await holdBack(db.worker, connection, 1000);
    const { inMs, departure } = (await reserveCall(db.worker, connection))!;
    assert.ok(inMs > 50_000 && inMs <= 60_000, `${inMs} ms`);
    assert.equal(departure, null);
    const left = await depart(db.worker, connection);
    assert.ok("waitMs" in left && left.waitMs > 50_000);
    const [row] = await db.worker`select rate_limit_hits::int as hits from pems_connection`;
    assert.equal(row!.hits, 2);
  },
);

onEach(
  "after a 429 the rate is halved once, and grows back evenly in half a minute",
  async (db) => {
    const connection = await aConnection(db, { rateLimit: 10 });
    const rateAfter = async (seconds: number) => {
      const [row] = await db.worker<[{ rate: number }]>`
      select current_rate(rate_limit, rate_now, now() - ${seconds} * interval '1 second') as rate
      from pems_connection where id = ${connection}`;
      return Math.round(row.rate * 10) / 10;
    };
    await holdBack(db.worker, connection, 1000);
    await holdBack(db.worker, connection, 1000);
    assert.deepEqual(
      [await rateAfter(-60), await rateAfter(0), await rateAfter(6), await rateAfter(3600)],
      [5, 5, 7, 10],
    );
    for (let nth = 0; nth < 5; nth++) {
      await db.owner`
        update pems_connection set not_before = now(), rate_since = now() + interval '1 hour'`;
      await holdBack(db.worker, connection, 1000);
    }
    assert.equal(await rateAfter(0), 2.5, "never below a quarter of the limit");
  },
);

onEach("the fair turns move forward only", async (db) => {
  const connection = await aConnection(db);
  const serve = async (turns: number[], wanted = 1) =>
    await db.worker`select from reserve_calls(${connection}, ${wanted}, '1 hour', ${turns})`;
  await serve([5, 0, 2]);
  await serve([3, 4, 2]);
  const [row] = await db.worker`select turns::int[] from pems_connection`;
  assert.deepEqual(row!.turns, [5, 4, 2]);
});

onEach("two connections do not share a budget", async (db) => {
  const one = await aConnection(db, { rateLimit: 1 });
  const two = await aConnection(db, { rateLimit: 1 });
  await reserve(db, one, 100, "1 hour");
  assert.equal((await reserve(db, two, 3, "5 seconds")).length, 3);
});

for (const version of [18, 15] as const) {
  onPostgres("reservations from many connections at once never share a place", async (db) => {
    const connection = await aConnection(db, { rateLimit: 10 });
    const pools = [db.worker, db.auth, db.owner];
    const granted = await Promise.all(
      Array.from({ length: 30 }, (_, nth) =>
        pools[nth % 3]!<Planned[]>`
        select (extract(epoch from send_at) * 1000)::float8 as at, departure::int
        from reserve_calls(${connection}, 20, '1 hour')`),
    );
    const calls = granted.flat().sort((a, b) => a.at - b.at);
    assert.equal(calls.length, 600);
    assert.equal(busiestSecond(calls.map(({ at }) => at)), 10);
  }, { version });
}
