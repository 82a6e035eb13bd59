/** `deno task sandbox`: the sandbox PEMS as a process of its own, with its fault switches as flags. */
import postgres from "postgres";
import { readFlags, USAGE } from "./flags.ts";
import { fillStore } from "./generator.ts";
import { sqlStore } from "./sandbox_store.ts";
import { serveSandbox } from "./serve.ts";
import { memoryStore } from "./store.ts";

const flags = readFlags(Deno.args);
if ("help" in flags) {
  console.log(USAGE);
  Deno.exit(0);
}
if ("problems" in flags) {
  for (const problem of flags.problems) console.error(problem);
  console.error("See deno task sandbox --help");
  Deno.exit(2);
}

const databaseUrl = flags.memory ? undefined : Deno.env.get("DATABASE_URL");
const sql = databaseUrl === undefined ? undefined : postgres(databaseUrl, { max: 4 });
const { port, apiKey, faults } = flags;

try {
  const store = sql === undefined ? memoryStore() : await sqlStore(sql);
  const count = flags.empty ? await store.count() : await fillStore(store, flags.seed);
  const served = await serveSandbox({ port, apiKey, faults, store });
  console.log(`Sandbox PEMS at ${served.url} with ${count} records, key ${apiKey}`);
  console.log(
    sql === undefined
      ? "Records are kept in memory and lost at the end; set DATABASE_URL to keep them"
      : "Records are kept in the database of DATABASE_URL, schema sandbox",
  );
  console.log(`Ledger ${served.origin}/sandbox/ledger, switches ${served.origin}/sandbox/faults`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await served.stop();
      await sql?.end({ timeout: 5 });
      Deno.exit(0);
    });
  }
} catch (error) {
  console.error(`Cannot start the sandbox PEMS: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
