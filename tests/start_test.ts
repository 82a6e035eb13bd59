/** Starting with something wrong: each entry point says what, at once, and touches nothing. */
import assert from "node:assert/strict";
import { withFolder } from "./product.ts";

const WRONG = {
  PORT: "eighty",
  WRITE_SYNC_BATCH_SIZE: "-1",
  ENABLE_WRITE_SYNC: "perhaps",
  READ_SYNC_SCHEDULE: "often",
  PEMS_WRITE_API_URL: "http://pems.example.com/api",
};

/** Runs the script to its end. */
async function run(script: string, env: Record<string, string>) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    cwd: new URL("../", import.meta.url),
    env: { DATABASE_URL: "", ...env },
    stdout: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

for (
  const script of ["ops/start/main.ts", "app/main.ts", "worker/main.ts", "ops/migrate/main.ts"]
) {
  Deno.test(`${script} names every wrong variable at once and makes no data`, () =>
    withFolder(async (folder) => {
      const { code, said } = await run(script, { ...WRONG, DATA_DIR: `${folder}/data` });
      assert.equal(code, 1);
      for (const name of Object.keys(WRONG)) assert.match(said, new RegExp(name));
      assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    }));
}

for (const script of ["app/main.ts", "worker/main.ts"]) {
  Deno.test(`${script} refuses to start without a shared Postgres`, async () => {
    const { code, said } = await run(script, {});
    assert.equal(code, 1);
    assert.match(said, /DATABASE_URL/);
  });
}

Deno.test("ops/start/main.ts says so when the Postgres cannot be reached", async () => {
  const { code, said } = await run("ops/start/main.ts", {
    DATABASE_URL: "postgres://nobody:hidden-word@127.0.0.1:1/none",
    CREDENTIALS_KEY: btoa("k".repeat(32)),
  });
  assert.equal(code, 1);
  assert.match(said, /127\.0\.0\.1:1/);
  assert.doesNotMatch(said, /hidden-word/);
});
