/** The product as its users start it: one process, its data in a folder of the test's. */
import { freePort, startScript } from "../load/bench/processes.ts";
import { DEMO_PASSWORD } from "../ops/start/demo.ts";
import { SANDBOX_KEY } from "../ops/start/sandbox.ts";

export interface Account {
  readonly username: string;
  readonly password: string;
}

/** The first administrator, where the first start is told of the password. */
export const ADMIN: Account = { username: "admin", password: "the-first-password" };

export interface Product {
  readonly origin: string;
  readonly ana: Account;
  /** Manages RIO. */
  readonly olga: Account;
  /** May only look at RIO, without money. */
  readonly vic: Account;
  /** PEMS's own answer for the record. */
  pems(pfaId: string): Promise<{ version: number; data: Record<string, unknown> }>;
  /** Somebody changes the record of RIO in PEMS itself. */
  edit(pfaId: string, changes: { readonly [field: string]: unknown }): Promise<void>;
  /** Every request and change PEMS has seen since it was started. */
  ledger(): Promise<{ changes: Array<{ pfaId: string; version: number }>; requests: unknown[] }>;
  /** Sets the sandbox's fault switches. */
  faults(switches: { readonly [name: string]: unknown }): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL: nothing is put in order. */
  kill(): Promise<void>;
}

/** Starts it, or starts it again on the data of an earlier one. */
export async function startProduct(
  dataDir: string,
  port = freePort(),
  environment: { readonly [name: string]: string } = {},
): Promise<Product> {
  const running = await startScript("ops/start/main.ts", {
    env: {
      PORT: String(port),
      DATA_DIR: dataDir,
      LOG_LEVEL: "warn",
      DATABASE_URL: "",
      // Read at its start and when asked to: a tick in the middle of a test would take its conflicts away.
      READ_SYNC_SCHEDULE: "0 0 1 1 *",
      ...environment,
    },
    ready: /^ledger at /,
  });
  const sandbox = running.line.match(/http:\/\/[^/]+/)![0];
  const asked = async (path: string, init?: RequestInit) => {
    const response = await fetch(sandbox + path, {
      ...init,
      headers: { authorization: `Bearer ${SANDBOX_KEY}`, "content-type": "application/json" },
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}`);
    return await response.json();
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    ana: { username: "ana", password: DEMO_PASSWORD },
    olga: { username: "olga", password: DEMO_PASSWORD },
    vic: { username: "vic", password: DEMO_PASSWORD },
    pems: (pfaId) => asked(`/api/pems/pfa/${pfaId}`),
    edit: async (pfaId, changes) => {
      const edit = { organizationCode: "RIO", pfaId, modifiedBy: "dcosta", changes };
      await asked("/sandbox/edit", { method: "POST", body: JSON.stringify(edit) });
    },
    ledger: () => asked("/sandbox/ledger"),
    faults: async (switches) => {
      await asked("/sandbox/faults", { method: "POST", body: JSON.stringify(switches) });
    },
    stop: () => running.stop(),
    kill: () => running.stop("SIGKILL"),
  };
}

/** A folder that is gone afterwards. */
export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "vanguard-product-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
