/** A whole installation under supervision: Postgres, a sandbox PEMS, one app and three workers, each a process of its own. */
import { freePort, type Running, startScript, untilReady } from "../../load/bench/processes.ts";
import { type Server, startPostgres } from "../postgres.ts";

export interface Installation {
  readonly postgres: Server;
  readonly origin: string;
  /** Of the sandbox. */
  readonly pems: string;
  /** SIGKILL to the nth worker; its supervisor starts another. */
  killWorker(nth: number): Promise<void>;
  stop(): Promise<void>;
}

export const WORKERS = 3;
export const PASSWORD = "a password for the chaos";
export const KEY = "sandbox-key";

/** Calls per second. */
export interface Rate {
  readonly rateLimit: number;
}

export async function openInstallation({ rateLimit }: Rate): Promise<Installation> {
  const postgres = await startPostgres(18);
  const sandbox = await startScript("pems/main.ts", {
    args: [
      ...["--memory", "--port", "0", "--api-key", KEY],
      ...["--rate-limit", String(rateLimit), "--limiter", "window"],
    ],
    ready: /^Ledger /,
  });
  const pems = sandbox.line.match(/http:\/\/[^/]+/)![0];
  const port = freePort();
  const env = {
    DATABASE_URL: postgres.url,
    PORT: String(port),
    PEMS_WRITE_API_URL: `${pems}/api`,
    PEMS_WRITE_API_KEY: KEY,
    PEMS_API_RATE_LIMIT: String(rateLimit),
    // What takes minutes in production takes seconds here: a call, a retry, the wait for a late copy.
    PEMS_TIMEOUT_MS: "2000",
    WRITE_SYNC_RETRY_DELAY: "500",
    PEMS_LATE_WINDOW_MS: "15000",
    CREDENTIALS_KEY: btoa("k".repeat(32)),
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: "error",
  };
  const app = supervise("app/main.ts", env, /http:\/\//);
  await app.up;
  const workers = Array.from({ length: WORKERS }, () => supervise("worker/main.ts", env, /ready/));
  await Promise.all(workers.map((worker) => worker.up));
  return {
    postgres,
    origin: `http://127.0.0.1:${port}`,
    pems,
    killWorker: (nth) => workers[nth]!.kill(),
    stop: async () => {
      await Promise.all([app, ...workers].map((one) => one.stop()));
      await sandbox.stop();
      await postgres.stop();
    },
  };
}

interface Supervised {
  /** Settles when it is up for the first time. */
  readonly up: Promise<void>;
  /** SIGKILL, if it is up just now. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the script again whenever it ends, as a supervisor does in production. */
function supervise(script: string, env: Record<string, string>, ready: RegExp): Supervised {
  const up = Promise.withResolvers<void>();
  let running: Running | undefined;
  let stopped = false;
  const life = (async () => {
    while (!stopped) {
      try {
        running = await untilReady(spawn(script, env), ready);
        up.resolve();
        if (stopped) await running.stop();
        await running.ended;
      } catch {
        // It ended before it was ready: the database is away.
      }
      running = undefined;
    }
  })();
  return {
    up: up.promise,
    kill: async () => await running?.stop("SIGKILL"),
    stop: async () => {
      stopped = true;
      await running?.stop();
      await life;
    },
  };
}

/** What it complains of while everything falls apart is not the tests' output. */
const spawn = (script: string, env: Record<string, string>) =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script],
    cwd: new URL("../../", import.meta.url),
    env,
    stdout: "piped",
    stderr: "null",
  }).spawn();
