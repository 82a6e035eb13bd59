/** TCP to Postgres, so that a connection that is lost ends its queries and not the process. */
import { connect, type Socket } from "node:net";

/** What postgres.js tells of the server it wants: lists, of which this product uses the first. */
interface Wanted {
  readonly host: ReadonlyArray<string>;
  readonly port: ReadonlyArray<number>;
  readonly path?: string | false;
}

/**
 * A socket for postgres.js's `socket` option. The driver forgets its socket at `close`, and what a transaction still
 * sends then, its rollback first of all, is written to nothing: an exception that nobody can catch (postgres 3.4.9,
 * `nextWrite`). So a lost connection first fails everything that waits for it and whatever is still written to it,
 * and closes once nobody writes any more.
 */
export function openSocket({ host, port, path }: Wanted): Socket {
  const socket = path ? connect(path) : connect(port[0]!, host[0]!);
  const emit = socket.emit.bind(socket) as (event: string, ...rest: unknown[]) => boolean;
  const write = socket.write.bind(socket) as (...chunk: unknown[]) => boolean;
  let lost = false;
  let writes = 0;
  const fail = () => {
    const error = new Error("The connection to Postgres was lost");
    emit("error", Object.assign(error, { code: "CONNECTION_CLOSED" }));
  };
  const closeWhenQuiet = (seen: number, rest: unknown[]): void => {
    setImmediate(() =>
      setImmediate(() =>
        writes === seen ? void emit("close", ...rest) : closeWhenQuiet(writes, rest)
      )
    );
  };
  socket.emit = ((event: string, ...rest: unknown[]) => {
    if (event !== "close" || lost) return emit(event, ...rest);
    lost = true;
    fail();
    closeWhenQuiet(writes, rest);
    return true;
  }) as typeof socket.emit;
  socket.write = ((...chunk: unknown[]) => {
    if (!lost) return write(...chunk);
    writes += 1;
    queueMicrotask(fail);
    return false;
  }) as typeof socket.write;
  return socket;
}
