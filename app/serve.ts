/** The application over HTTP: the app, its live sockets and its pages on one port. */
import { endView } from "../db/views_as.ts";
import type { Database } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import { openDefaultKey, type Vault } from "../pems/credentials.ts";
import { type AppOptions, makeApp } from "./app.ts";
import { type Assets, bundleAssets } from "./assets.ts";
import { makeDeck } from "./deck.ts";
import { sessionOf } from "./guard.ts";
import { makeLive } from "./live.ts";
import { setLogLevel } from "./log.ts";
import { Meters } from "./meters.ts";
import { pages } from "./pages/pages.tsx";

export interface ServeOptions {
  readonly db: Database;
  readonly config: Config;
  readonly vault: Vault;
  /** False: the API alone. */
  readonly withPages?: boolean;
}

export interface Served {
  readonly url: string;
  /** Takes no more requests, ends the sockets, and waits for the answers under way. */
  stop(): Promise<void>;
}

/** The pages of the app, with these scripts and styles. */
export const drawnWith =
  (assets: Assets, { db, config }: Pick<AppOptions, "db" | "config">): AppOptions["pages"] =>
  ({ trySignIn, signOut }, ask) =>
    pages({
      assets,
      deck: makeDeck(db.app, config.writeSync),
      ask,
      signIn: trySignIn,
      signOut,
      provider: config.singleSignOn?.name,
      endView: async (c) => {
        if (sessionOf(c).viewing) await endView(db.auth, c.get("credential")!.id);
      },
    });

/** Serves until stopped. Throws when the port is taken. */
export async function serveApp(
  { db, config, vault, withPages = true }: ServeOptions,
): Promise<Served> {
  setLogLevel(config.logLevel);
  // One that does not open is told now, not to the first who signs in.
  await openDefaultKey(vault, config.singleSignOn?.clientSecret);
  const assets = withPages ? await bundleAssets() : undefined;
  const live = makeLive({ db, writeSync: config.writeSync });
  const meters = new Meters();
  try {
    await live.ready;
    const app = makeApp({
      db,
      config,
      vault,
      live,
      meters,
      pages: assets && drawnWith(assets, { db, config }),
    });
    const server = Deno.serve(
      { port: config.port, hostname: config.host, onListen: () => {}, automaticCompression: true },
      app.fetch,
    );
    const unwatch = meters.watch();
    return {
      url: `http://${reachable(config.host)}:${server.addr.port}`,
      stop: async () => {
        unwatch();
        // Sockets first, which begins at once: a server that shuts down neither closes nor waits for them.
        await within(Promise.all([live.close(), server.shutdown()]), LAST_ANSWERS_MS);
      },
    };
  } catch (error) {
    await live.close();
    throw error;
  }
}

/** Answers under way get this long. A socket whose browser is gone would keep the server waiting for ever. */
const LAST_ANSWERS_MS = 10_000;

/** The work, or the end of its time. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** An address to open in a browser on this machine. */
const reachable = (host: string): string => {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
};
