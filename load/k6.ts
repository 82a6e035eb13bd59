/** k6 itself: on the PATH, in the user's cache, or built there once by Go. */

/** Its modules are pinned by their checksums; k6 2 is not served as a Go module where this was written. */
const MODULE = "go.k6.io/k6@v1.8.1";

const FOLDER = `${
  Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.cache`
}/vanguard-sync/${MODULE.replaceAll("/", "_")}`;

export const HOW =
  `Cannot load without k6: put k6 on the PATH (https://k6.io/docs/get-started/installation), ` +
  `or Go 1.25 or newer, which builds ${MODULE} once`;

/** The command; undefined when there is none yet. */
export async function findK6(): Promise<string | undefined> {
  for (const command of ["k6", `${FOLDER}/k6`]) {
    if (await succeeds(command, ["version"])) return command;
  }
  return undefined;
}

/** The command, built when there is none: minutes on two cores, then kept. Throws where that cannot be. */
export async function getK6(): Promise<string> {
  const found = await findK6();
  if (found !== undefined) return found;
  if (!await succeeds("go", ["version"])) throw new Error(HOW);
  console.log(`Building ${MODULE} into ${FOLDER}: some minutes, this once`);
  const built = await new Deno.Command("nice", {
    args: ["go", "install", MODULE],
    env: { GOBIN: FOLDER },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (built.success) return `${FOLDER}/k6`;
  throw new Error(`${HOW}.\n${new TextDecoder().decode(built.stderr).slice(-2000)}`);
}

async function succeeds(command: string, args: string[]): Promise<boolean> {
  try {
    const quiet = { stdout: "null", stderr: "null" } as const;
    return (await new Deno.Command(command, { args, ...quiet }).output()).success;
  } catch {
    return false;
  }
}
