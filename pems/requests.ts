/** The log of every request the sandbox PEMS received: in memory, so that keeping it costs the requests nothing. */
import type { Fate } from "./faults.ts";

export interface LoggedRequest {
  /** ISO instant of arrival. */
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
  /** The status that went out; null while it is in hand, and when the connection was dropped. */
  status: number | null;
  /** Undefined when it came to no roll: refused before, or still in hand. */
  fate: Fate | undefined;
}

export interface RequestLog {
  readonly add: (request: LoggedRequest) => void;
  /** In the order of arrival, from the instant on (epoch ms, inclusive). */
  readonly since: (at: number) => ReadonlyArray<LoggedRequest>;
}

/** Keeps the newest `most` requests. */
export function makeRequestLog(most = 200_000): RequestLog {
  const ring: LoggedRequest[] = [];
  let oldest = 0;
  return {
    add: (request) => {
      if (ring.length < most) return void ring.push(request);
      ring[oldest] = request;
      oldest = (oldest + 1) % most;
    },
    since: (at) =>
      [...ring.slice(oldest), ...ring.slice(0, oldest)]
        .filter((request) => Date.parse(request.at) >= at),
  };
}
