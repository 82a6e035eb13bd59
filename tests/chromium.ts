/** Tests in a real browser: registered for the Chromium of this machine, or skipped by name where there is none. */

/** Where `deno task test` says which browser it has found or installed. */
export const VARIABLE = "TEST_CHROMIUM";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Registers the test with the path of a Chromium, for playwright-core's `executablePath`.
 * @param missing what else this machine lacks for it; undefined: nothing
 */
export function inChromium(
  name: string,
  work: (executable: string) => Promise<void>,
  missing?: string,
): void {
  const executable = Deno.env.get(VARIABLE) ?? findChromium();
  const reason = executable === undefined ? "no Chromium here" : missing;
  Deno.test({
    name: reason === undefined ? name : `${name} (${reason})`,
    ignore: reason !== undefined,
    fn: () => work(executable!),
  });
}

/** The first Chromium on the PATH. */
export function findChromium(): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`)).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
