/** The sandbox PEMS beside the product: in the same database, so that its versions survive a restart. */
import type { Database } from "../../db/sql.ts";
import { fillStore } from "../../pems/generator.ts";
import { sqlStore } from "../../pems/sandbox_store.ts";
import { type Served, serveSandbox } from "../../pems/serve.ts";

export const SANDBOX_KEY = "sandbox-key";

/**
 * Serves it on the port, or on any free one when that is taken.
 * @param rateLimit requests per second
 */
export async function startSandbox(
  db: Database,
  port: number,
  rateLimit: number,
): Promise<Served> {
  const store = await sqlStore(db.owner);
  await fillStore(store);
  const serve = (port: number) =>
    serveSandbox({ port, store, apiKey: SANDBOX_KEY, faults: { rateLimit } });
  try {
    return await serve(port);
  } catch {
    return await serve(0);
  }
}
