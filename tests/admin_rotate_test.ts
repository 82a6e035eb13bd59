/** `admin rotate-key`: another CREDENTIALS_KEY without a moment in which PEMS cannot be called. */
import assert from "node:assert/strict";
import { makeVault } from "../pems/credentials.ts";
import { adminWith } from "./admin.ts";
import { anOrganization } from "./builders.ts";
import { onPostgres } from "./database.ts";
import { enginePostgres, idOf, KEY } from "./engine.ts";

const [OLD, NEW, GONE] = ["o", "n", "g"].map((letter) => btoa(letter.repeat(32))) as [
  string,
  string,
  string,
];

enginePostgres(
  "keys are sealed anew while workers write, and the old key can go",
  async (engine, url) => {
    const { db } = engine;
    const id = engine.organizationId();
    const [old, both, newest] = [
      await makeVault([OLD]),
      await makeVault([NEW, OLD]),
      await makeVault([NEW]),
    ];
    await db.auth`update organization set pems_key = ${await old.seal(id, KEY)}`;
    // First every process learns the new key, one after another: each is started again with both.
    const before = await engine.start({ vault: old, defaultKey: undefined });
    await engine.untilStatus(await engine.commitOne("ada", idOf(1), { model: "M-1" }), "synced");
    const during = await engine.start({ vault: both, defaultKey: undefined });
    await before.stop();
    // Then the keys are sealed anew, in the middle of the work.
    const gate = engine.wire.gate();
    engine.wire.once("PUT", gate.handler);
    const held = await engine.commitOne("ada", idOf(2), { model: "M-1" });
    await gate.reached;
    const rotation = adminWith(url, { CREDENTIALS_KEY: `${NEW},${OLD}` }, "rotate-key");
    const meanwhile = [];
    for (let nth = 3; nth <= 12; nth++) {
      meanwhile.push(await engine.commitOne("ada", idOf(nth), { model: "M-1" }));
    }
    const { code, said } = await rotation;
    assert.equal(code, 0, said);
    assert.match(said, /sealed anew: RIO/);
    gate.open();
    for (const one of [held, ...meanwhile]) await engine.untilStatus(one, "synced");
    // Last the old key goes.
    await engine.start({ vault: newest, defaultKey: undefined });
    await during.stop();
    await engine.untilStatus(await engine.commitOne("ada", idOf(13), { model: "M-2" }), "synced");
    const [row] = await db.owner`select pems_key from organization where id = ${id}`;
    assert.equal(await newest.open(id, row!.pems_key), KEY);
    await assert.rejects(old.open(id, row!.pems_key), /no CREDENTIALS_KEY fits/);
    const [paused] = await db.owner`select from organization where pause is not null`;
    assert.equal(paused, undefined, "PEMS was never called with a wrong key");
    const trail = await db.owner`
    select details from audit_entry where event_type = 'CREDENTIAL_CHANGED'`;
    assert.deepEqual([...trail], [{ details: { sealed: "anew" } }]);
    const again = await adminWith(url, { CREDENTIALS_KEY: NEW }, "rotate-key");
    assert.match(again.said, /sealed by the newest key already: RIO/);
  },
);

onPostgres("a key that nothing opens is named, and holds up no other", async (db, url) => {
  const [old, gone] = [await makeVault([OLD]), await makeVault([GONE])];
  const one = await anOrganization(db, { code: "AAA" });
  const other = await anOrganization(db, { code: "BBB" });
  await db.auth`update organization set pems_key = ${await gone.seal(one, KEY)} where id = ${one}`;
  await db.auth`update organization set pems_key = ${await old.seal(
    other,
    KEY,
  )} where id = ${other}`;
  const environment = {
    CREDENTIALS_KEY: `${NEW},${OLD}`,
    PEMS_WRITE_API_KEY: await old.seal("default", KEY),
  };
  const { code, said, complained } = await adminWith(url, environment, "rotate-key");
  assert.equal(code, 1);
  assert.match(said, /CANNOT BE OPENED.*AAA/);
  assert.match(said, /sealed anew: BBB/);
  const envelope = said.match(/enc:v1:\S+/)![0];
  assert.equal(await (await makeVault([NEW])).open("default", envelope), KEY);
  for (const secret of [KEY, NEW, OLD]) assert.ok(!(said + complained).includes(secret));
});
