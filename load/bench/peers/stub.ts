/** A PEMS that takes every write at once: what all contenders send to. It counts, may limit, and may answer late. */
import { wireRecord } from "../../../domain/pfa.ts";
import { aPfa } from "../../../tests/builders.ts";
import { type Limiter, makeLimiter } from "../../../pems/limiter.ts";

/** What it has seen since it was last told how to behave. */
export interface Seen {
  /** Writes it took. */
  readonly taken: number;
  /** Writes it answered with 429. */
  readonly refused: number;
  /** Writes it took that it had executed before. */
  readonly repeated: number;
  /** Epoch ms of the first and the last it took. */
  readonly first: number;
  readonly last: number;
}

/** How it behaves from now on; it counts anew. */
export interface Behaviour {
  /** Calls within any second; absent: as many as come. */
  readonly rate?: number;
  readonly latencyMs?: number;
}

let behaviour: Behaviour = {};
let limiter: Limiter | undefined;
let arrivals: Array<{ readonly pfaId: string; readonly at: number }> = [];
let refused = 0;
let repeated = 0;
/** The version each record has, and the write that made it. */
const records = new Map<string, { readonly version: number; readonly changes: unknown }>();

const now = () => performance.timeOrigin + performance.now();

function behave(next: Behaviour) {
  behaviour = next;
  limiter = next.rate === undefined
    ? undefined
    : makeLimiter("window", next.rate, () => performance.now());
  [arrivals, refused, repeated] = [[], 0, 0];
}

async function take(request: Request, pfaId: string): Promise<Response> {
  const at = now();
  const { version, changes } = await request.json() as { version: number; changes: unknown };
  const waitMs = limiter?.admit() ?? 0;
  if (waitMs > 0) {
    refused++;
    return new Response(null, {
      status: 429,
      headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
    });
  }
  arrivals.push({ pfaId, at });
  if ((records.get(pfaId)?.version ?? 0) > version) repeated++;
  records.set(pfaId, { version: version + 1, changes });
  if (behaviour.latencyMs) await new Promise((done) => setTimeout(done, behaviour.latencyMs));
  const updatedAt = new Date().toISOString();
  return Response.json({ success: true, pfaId, newVersion: version + 1, updatedAt });
}

/** The record as PEMS would tell it. */
function tell(pfaId: string): Response {
  const { version, changes } = records.get(pfaId) ?? { version: 1, changes: {} };
  return Response.json({
    pfaId,
    organizationCode: "BENCH",
    version,
    updatedAt: new Date().toISOString(),
    modifiedBy: "bench",
    changeReason: null,
    data: { ...wireRecord(aPfa()), ...changes as object },
  });
}

const seen = (): Seen => ({
  taken: arrivals.length,
  refused,
  repeated,
  first: arrivals[0]?.at ?? 0,
  last: arrivals.at(-1)?.at ?? 0,
});

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, async (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/stub/behave") {
    behave(await request.json());
    return Response.json({});
  }
  if (pathname === "/stub/seen") return Response.json(seen());
  if (pathname === "/stub/arrivals") return Response.json(arrivals);
  const pfaId = decodeURIComponent(pathname.split("/").at(-1)!);
  return request.method === "GET" ? tell(pfaId) : await take(request, pfaId);
});
