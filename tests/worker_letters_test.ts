/** Dead letters in the engine: lanes that stand behind them, replay, discard, and corrections that go out in their place. */
import type { Edits } from "../domain/delta.ts";
import { deepEqual, equal, match } from "node:assert/strict";
import { type Engine, engineTest, idOf } from "./engine.ts";
import { agree } from "./engine_agreement.ts";
import { answered } from "./engine_wire.ts";
import {
  discard,
  laneOf,
  ledgerOf,
  one,
  openOf,
  read,
  recordOf,
  refusedOnce,
  retry,
} from "./engine_people.ts";

const bodies = ({ wire }: Engine) => wire.writes().map(({ text }) => JSON.parse(text));

/** Ada's edit that PEMS refused; the worker runs. */
async function dead(engine: Engine, edits: Edits = { model: "M-1", equipment: "X-1" }) {
  engine.wire.once("PUT", refusedOnce);
  const id = await engine.commitOne("ada", one, edits);
  await engine.start();
  await engine.untilStatus(id, "failed");
  return id;
}

engineTest("a dead letter behind a live item stops the lane once it heads it", async (engine) => {
  const first = await engine.commitOne("ada", one, { model: "M-1" });
  const dead = await engine.commitOne("ada", one, { equipment: "X-1" });
  const behind = await engine.commitOne("ada", one, { contract: "C-1" });
  await engine.db.owner`
    update pfa_write_queue set status = 'dead' where modification_id = ${dead}`;
  await engine.db.owner`update pfa_modification set sync_status = 'failed' where id = ${dead}`;
  await engine.start();
  await engine.untilStatus(first, "synced");
  await engine.until("the lane stands", async () => (await laneOf(engine))?.[0] === "blocked");
  deepEqual(await laneOf(engine), ["blocked", 2]);
  deepEqual(bodies(engine).map(({ changes }) => changes), [{ model: "M-1" }]);
  equal(await engine.status(behind), "queued");
  const other = await engine.commitOne("ben", idOf(2), { model: "M-2" });
  await engine.untilStatus(other, "synced");
  equal(await engine.status(behind), "queued", "what is behind it waits");
});

engineTest(
  "a dead letter goes again with all that died with it, on PEMS's newest version",
  async (engine) => {
    const also = await engine.commitOne("ada", one, { contract: "C-1" });
    const id = await dead(engine);
    const behind = await engine.commitOne("ben", one, { class: "K" });
    await engine.foreign(one, { description: "seen by nobody here" });
    await read(engine);
    const { queuedCount, jobId } = await retry(engine, id);
    equal(queuedCount, 2);
    await engine.untilStatus(behind, "synced");
    deepEqual([await engine.status(id), await engine.status(also)], ["synced", "synced"]);
    const [refused, again, last] = bodies(engine);
    deepEqual([again.version, last.version], [refused.version + 1, refused.version + 2]);
    const [job] = await engine.db
      .owner`select kind, total, reason from sync_job where id = ${jobId}`;
    deepEqual({ ...job }, { kind: "replay", total: 2, reason: "the cost centre is open" });
    const [told] = await engine.db.owner`
    select count(*)::int as n from audit_entry
    where event_type = 'REPLAY' and user_id = ${engine.people.boss}`;
    equal(told!.n, 2);
    await agree(engine);
  },
);

engineTest("a dead letter that PEMS has overtaken meets it as a conflict", async (engine) => {
  const id = await dead(engine);
  await engine.foreign(one, { model: "M-9" });
  await retry(engine, id);
  await engine.untilStatus(id, "conflict");
  deepEqual((await openOf(engine)).conflict_fields, ["model"]);
  await agree(engine);
});

engineTest("a replay has all its attempts before it", async (engine) => {
  engine.wire.always("PUT", answered(503));
  const id = await engine.commitOne("ada", one, { model: "M-1" });
  await engine.start();
  await engine.untilStatus(id, "failed");
  engine.wire.always("PUT", undefined);
  engine.wire.once("PUT", answered(503), answered(503), answered(503));
  await retry(engine, id);
  await engine.untilStatus(id, "synced");
  equal(engine.wire.writes().length, 8);
  await agree(engine);
});

engineTest(
  "what waits behind a discarded dead letter is checked against PEMS as it is",
  async (engine) => {
    const id = await dead(engine);
    const other = await engine.commitOne("ben", one, { class: "K" });
    // made on top of the dead letter, and committed before it died
    await engine.db.owner`
    update pfa_write_queue set payload = '{"class":{"from":"of the dead letter","to":"K"}}'
    where modification_id = ${other}`;
    await engine.db.owner`
    update pfa_modification set standing = '{"class":{"from":"of the dead letter","to":"K"}}'
    where id = ${other}`;
    const clean = await engine.commitOne("cid", idOf(2), { class: "K" });
    await discard(engine, id);
    await engine.untilStatus(other, "conflict");
    await engine.untilStatus(clean, "synced");
    const [row] = await engine.db.owner`
    select sync_status, sync_error from pfa_modification where id = ${id}`;
    deepEqual({ ...row }, { sync_status: "discarded", sync_error: "nobody needs it" });
    await agree(engine);
  },
);

engineTest("one's own correction goes out with the dead letter as one write", async (engine) => {
  const id = await dead(engine);
  const between = await engine.commitOne("ben", one, { class: "K" });
  const mine = await engine.commitOne("ada", one, { description: "waits" });
  equal(await engine.status(mine), "queued");
  const fixed = await engine.commitOne("ada", one, { model: "M-2" });
  await engine.untilStatus(between, "synced");
  for (const one of [id, mine, fixed]) equal(await engine.status(one), "synced");
  deepEqual(await ledgerOf(engine), ["ada: description,equipment,model", "ben: class"]);
  equal((await recordOf(engine)).model, "M-2");
  await agree(engine);
});

engineTest(
  "another's correction takes over what it names; the rest stays dead and blocks",
  async (engine) => {
    const id = await dead(engine);
    const between = await engine.commitOne("cid", one, { class: "K" });
    const fixed = await engine.commitOne("ben", one, { model: "M-2" });
    await engine.untilStatus(fixed, "synced");
    await engine.until("the rest blocks", async () => (await laneOf(engine))?.[0] === "blocked");
    deepEqual(await ledgerOf(engine), ["ben: model"]);
    deepEqual([await engine.status(id), await engine.status(between)], ["failed", "queued"]);
    const [kept] = await engine.db
      .owner`select changes, standing from pfa_modification where id = ${id}`;
    deepEqual(Object.keys(kept!.changes).sort(), ["equipment", "model"]);
    deepEqual(Object.keys(kept!.standing), ["equipment"]);
    await retry(engine, id);
    await engine.untilStatus(between, "synced");
    deepEqual(await ledgerOf(engine), ["ben: model", "ada: equipment", "cid: class"]);
    equal((await recordOf(engine)).model, "M-2", "what was taken over is not written back");
    await agree(engine);
  },
);

engineTest("a dead letter whose every field is taken over ends with a reason", async (engine) => {
  const id = await dead(engine, { model: "M-1" });
  const fixed = await engine.commitOne("ben", one, { model: "M-2" });
  await engine.untilStatus(fixed, "synced");
  equal(await engine.status(id), "discarded");
  const [row] = await engine.db.owner`select sync_error from pfa_modification where id = ${id}`;
  match(row!.sync_error, new RegExp(fixed));
  deepEqual(await laneOf(engine), undefined);
  await agree(engine);
});

engineTest("a correction that comes while another is on the wire follows it", async (engine) => {
  const id = await dead(engine);
  const gate = engine.wire.gate();
  engine.wire.once("PUT", gate.handler);
  const theirs = await engine.commitOne("ben", one, { model: "M-2" });
  await gate.reached;
  const mine = await engine.commitOne("ada", one, { equipment: "X-2" });
  deepEqual(await laneOf(engine), ["leased", 3]);
  gate.open();
  await engine.untilStatus(mine, "synced");
  deepEqual([await engine.status(theirs), await engine.status(id)], ["synced", "synced"]);
  deepEqual(await ledgerOf(engine), ["ben: model", "ada: equipment"]);
  await agree(engine);
});

engineTest(
  "a dead letter given up behind a write on the wire leaves that alone",
  async (engine) => {
    const id = await dead(engine);
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const theirs = await engine.commitOne("ben", one, { model: "M-2" });
    await gate.reached;
    await discard(engine, id);
    deepEqual(await laneOf(engine), ["leased", 1]);
    gate.open();
    await engine.untilStatus(theirs, "synced");
    deepEqual(await laneOf(engine), undefined);
    await agree(engine);
  },
);
