/** Prometheus and its tool from Debian's package `prometheus`; what needs them is skipped by name where there is none. */

const FOLDERS = (Deno.env.get("PATH") ?? "").split(":");

export const find = (program: "prometheus" | "promtool"): string | undefined =>
  FOLDERS.map((folder) => `${folder}/${program}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });

/** Registers a test that needs Prometheus. */
export function onPrometheus(name: string, fn: () => Promise<void>): void {
  const ignore = find("promtool") === undefined || find("prometheus") === undefined;
  Deno.test({ name: ignore ? `${name} (no prometheus on the PATH)` : name, ignore, fn });
}

/** Runs promtool in the folder; throws with its words when it complains. */
export async function promtool(args: string[], { cwd, input }: {
  readonly cwd?: string | URL;
  readonly input?: string;
}): Promise<string> {
  const child = new Deno.Command(find("promtool")!, {
    args,
    ...(cwd === undefined ? {} : { cwd }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // What it has no use for it does not read.
  await writer.write(new TextEncoder().encode(input ?? "")).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (!success) throw new Error(`promtool ${args.join(" ")} complains:\n${said}`);
  return said;
}
