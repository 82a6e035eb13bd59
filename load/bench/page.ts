/** What a page made for measuring is made of: a script bundled as the product's are, and the product's styles. */

const ROOT = new URL("../../", import.meta.url);

/** Minified for production by the product's own bundler. @param file from the root of the repository */
export async function bundled(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform", "browser", "--minify", file],
    cwd: ROOT,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** The product's own styles, without its fonts and those of packages. */
export async function styles(): Promise<string> {
  const folder = new URL("islands/", ROOT);
  const index = await Deno.readTextFile(new URL("style.css", folder));
  const files = [...index.matchAll(/@import "(\.[^"]+)"/g)].map(([, file]) => file!);
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(new URL(file, folder))));
  return texts.join("\n");
}
