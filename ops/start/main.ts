/** `deno task start`: everything in one process, and without a PEMS of one's own the sandbox too. */
import { bootstrap } from "../../app/bootstrap.ts";
import { serveApp } from "../../app/serve.ts";
import { ensureConnection } from "../../db/connections.ts";
import { prepare } from "../../db/prepare.ts";
import { openDatabase } from "../../db/sql.ts";
import { type Config, configOf } from "../../domain/config.ts";
import { fingerprint, makeVault, openDefaultKey } from "../../pems/credentials.ts";
import { workerOptions } from "../../worker/settings.ts";
import { startWorker } from "../../worker/work.ts";
import { seed } from "./demo.ts";
import { credentialsKeys } from "./keys.ts";
import { SANDBOX_KEY, startSandbox } from "./sandbox.ts";

/** Where the sandbox listens: a port beside the app's, the same at each start, since it is the connection's name. */
const SANDBOX_BESIDE = 1;

try {
  await start(configOf(Deno.env.toObject()));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}

async function start(given: Config): Promise<void> {
  const db = await openDatabase({ url: given.databaseUrl, dataDir: given.dataDir });
  const vault = await makeVault(await credentialsKeys(given.credentialsKeys, given.dataDir));
  const sandbox = given.pems.baseUrl === undefined
    ? await startSandbox(
      db,
      given.port === 0 ? 0 : given.port + SANDBOX_BESIDE,
      given.pems.rateLimit,
    )
    : undefined;
  const pems = sandbox === undefined
    ? { ...given.pems, apiKey: await openDefaultKey(vault, given.pems.apiKey) }
    : { ...given.pems, baseUrl: sandbox.url, apiKey: SANDBOX_KEY };
  const config = { ...given, pems };
  const connection = pems.baseUrl === undefined || pems.apiKey === undefined ? undefined : {
    baseUrl: pems.baseUrl,
    keyFingerprint: await fingerprint(pems.apiKey),
    rateLimit: pems.rateLimit,
  };
  await prepare(db, connection);
  const people = sandbox === undefined || connection === undefined
    ? []
    : await seed(db, await ensureConnection(db.auth, connection));
  const password = await bootstrap(db, config);
  const app = await serveApp({ db, config, vault });
  const worker = await startWorker(workerOptions(config, db, vault, pems.apiKey), config);
  greet();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);

  function greet() {
    console.log(`PFA Vanguard Sync is ready: ${app.url}\n`);
    if (people.length > 0) console.log(`Sign in as\n  ${people.join("\n  ")}`);
    if (password !== undefined) {
      console.log(`  ${config.admin.username}  ${password}   administrator; shown this once`);
    }
    if (sandbox !== undefined) {
      console.log(`\nSandbox PEMS at ${sandbox.url}, key ${SANDBOX_KEY}; fault switches and`);
      console.log(`ledger at ${sandbox.origin}/sandbox/faults and /sandbox/ledger`);
    }
  }

  async function stop() {
    // The worker needs the sandbox for its last answers, and everybody the database.
    await Promise.all([app.stop(), worker.stop()]);
    await sandbox?.stop();
    await db.close();
    Deno.exit(0);
  }
}
