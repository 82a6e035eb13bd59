/** The circuit: an outage is not the items' fault; one worker asks for all whether it is over. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Engine, enginePostgres, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered, dropped, type Handler, lost, refused } from "./engine_wire.ts";

const one = idOf(1);
const METHODS = ["GET", "PUT", "DELETE"];

const outage = ({ wire }: Engine, handler: Handler | undefined) =>
  METHODS.forEach((method) => wire.always(method, handler));

const circuit = async ({ db }: Engine) => {
  const [row] = await db.owner`select circuit, circuit_failures as failures from pems_connection`;
  return row!;
};
const untilCircuit = (engine: Engine, state: string) =>
  engine.until(`the circuit is ${state}`, async () => (await circuit(engine)).circuit === state);

const commitEdits = async (engine: Engine, count: number) =>
  await engine.commit({
    by: "ada",
    edits: Object.fromEntries(
      Array.from({ length: count }, (_, nth) => [idOf(nth + 1), { equipment: `X-${nth}` }]),
    ),
  });

const events = async ({ db }: Engine) => {
  const rows = await db.owner`
    select event_type, details from audit_entry where event_type like 'CIRCUIT%' order by id`;
  return rows.map(({ event_type, details }) => [event_type, details]);
};
const told = async ({ db }: Engine) =>
  (await db.owner`select kind from notification where user_id = (
    select id from app_user where username = 'boss') order by id`).map(({ kind }) => kind);

/** Nothing failed, nothing cost an attempt, all of it is in PEMS once. */
async function nothingLost(engine: Engine, count: number) {
  const [done] = await engine.db.owner`
    select count(*)::int as synced, coalesce(max(retry_count), 0)::int as spent from pfa_write_done`;
  deepEqual({ ...done! }, { synced: count, spent: 0 });
  equal((await engine.db.owner`select from circuit_failure`).length, 0);
  await agree(engine);
}

for (
  const [name, handler] of [
    ["answers 503", answered(503)],
    ["drops every connection", dropped],
    ["cannot be connected to", refused],
  ] as const
) {
  engineTest(
    `while PEMS ${name} nothing is spent, and all of it arrives afterwards`,
    async (engine) => {
      outage(engine, handler);
      await commitEdits(engine, 12);
      await engine.start({ retry: { maxRetries: 3, baseMs: 50 } });
      await untilCircuit(engine, "open");
      const sent = engine.wire.writes().length;
      await engine.until(
        "three probes have failed",
        async () => (await circuit(engine)).failures >= 2,
      );
      equal(engine.wire.writes().length, sent, "everything but the probes waits");
      outage(engine, undefined);
      await engine.untilAtRest();
      equal((await circuit(engine)).circuit, "closed");
      const [[opened, details], [closed]] = await events(engine) as [
        [string, { error: string }],
        [string],
      ];
      deepEqual([opened, closed], ["CIRCUIT_OPEN", "CIRCUIT_CLOSED"]);
      ok(details.error.length > 0);
      deepEqual(await told(engine), ["outage"]);
      await nothingLost(engine, 12);
    },
  );
}

engineTest("a lone edit does not die in an outage", async (engine) => {
  outage(engine, answered(503));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await untilCircuit(engine, "open");
  equal(engine.wire.writes().length, 4, "its attempts, then PEMS was asked");
  ok(await engine.status(id) !== "failed");
  outage(engine, undefined);
  await engine.untilStatus(id, "synced");
  await nothingLost(engine, 1);
});

engineTest("a record that PEMS chokes on is a dead letter while PEMS is well", async (engine) => {
  engine.wire.always(`PUT /api/pems/pfa/${one}`, answered(500));
  const id = await engine.commitOne("ada", one, { equipment: "X-1" });
  await engine.start();
  await engine.untilStatus(id, "failed");
  equal((await circuit(engine)).circuit, "closed");
  deepEqual(await events(engine), []);
});

engineTest("any answer of PEMS ends the row of failures, a refusal too", async (engine) => {
  const failures = async () =>
    (await engine.db.owner`select count(*)::int as n from circuit_failure`)[0]!.n;
  engine.wire.always("PUT", answered(503));
  await commitEdits(engine, 4);
  await engine.start({ retry: { maxRetries: 3, baseMs: 60_000 } });
  await engine.until("four have failed", async () => await failures() === 4);
  engine.wire.always("PUT", answered(422, "no"));
  const id = await engine.commitOne("ada", idOf(5), { equipment: "X-5" });
  await engine.untilStatus(id, "failed");
  equal(await failures(), 0);
  engine.wire.always("PUT", answered(503));
  await engine.commitOne("ada", idOf(6), { equipment: "X-6" });
  await engine.until("one has failed", async () => await failures() === 1);
  equal((await circuit(engine)).circuit, "closed");
});

engineTest(
  "an answer lost in an outage is found in PEMS afterwards, not sent again",
  async (engine) => {
    engine.wire.once("PUT", lost, lost, lost, lost, lost);
    engine.wire.always("GET", dropped);
    await commitEdits(engine, 5);
    await engine.start();
    await untilCircuit(engine, "open");
    engine.wire.always("GET", undefined);
    await engine.untilAtRest();
    equal(engine.wire.writes().length, 5);
    await nothingLost(engine, 5);
  },
);

engineTest("the health of the organization says so", async (engine) => {
  outage(engine, dropped);
  await commitEdits(engine, 6);
  await engine.start();
  await untilCircuit(engine, "open");
  ok(engine.notices.some(({ type }) => type === "HEALTH"));
  match(String((await told(engine))[0]), /outage/);
  outage(engine, undefined);
  await engine.untilAtRest();
});

enginePostgres("of two workers one is elected to probe", async (engine) => {
  outage(engine, dropped);
  await commitEdits(engine, 8);
  await engine.start();
  await engine.start();
  await untilCircuit(engine, "open");
  const before = engine.wire.sent.length;
  await engine.until("three probes have failed", async () => (await circuit(engine)).failures >= 3);
  const probes = engine.wire.sent.slice(before);
  // The fourth may have begun meanwhile; two workers would have made six.
  ok(probes.length <= 4, probes.map(({ method, path }) => `${method} ${path}`).join(", "));
  outage(engine, undefined);
  await engine.untilAtRest();
  deepEqual(await told(engine), ["outage"]);
  await nothingLost(engine, 8);
});
