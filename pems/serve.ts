/** Serves the sandbox PEMS on loopback, over real HTTP. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { BASE_PATH } from "./records.ts";
import { makeSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

export interface ServeOptions extends SandboxOptions {
  /** 0: any free port. */
  readonly port: number;
}

export interface Served {
  /** `{base}` of the contract. */
  readonly url: string;
  /** Where `/sandbox/*` is. */
  readonly origin: string;
  readonly sandbox: Sandbox;
  readonly stop: () => Promise<void>;
}

/**
 * Resolves when it listens; rejects when the port is taken.
 * node:http and not Deno.serve, since only a socket at hand can be dropped before a status line is out.
 */
export async function serveSandbox({ port, ...options }: ServeOptions): Promise<Served> {
  const sandbox = makeSandbox(options);
  const server = createServer((incoming, outgoing) => void serve(sandbox, incoming, outgoing));
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", listening);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin + BASE_PATH,
    origin,
    sandbox,
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        sandbox.stop();
        server.closeAllConnections();
      }),
  };
}

async function serve(sandbox: Sandbox, incoming: IncomingMessage, outgoing: ServerResponse) {
  try {
    const response = await sandbox.fetch(await requestOf(incoming, outgoing));
    const body = await response.text();
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(body);
  } catch {
    // Dropped on purpose, or broken by a fault of the store: either way there is no answer.
    incoming.socket.destroy();
  }
}

async function requestOf(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  return new Request(`http://${incoming.headers.host ?? "127.0.0.1"}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: Object.entries(incoming.headers).map((
      [name, value],
    ): [string, string] => [name, String(value)]),
    signal: gone.signal,
    ...(chunks.length === 0 ? {} : { body: new Blob(chunks as BlobPart[]) }),
  });
}
