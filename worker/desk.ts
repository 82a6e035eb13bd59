/** What every part of a worker needs: its name, its database, its settings, and how to reach each PEMS. */
import { Context, Effect, Layer } from "effect";
import { type Endpoint, endpoints, type Late, noteLate } from "../db/budget.ts";
import type { Database } from "../db/sql.ts";
import type { RetryPolicy } from "../domain/retry.ts";
import { together } from "./together.ts";
import { makeClient, type PemsClient } from "../pems/client.ts";
import type { Vault } from "../pems/credentials.ts";

export interface WorkerOptions {
  readonly db: Database;
  readonly vault: Vault;
  /** The key of organizations that have none of their own; undefined: they have no connection. */
  readonly defaultKey: string | undefined;
  readonly timeoutMs: number;
  /** False: commits are queued, nothing is sent. */
  readonly writeSync: boolean;
  /** Cron expressions, UTC. */
  readonly writeSchedule: string;
  readonly readSchedule: string;
  /** Calls in flight at most. */
  readonly batchSize: number;
  readonly retry: RetryPolicy;
  readonly lateWindowMs: number;
  readonly leaseMs: number;
  /** While PEMS is down: before it is first asked whether it is back; also how often workers look for such a duty. */
  readonly probeMs: number;
  /** Where alerts are posted, and when a try that failed is made again; undefined: nowhere. */
  readonly alerts?: { readonly url: string; readonly retry: RetryPolicy } | undefined;
  /** Whole months that are kept of what is kept by month; undefined: all. */
  readonly keptMonths?: number | undefined;
  /** The sandbox's `fetch` may stand in for the network. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** A PEMS connection that can be called. */
export interface Connection {
  readonly id: string;
  readonly client: PemsClient;
}

export interface Furnishing {
  readonly workerId: string;
  /** The call has left only now, later than its departure says; rejects while the database is away. */
  readonly noteLate: (call: Late) => Promise<void>;
}

/** Notes of late calls in one statement. */
const MOST_NOTES = 100;

export class Desk extends Context.Service<Desk, WorkerOptions & Furnishing>()(
  "vanguard/worker/Desk",
) {
  static readonly layer = (options: WorkerOptions) =>
    Layer.effect(
      Desk,
      Effect.sync(() => {
        const noted = together(async (calls: ReadonlyArray<Late>) => {
          const [outcome] = await Promise.allSettled([noteLate(options.db.worker, calls)]);
          return calls.map(() => outcome);
        }, { abreast: 1, most: MOST_NOTES });
        return Desk.of({ ...options, workerId: crypto.randomUUID(), noteLate: noted });
      }),
    );
}

/** The connections in use; one whose key cannot be opened is left out, and told of in the log. */
export const connections = Effect.gen(function* () {
  const desk = yield* Desk;
  const found = yield* Effect.promise(() => endpoints(desk.db.worker));
  const opened = yield* Effect.forEach(found, (endpoint) =>
    open(endpoint).pipe(
      Effect.catch((error) =>
        Effect.as(
          Effect.logError(`Cannot use PEMS at ${endpoint.baseUrl}: ${error.message}`),
          undefined,
        )
      ),
    ));
  return opened.filter((connection) => connection !== undefined);
});

const open = Effect.fnUntraced(function* (endpoint: Endpoint) {
  const { vault, defaultKey, timeoutMs, fetch } = yield* Desk;
  const { connectionId: id, baseUrl, sealed } = endpoint;
  const apiKey = sealed === undefined ? defaultKey : yield* Effect.tryPromise({
    try: () => vault.open(sealed.organizationId, sealed.envelope),
    catch: (cause) => cause as Error,
  });
  if (apiKey === undefined) return yield* Effect.fail(new Error("no API key is set"));
  const connection: Connection = { id, client: makeClient({ baseUrl, apiKey, timeoutMs, fetch }) };
  return connection;
});
