/** The client asking a PEMS over real HTTP that gives one answer, whatever it is. */
import { Effect, Result } from "effect";
import { makeClient, type PemsClient } from "../pems/client.ts";
import type { PemsError } from "../pems/errors.ts";

export const KEY = "key-5f1c";

/** Asks a PEMS that gives this answer. */
export async function ask<A>(
  answer: (request: Request) => Response | Promise<Response>,
  call: (client: PemsClient) => Effect.Effect<A, PemsError>,
): Promise<Result.Result<A, PemsError>> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  const baseUrl = `http://127.0.0.1:${server.addr.port}/api/`;
  const client = makeClient({ baseUrl, apiKey: KEY, timeoutMs: 5000 });
  try {
    return await Effect.runPromise(Effect.result(call(client)));
  } finally {
    await server.shutdown();
  }
}

/** Tag and fields of an error, without its stack. */
export const told = (error: PemsError) => ({ ...error, _tag: error._tag, message: error.message });
