/** The embedded database in a folder: one process at a time, and what it has committed survives a kill. */
import assert from "node:assert/strict";
import { openDatabase } from "../db/sql.ts";

const SQL = new URL("../db/sql.ts", import.meta.url).href;

/** A process of its own that opens the folder, commits a row, says so, and then stays open. */
async function holder(dataDir: string): Promise<Deno.ChildProcess> {
  const program = `
    const { openDatabase } = await import(${JSON.stringify(SQL)});
    const db = await openDatabase({ url: undefined, dataDir: ${JSON.stringify(dataDir)} });
    await db.owner.unsafe("create table if not exists kept (id int)");
    await db.owner.unsafe("insert into kept values (1)");
    db.owner.begin((tx) => tx.unsafe("insert into kept values (2)").then(() => {
      console.log("open");
      return new Promise(() => setInterval(() => {}, 1000));
    }));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", program],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
  }).spawn();
  for await (const words of child.stdout.pipeThrough(new TextDecoderStream() as never)) {
    if (String(words).includes("open")) return child;
  }
  throw new Error("Cannot hold the folder: the process ended");
}

async function inFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "vanguard-data-" });
  try {
    await work(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("a second process is refused with what to do, and gets in once the first was killed", () =>
  inFolder(async (dataDir) => {
    const first = await holder(dataDir);
    try {
      await assert.rejects(openDatabase({ url: undefined, dataDir }), {
        message: `Cannot open the embedded database: another process is using ${dataDir}. ` +
          "Stop it first, or set DATABASE_URL to a Postgres that many processes can share",
      });
    } finally {
      first.kill("SIGKILL");
      await first.status;
    }
    const db = await openDatabase({ url: undefined, dataDir });
    try {
      const rows = await db.owner.unsafe("select id from kept");
      assert.deepEqual(rows.map((row) => row.id), [1], "the committed row, and no other");
    } finally {
      await db.close();
    }
  }));

Deno.test("a folder that was closed is opened again in the same process", () =>
  inFolder(async (dataDir) => {
    for (const expected of [1, 2]) {
      const db = await openDatabase({ url: undefined, dataDir });
      await db.owner.unsafe("create table if not exists opened ()");
      await db.owner.unsafe("insert into opened default values");
      assert.equal((await db.owner.unsafe("select from opened")).length, expected);
      await db.close();
    }
  }));

Deno.test("a folder that cannot be opened is named, and its lock is let go", () =>
  inFolder(async (dataDir) => {
    await Deno.writeTextFile(`${dataDir}/pglite`, "not a folder");
    const open = () => openDatabase({ url: undefined, dataDir });
    for (const _ of [1, 2]) {
      await assert.rejects(open(), (error: Error) => {
        assert.ok(error.message.startsWith(`Cannot open the embedded database in ${dataDir}: `));
        return true;
      });
    }
  }));
