/** What people decide about a lane, carried out by the engine: heads, resolutions, dead letters, rollback. */
import { deepEqual, equal } from "node:assert/strict";
import { type Engine, engineTest, idOf } from "./engine.ts";

const one = idOf(1);

const laneOf = async ({ db }: Engine) => {
  const [row] = await db.owner`select state, pending from pfa_lane where pfa_id = ${one}`;
  return row && [row.state, row.pending];
};
const bodies = ({ wire }: Engine) => wire.writes().map(({ text }) => JSON.parse(text));

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
