/** A trial of a PEMS connection: its health and one record, within its budget of calls. */
import { Effect } from "effect";
import { depart, holdBack, reserveCall } from "../db/budget.ts";
import type { Sql } from "../db/sql.ts";
import { makeClient } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";
import { Problem } from "./problem.ts";

export interface Probed {
  readonly connectionId: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly organizationCode: string;
  readonly timeoutMs: number;
}

export interface Probe {
  readonly success: boolean;
  readonly latencyMs: number;
  readonly error: string | null;
  readonly trouble: Trouble | null;
}

/** Unreachable: nothing answers there. Refused: the key is. Busy: too many calls. Away: PEMS says it is not there now. Odd: any other answer. */
export const TROUBLES = ["unreachable", "refused", "busy", "away", "odd"] as const;
export type Trouble = typeof TROUBLES[number];

const TROUBLE: { readonly [tag in PemsError["_tag"]]: Trouble } = {
  NotSent: "unreachable",
  Unanswered: "unreachable",
  Unauthorized: "refused",
  RateLimited: "busy",
  Unavailable: "away",
  Doubtful: "odd",
  Rejected: "odd",
  VersionConflict: "odd",
};

/** A person waits for the answer. */
const MOST_WAIT_MS = 10_000;

/** Never throws for what PEMS does; 503 when the budget has no place soon. */
export async function probe(auth: Sql, probed: Probed): Promise<Probe> {
  const client = makeClient(probed);
  let latencyMs = 0;
  for (
    const call of [
      client.health(),
      Effect.asVoid(client.list({ organizationCode: probed.organizationCode, limit: 1 })),
    ]
  ) {
    await turn(auth, probed.connectionId);
    const began = performance.now();
    const error = await Effect.runPromise(
      call.pipe(Effect.match({ onFailure: (failed: PemsError) => failed, onSuccess: () => null })),
    );
    latencyMs += Math.round(performance.now() - began);
    if (error === null) continue;
    if (error._tag === "RateLimited") {
      await holdBack(auth, probed.connectionId, error.retryAfterMs ?? 1000);
    }
    return { success: false, latencyMs, error: error.message, trouble: TROUBLE[error._tag] };
  }
  return { success: true, latencyMs, error: null, trouble: null };
}

/** Waits for a place in the budget that all calls share, and for room to leave. */
async function turn(auth: Sql, connectionId: string): Promise<void> {
  const call = await reserveCall(auth, connectionId, { probing: true });
  if (call === undefined || call.inMs > MOST_WAIT_MS) {
    throw new Problem("not_ready", "This PEMS takes no calls just now", [], {
      "retry-after": String(Math.ceil((call?.inMs ?? MOST_WAIT_MS) / 1000)),
    });
  }
  if (call.departure !== null) return;
  for (let waitMs: number | undefined = call.inMs; waitMs !== undefined;) {
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    const leave = await depart(auth, connectionId, { probing: true });
    waitMs = "waitMs" in leave ? leave.waitMs : undefined;
  }
}
