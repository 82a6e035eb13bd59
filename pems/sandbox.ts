/** The sandbox PEMS: the contract over a store, behind a gate that can be made to fail in every way a network can. */
import { Effect } from "effect";
import { controlRoutes } from "./control.ts";
import { dice } from "./dice.ts";
import { type Fate, type Faults, NO_FAULTS, rollFate } from "./faults.ts";
import { type Limiter, makeLimiter } from "./limiter.ts";
import { BASE_PATH, recordRoutes } from "./records.ts";
import { type LoggedRequest, makeRequestLog, type RequestLog } from "./requests.ts";
import type { SandboxStore } from "./store.ts";

export interface SandboxOptions {
  readonly store: SandboxStore;
  readonly apiKey: string;
  readonly faults?: Partial<Faults>;
  /** Milliseconds that never go back, for the limiter. */
  readonly now?: () => number;
}

export interface Sandbox {
  /** Rejects with `ConnectionLost` where a connection would be dropped. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly store: SandboxStore;
  readonly requests: RequestLog;
  readonly faults: () => Faults;
  /** Sets the switches named and leaves the others; dice and limiter start anew. */
  readonly setFaults: (faults: Partial<Faults>) => Faults;
  /** Ends what hangs or waits; late copies still under way are never executed. */
  readonly stop: () => void;
}

/** Thrown instead of an answer: whoever serves the sandbox drops the connection. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** A sandbox to hand in as `fetch` with base `http://127.0.0.1/api`, or to serve (serve.ts). */
export function makeSandbox(options: SandboxOptions): Sandbox {
  const { store, now = () => performance.now() } = options;
  const requests = makeRequestLog();
  const stopped = new AbortController();
  let faults: Faults;
  let random: () => number;
  let limiter: Limiter | undefined;
  let burstLeft = 0;
  setFaults({ ...NO_FAULTS, ...options.faults });

  const records = recordRoutes({ store, honoursKeys: () => !faults.ignoreIdempotencyKeys });
  const sandbox: Sandbox = {
    fetch: async (request) =>
      new URL(request.url).pathname.startsWith(BASE_PATH)
        ? await gate(request)
        : await control.fetch(request),
    store,
    requests,
    faults: () => faults,
    setFaults,
    stop: () => stopped.abort(),
  };
  const control = controlRoutes(sandbox);
  return sandbox;

  function setFaults(changed: Partial<Faults>): Faults {
    faults = { ...faults, ...changed };
    random = dice(faults.seed);
    limiter = faults.rateLimit > 0 ? makeLimiter(faults.limiter, faults.rateLimit, now) : undefined;
    burstLeft = 0;
    return faults;
  }

  async function gate(request: Request): Promise<Response> {
    const entry = logEntry(request);
    requests.add(entry);
    const body = await request.text();
    const response = refusal(request) ?? await suffer(request, body, entry);
    entry.status = response.status;
    return response;
  }

  /** The answer of whatever stands before PEMS itself; undefined: the request may pass. */
  function refusal(request: Request): Response | undefined {
    if (faults.outage === "dropped") throw new ConnectionLost("outage");
    if (faults.outage === "unavailable") return problem(503, "SERVICE_UNAVAILABLE");
    if (faults.unauthorized || request.headers.get("authorization") !== bearer()) {
      return problem(401, "UNAUTHORIZED");
    }
    const waitMs = limiter?.admit() ?? 0;
    if (waitMs > 0) return problem(429, "RATE_LIMIT_EXCEEDED", Math.ceil(waitMs / 1000));
    if (burstLeft > 0) {
      burstLeft -= 1;
      return problem(429, "RATE_LIMIT_EXCEEDED", faults.retryAfterSeconds);
    }
    return faults.refusing && request.method !== "GET"
      ? Response.json({ error: "REFUSED", message: REFUSED }, { status: 422 })
      : undefined;
  }

  async function suffer(request: Request, body: string, entry: LoggedRequest) {
    const { latencyMs, jitterMs, lateMs, retryAfterSeconds, tooManyBurst } = faults;
    const isWrite = request.method !== "GET";
    const fate = entry.fate = rollFate(faults, isWrite, random);
    const served = () => Promise.resolve(records.fetch(repeat(request, body)));
    if (fate === "too_many") {
      burstLeft = tooManyBurst;
      return problem(429, "RATE_LIMIT_EXCEEDED", retryAfterSeconds);
    }
    if (fate === "hung") return await hang(request.signal);
    if (fate === "late") {
      pause(lateMs).then(served).catch(() => {});
      throw new ConnectionLost("the request is late");
    }
    const waitMs = latencyMs + jitterMs * random();
    if (waitMs > 0) await pause(waitMs);
    return await answer(fate, served);
  }

  async function answer(fate: Fate, served: () => Promise<Response>): Promise<Response> {
    switch (fate) {
      case "dropped":
        throw new ConnectionLost("the request is dropped");
      case "unavailable":
        return problem(503, "SERVICE_UNAVAILABLE", faults.retryAfterSeconds);
      case "error":
      case "gateway":
        return problem(fate === "error" ? 500 : 504, "INTERNAL_ERROR");
      case "error_applied":
      case "gateway_applied":
        await served();
        return problem(fate === "error_applied" ? 500 : 504, "INTERNAL_ERROR");
      case "lost":
        await served();
        throw new ConnectionLost("the answer is lost");
      case "broken":
        return await halved(await served());
      default:
        return await served();
    }
  }

  function bearer() {
    return `Bearer ${faults.replacedKey ?? options.apiKey}`;
  }

  function pause(ms: number): Promise<void> {
    return Effect.runPromise(Effect.sleep(ms), { signal: stopped.signal });
  }

  /** Until the caller goes away or the sandbox stops. */
  async function hang(gone: AbortSignal): Promise<never> {
    const signal = AbortSignal.any([gone, stopped.signal]);
    await Effect.runPromise(Effect.never, { signal }).catch(() => {});
    throw new ConnectionLost("the request hung");
  }
}

const REFUSED = "The cost centre is closed";

function logEntry(request: Request): LoggedRequest {
  const { pathname, search } = new URL(request.url);
  return {
    at: new Date().toISOString(),
    method: request.method,
    path: pathname + search,
    idempotencyKey: request.headers.get("idempotency-key"),
    status: null,
    fate: undefined,
  };
}

/** The request once more, with the body that was read from it. */
const repeat = ({ url, method, headers }: Request, body: string): Request =>
  new Request(url, { method, headers, ...(body === "" ? {} : { body }) });

function problem(status: number, error: string, retryAfter: number | null = null): Response {
  const headers = retryAfter === null ? {} : { "retry-after": String(retryAfter) };
  return Response.json({ error }, { status, headers });
}

async function halved(response: Response): Promise<Response> {
  if (response.status !== 200) return response;
  const text = await response.text();
  return new Response(text.slice(0, Math.floor(text.length / 2)), {
    headers: { "content-type": "application/json" },
  });
}
