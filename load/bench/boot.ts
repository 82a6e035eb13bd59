/** How long a newcomer waits: from the start command to a page that can be used. */
import { freePort, untilReady } from "./processes.ts";

export interface Boot {
  /** With empty caches: everything is fetched from the package registry. */
  readonly coldSeconds: number;
  /** The second start, with the data of the first. */
  readonly warmSeconds: number;
}

/** Clones the repository into an empty folder and starts it twice with caches of its own. */
export async function boot(): Promise<Boot> {
  const folder = await Deno.makeTempDir({ prefix: "vanguard-boot-" });
  try {
    const clone = await new Deno.Command("git", {
      args: ["clone", "--quiet", new URL("../../", import.meta.url).pathname, `${folder}/clone`],
    }).output();
    if (!clone.success) throw new Error("Cannot clone the repository");
    const coldSeconds = await startOnce(folder);
    return { coldSeconds, warmSeconds: await startOnce(folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function startOnce(folder: string): Promise<number> {
  const port = freePort();
  const started = performance.now();
  // A session of its own: npx does not pass signals on, so that the whole group must be told.
  const child = new Deno.Command("setsid", {
    args: ["npx", "-y", "deno@2.9.6", "task", "start"],
    cwd: `${folder}/clone`,
    env: {
      PORT: String(port),
      DENO_DIR: `${folder}/deno`,
      npm_config_cache: `${folder}/npm`,
      DATA_DIR: `${folder}/data`,
    },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const ready = await untilReady(child, new RegExp(`http://[^ ]*:${port}`));
  const origin = ready.line.match(/http:\/\/[^\s"/]+/)![0];
  const page = await fetch(`${origin}/login`);
  const text = await page.text();
  if (!page.ok || !text.includes("<form")) {
    throw new Error(`The page is not usable: ${page.status}`);
  }
  const seconds = (performance.now() - started) / 1000;
  await new Deno.Command("kill", { args: ["-TERM", "--", `-${child.pid}`] }).output();
  await ready.ended;
  return seconds;
}
