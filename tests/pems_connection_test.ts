/** What the client makes of connections that fail, against real sockets: what was certainly not sent, and what may have been. */
import assert from "node:assert/strict";
import { Effect, Exit, Fiber, Result } from "effect";
import { makeClient } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";

const WRITE = { pfaId: "PFA-1", body: '{"pfaId":"PFA-1"}', idempotencyKey: "k-1" };
const DONE = '{"success":true,"pfaId":"PFA-1","newVersion":2,"updatedAt":"2026-01-01T00:00:00Z"}';
const KEY = "key-5f1c";

interface RawServer extends Disposable {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  /** Requests so far, each as it was read. */
  readonly requests: string[];
}

/** A server that treats each connection as told, below HTTP; `turn` counts connections from 1. */
function rawServer(
  treat: (connection: Deno.TcpConn, turn: number, request: () => Promise<boolean>) => Promise<void>,
): RawServer {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const requests: string[] = [];
  const open = new Set<Deno.TcpConn>();
  let connections = 0;
  const serve = async (connection: Deno.TcpConn) => {
    const turn = ++connections;
    const request = async () => {
      const buffer = new Uint8Array(65_536);
      const size = await connection.read(buffer);
      if (size !== null) requests.push(new TextDecoder().decode(buffer.subarray(0, size)));
      return size !== null;
    };
    await treat(connection, turn, request).catch(() => {});
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      open.add(connection);
      void serve(connection);
    }
  })();
  accepting.catch(() => {});
  return {
    port: listener.addr.port,
    connections: () => connections,
    requests,
    [Symbol.dispose]: () => {
      listener.close();
      for (const connection of open) close(connection);
    },
  };
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // Closed by the test already.
  }
}

const say = (connection: Deno.TcpConn, text: string) =>
  connection.write(new TextEncoder().encode(text));

const put = (url: string, timeoutMs = 5000) =>
  makeClient({ baseUrl: url, apiKey: KEY, timeoutMs }).put(WRITE);

async function failure(url: string, timeoutMs?: number): Promise<PemsError> {
  const result = await Effect.runPromise(Effect.result(put(url, timeoutMs)));
  assert(Result.isFailure(result), "the call must fail");
  assert(!result.failure.message.includes(KEY));
  return result.failure;
}

Deno.test("a refused connection was not sent", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  listener.close();
  const error = await failure(`http://127.0.0.1:${port}`);
  assert.equal(error._tag, "NotSent");
  assert.match(error.message, /^Cannot connect to PEMS: .*refused/i);
});

Deno.test("a host without an address was not sent to", async () => {
  const error = await failure("https://pems.invalid");
  assert.equal(error._tag, "NotSent");
  assert.match(error.message, /^Cannot connect to PEMS: pems.invalid has no address/);
});

Deno.test("a failed TLS handshake was not sent", async () => {
  using plain = rawServer(async (connection, _, request) => {
    await request();
    await say(connection, "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    close(connection);
  });
  using closing = rawServer((connection) => Promise.resolve(close(connection)));
  assert.equal((await failure(`https://127.0.0.1:${plain.port}`))._tag, "NotSent");
  assert.equal((await failure(`https://127.0.0.1:${closing.port}`))._tag, "NotSent");
});

Deno.test("a key that no header can carry was not sent, and is not repeated", async () => {
  const client = makeClient({ baseUrl: "http://127.0.0.1:9", apiKey: "a\nb", timeoutMs: 100 });
  const error = await Effect.runPromise(Effect.flip(client.put(WRITE)));
  assert.equal(error._tag, "NotSent");
  assert(!error.message.includes("a\nb"));
});

Deno.test("a connection closed before an answer may have been sent", async () => {
  using atOnce = rawServer((connection) => Promise.resolve(close(connection)));
  using afterReading = rawServer(async (connection, _, request) => {
    await request();
    close(connection);
  });
  using inHeaders = rawServer(async (connection, _, request) => {
    await request();
    await say(connection, "HTTP/1.1 200 OK\r\ncontent-");
    close(connection);
  });
  for (const server of [atOnce, afterReading, inHeaders]) {
    assert.equal((await failure(`http://127.0.0.1:${server.port}`))._tag, "Unanswered");
  }
});

Deno.test("an answer that is no HTTP may have been sent to PEMS", async () => {
  using server = rawServer(async (connection, _, request) => {
    await request();
    await say(connection, "SSH-2.0-OpenSSH_9.2\r\n");
    close(connection);
  });
  assert.equal((await failure(`http://127.0.0.1:${server.port}`))._tag, "Unanswered");
});

Deno.test("a 200 or 500 cut off in its body is unanswered; a 409, 422 or 503 says enough by its status", async () => {
  const expected = {
    200: "Unanswered",
    500: "Unanswered",
    409: "VersionConflict",
    422: "Rejected",
    429: "RateLimited",
    503: "Unavailable",
  };
  for (const [status, tag] of Object.entries(expected)) {
    using server = rawServer(async (connection, _, request) => {
      await request();
      await say(connection, `HTTP/1.1 ${status} X\r\ncontent-length: 100\r\n\r\n{"succ`);
      close(connection);
    });
    assert.equal((await failure(`http://127.0.0.1:${server.port}`))._tag, tag, status);
  }
});

Deno.test("a time-out covers headers and body, and closes the socket", async () => {
  for (const beginning of ["", `HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"succ`]) {
    const closed = Promise.withResolvers<void>();
    using server = rawServer(async (connection, _, request) => {
      await request();
      await say(connection, beginning);
      while (await request());
      closed.resolve();
    });
    const error = await failure(`http://127.0.0.1:${server.port}`, 50);
    assert.equal(error._tag, "Unanswered");
    assert.equal(error.message, "PEMS did not answer within 50 ms");
    await closed.promise;
  }
});

Deno.test("interrupting a call closes its socket", async () => {
  const [arrived, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  using server = rawServer(async (_connection, _, request) => {
    await request();
    arrived.resolve();
    while (await request());
    closed.resolve();
  });
  const fiber = Effect.runFork(put(`http://127.0.0.1:${server.port}`));
  await arrived.promise;
  await Effect.runPromise(Fiber.interrupt(fiber));
  assert(Exit.isFailure(await Effect.runPromise(Fiber.await(fiber))));
  await closed.promise;
});

Deno.test("a PUT is never sent twice when the server drops a connection that it had kept alive", async () => {
  // Answers the first request on a connection and keeps it; reads a second one on it and hangs up.
  using server = rawServer(async (connection, _, request) => {
    await request();
    await say(connection, `HTTP/1.1 200 OK\r\ncontent-length: ${DONE.length}\r\n\r\n${DONE}`);
    await request();
    close(connection);
  });
  const url = `http://127.0.0.1:${server.port}`;
  await Effect.runPromise(put(url));
  await Effect.runPromise(put(url));
  assert.equal(server.requests.length, 2);
  assert.equal(server.connections(), 2);
});

Deno.test("a PUT whose connection is dropped is sent once", async () => {
  using server = rawServer(async (connection, _, request) => {
    await request();
    close(connection);
  });
  assert.equal((await failure(`http://127.0.0.1:${server.port}`))._tag, "Unanswered");
  // A second copy would have been sent before the first failure was told.
  assert.deepEqual([server.connections(), server.requests.length], [1, 1]);
});
