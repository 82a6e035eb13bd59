/** `deno task worker`: one sync worker against a shared Postgres; as many of them as one likes. */
import { prepare } from "../db/prepare.ts";
import { openDatabase } from "../db/sql.ts";
import { configOf } from "../domain/config.ts";
import { fingerprint, makeVault, openDefaultKey } from "../pems/credentials.ts";
import { workerOptions } from "./settings.ts";
import { startWorker } from "./work.ts";

try {
  const config = configOf(Deno.env.toObject());
  if (config.databaseUrl === undefined) {
    throw new Error(
      "Cannot start a worker alone: DATABASE_URL is not set (deno task start runs everything in one process)",
    );
  }
  const db = await openDatabase({ url: config.databaseUrl });
  const vault = await makeVault(config.credentialsKeys);
  const { baseUrl, rateLimit } = config.pems;
  const key = await openDefaultKey(vault, config.pems.apiKey);
  await prepare(
    db,
    baseUrl === undefined || key === undefined
      ? undefined
      : { baseUrl, keyFingerprint: await fingerprint(key), rateLimit },
  );
  const worker = await startWorker(workerOptions(config, db, vault, key), config);
  console.log("The worker is ready");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await worker.stop();
      await db.close();
      Deno.exit(0);
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
