/** One HTTP exchange with PEMS: a request out, a whole answer back, or the reason why there is none. */
import { Effect } from "effect";
import { refusalOf, type Resolve } from "./address.ts";
import { failureOf, type HttpAnswer } from "./answer.ts";
import { NotSent, type PemsError, Unanswered } from "./errors.ts";

type Fetch = (request: Request) => Promise<Response>;

export interface TransportOptions {
  readonly apiKey: string;
  /** For one call: connection, headers and body together. */
  readonly timeoutMs: number;
  /** Stands in for the network; the sandbox has one. */
  readonly fetch?: Fetch | undefined;
  /** Stands in for the system's resolver. */
  readonly resolve?: Resolve | undefined;
}

// Deno's fetch sends a request again, PUT as well, when a pooled connection turns out to be closed: a server
// that reads a PUT and closes a kept-alive connection gets it a second time, unseen by the caller (measured on
// Deno 2.9.6). On a fresh connection it never does. So no connection is kept, and HTTP/2, whose streams are
// repeated after a GOAWAY, is not offered.
const network = Deno.createHttpClient({ poolMaxIdlePerHost: 0, http2: false });

/** Makes one request and waits for the whole answer; anything but 200 is a failure. */
export function caller(options: TransportOptions) {
  const { apiKey, timeoutMs, fetch = overNetwork(options.resolve) } = options;
  // A PEMS that echoes the key must not bring it into messages, logs and tables.
  const redacted = (answer: HttpAnswer): HttpAnswer =>
    apiKey === "" || answer.text === undefined
      ? answer
      : { ...answer, text: answer.text.replaceAll(apiKey, "[key]") };
  return (url: string, init: RequestInit): Effect.Effect<HttpAnswer, PemsError> =>
    Effect.try({
      try: () => makeRequest(url, init, apiKey),
      // The cause is left out: it may quote the header with the key.
      catch: () =>
        new NotSent({ message: "Cannot make the request to PEMS: its URL or key is malformed" }),
    }).pipe(
      Effect.flatMap((request) =>
        Effect.tryPromise({ try: (signal) => exchange(fetch, request, signal), catch: lost })
      ),
      Effect.timeoutOrElse({
        duration: timeoutMs,
        orElse: () =>
          Effect.fail(new Unanswered({ message: `PEMS did not answer within ${timeoutMs} ms` })),
      }),
      Effect.flatMap((answer) =>
        answer.status === 200 ? Effect.succeed(answer) : Effect.fail(failureOf(redacted(answer)))
      ),
    );
}

/** An address that is not to be called. */
class Forbidden extends Error {}

/** The name is looked at before each call: what it stood for when it was set up tells nothing of now. */
const overNetwork = (resolve: Resolve | undefined): Fetch => async (request) => {
  const refused = await refusalOf(request.url, resolve);
  if (refused !== undefined) throw new Forbidden(refused);
  return await fetch(request, { client: network });
};

function makeRequest(url: string, init: RequestInit, apiKey: string): Request {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${apiKey}`);
  headers.set("accept", "application/json");
  return new Request(url, { ...init, headers, redirect: "manual" });
}

async function exchange(
  fetch: Fetch,
  request: Request,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { status, headers, body } = await answerOf(fetch, new Request(request, { signal }));
  return { status, headers, text: await body, at: Date.now() };
}

async function answerOf(fetch: Fetch, request: Request) {
  const response = await fetch(request);
  const body = response.text().catch(() => undefined);
  return { status: response.status, headers: response.headers, body };
}

// Deno tells the phase only in the text of the cause: "client error (Connect)" covers refused connections, DNS and
// TLS, before a byte of the request. Whatever does not say so may have been sent.
const BEFORE_SENDING = /\): client error \(Connect\): (.*)$/s;

function lost(cause: unknown): NotSent | Unanswered {
  if (cause instanceof Forbidden) {
    return new NotSent({ message: `Cannot connect to PEMS: ${cause.message}` });
  }
  const told = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : "";
  const before = BEFORE_SENDING.exec(told)?.[1];
  if (before !== undefined) return new NotSent({ message: `Cannot connect to PEMS: ${before}` });
  const phase = /client error \(\w+\): (.*)$/s.exec(told)?.[1];
  return new Unanswered({
    message: `The connection to PEMS was lost before it answered${phase ? `: ${phase}` : ""}`,
  });
}
