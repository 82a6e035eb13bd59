/** The wire between a worker and the sandbox: every request is kept, and a test decides what becomes of the next one. */
import type { Sandbox } from "../pems/sandbox.ts";

/** `serve` lets the sandbox have the request, as often as it is called. */
export type Handler = (serve: () => Promise<Response>, request: Request) => Promise<Response>;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly pfaId: string;
  readonly key: string | null;
  readonly text: string;
  /** Monotonic ms. */
  readonly at: number;
}

export interface Wire {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Every request in the order of arrival. */
  readonly sent: ReadonlyArray<Sent>;
  /** The PUTs and DELETEs among them. */
  readonly writes: () => ReadonlyArray<Sent>;
  /** The next request whose `METHOD /path` begins so is handled by this one; several queue up. */
  readonly once: (begins: string, ...handlers: Handler[]) => void;
  /** Every request whose `METHOD /path` begins so; undefined: no longer. */
  readonly always: (begins: string, handler: Handler | undefined) => void;
  /** Opens every gate. */
  readonly open: () => void;
  /** A handler that holds its requests until `open`; `reached` settles when the first one has come. */
  readonly gate: (then?: Handler) => Gate;
}

export interface Gate {
  readonly handler: Handler;
  readonly reached: Promise<void>;
  readonly open: () => void;
}

/** @param heard called whenever a request arrives */
export function makeWire(sandbox: Sandbox, heard: () => void): Wire {
  const sent: Sent[] = [];
  const queued: Array<{ begins: string; handler: Handler }> = [];
  const standing = new Map<string, Handler>();
  const gates: Gate[] = [];

  return {
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      const { method, headers, signal } = request;
      const pfaId = decodeURIComponent(pathname.split("/")[4] ?? "");
      const key = headers.get("idempotency-key");
      sent.push({ method, path: pathname + search, pfaId, key, text, at: performance.now() });
      heard();
      const line = `${method} ${pathname}${search}`;
      const place = queued.findIndex(({ begins }) => line.startsWith(begins));
      const handler = place >= 0
        ? queued.splice(place, 1)[0]!.handler
        : [...standing].find(([begins]) => line.startsWith(begins))?.[1];
      const again = () =>
        new Request(request.url, {
          method,
          headers,
          signal,
          ...(text === "" ? {} : { body: text }),
        });
      const serve = () => sandbox.fetch(again());
      return await (handler === undefined ? serve() : handler(serve, again()));
    },
    sent,
    writes: () => sent.filter(({ method }) => method !== "GET"),
    once: (begins, ...handlers) =>
      void queued.push(...handlers.map((handler) => ({ begins, handler }))),
    always: (begins, handler) =>
      void (handler === undefined ? standing.delete(begins) : standing.set(begins, handler)),
    open: () => gates.forEach((gate) => gate.open()),
    gate: (then = (serve) => serve()) => {
      const reached = Promise.withResolvers<void>();
      const opened = Promise.withResolvers<void>();
      const gate: Gate = {
        reached: reached.promise,
        open: opened.resolve,
        handler: async (serve, request) => {
          reached.resolve();
          await opened.promise;
          return await then(serve, request);
        },
      };
      gates.push(gate);
      return gate;
    },
  };
}

/** Answers so, and PEMS knows nothing of it. */
export const answered =
  (status: number, message = `said ${status}`, headers: Record<string, string> = {}): Handler =>
  () => Promise.resolve(Response.json({ error: "SAID", message }, { status, headers }));

/** PEMS executes it, and the answer is lost on the way. */
export const lost: Handler = async (serve) => {
  await serve();
  throw new Error("the answer was lost");
};

/** Lost before PEMS saw anything of it. */
export const dropped: Handler = () => Promise.reject(new Error("the request was lost"));

/** What Deno says of a port where nobody listens. */
export const refused: Handler = async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return await fetch(`http://127.0.0.1:${listener.addr.port}/`);
};

/** PEMS executes it and answers something else. */
export const executedBut = (answer: () => Response): Handler => async (serve) => {
  await serve();
  return answer();
};
