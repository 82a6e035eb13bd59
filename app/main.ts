/** `deno task app`: the web application alone, on a Postgres that it shares with the workers. */
import { prepare } from "../db/prepare.ts";
import { openDatabase } from "../db/sql.ts";
import { configOf } from "../domain/config.ts";
import { fingerprint, makeVault, openDefaultKey } from "../pems/credentials.ts";
import { bootstrap } from "./bootstrap.ts";
import { serveApp } from "./serve.ts";

try {
  const config = configOf(Deno.env.toObject());
  if (config.databaseUrl === undefined) {
    throw new Error(
      "Cannot start the app alone: DATABASE_URL is not set (deno task start runs everything in one process)",
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
  const password = await bootstrap(db, config);
  if (password !== undefined) {
    console.log(`First start: sign in as ${config.admin.username} with the password ${password}`);
  }
  const served = await serveApp({ db, config, vault });
  console.log(`The app is ready: ${served.url}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, async () => {
      await served.stop();
      await db.close();
      Deno.exit(0);
    });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
