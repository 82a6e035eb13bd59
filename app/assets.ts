/** The browser's files: islands and styles bundled once at start, kept in memory, cached for good. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
// Deno says where a package is once something that runs imports it.
import "@preact/signals";
import "preact";
import "uplot";

/** What pages ask for by name; islands are imported by the loader `client` when a page has them. */
const ENTRIES = {
  client: "islands/client.ts",
  shell: "islands/shell/shell.tsx",
  bell: "islands/shell/bell.tsx",
  deck: "islands/deck/deck.tsx",
  grid: "islands/grid/grid.tsx",
  timeline: "islands/timeline/timeline.tsx",
  conflicts: "islands/conflicts/conflicts.tsx",
  history: "islands/history/history.tsx",
  metrics: "islands/metrics/metrics.tsx",
  letters: "islands/letters/letters.tsx",
  admin: "islands/admin/admin.tsx",
  account: "islands/account/account.tsx",
  audit: "islands/audit/audit.tsx",
  system: "islands/system/system.tsx",
  style: "islands/style.css",
};
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PREFIX = "/assets/";
const TYPES: { readonly [ending: string]: string } = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  woff2: "font/woff2",
};

export interface Assets {
  /** The address of an entry. */
  url(entry: string): string;
  /** The addresses of every script an entry needs at once, itself included. */
  preloads(entry: string): ReadonlyArray<string>;
  /** The address of the one style sheet. */
  readonly css: string;
  /** The fonts the style sheet loads on every page. */
  readonly fonts: ReadonlyArray<string>;
  /** The file at `/assets/...`, compressed when `acceptEncoding` allows; undefined when there is none. */
  fetch(path: string, acceptEncoding?: string): Response | undefined;
}

interface File {
  readonly plain: Uint8Array<ArrayBuffer>;
  /** Undefined for what is compressed already. */
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
  readonly type: string;
}

/** Bundles every entry. The esbuild process is stopped before this resolves. */
export async function bundleAssets(): Promise<Assets> {
  const built = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    outdir: "assets",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".woff2": "file" },
    minify: true,
    metafile: true,
    write: false,
    logLevel: "silent",
    plugins: [denoPackages],
  });
  await esbuild.stop();
  const files = new Map(built.outputFiles.map(({ path, contents }) => [
    PREFIX + path.slice(join(ROOT, "assets").length + 1),
    packed(path, contents as Uint8Array<ArrayBuffer>),
  ]));
  return served(files, built.metafile);
}

function packed(path: string, plain: Uint8Array<ArrayBuffer>): File {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const gzip = ending === "woff2" ? undefined : new Uint8Array(gzipSync(plain, { level: 9 }));
  return { plain, gzip, type: TYPES[ending] ?? "application/octet-stream" };
}

function served(files: ReadonlyMap<string, File>, { outputs }: esbuild.Metafile): Assets {
  const address = (output: string) => `/${output}`;
  const outputOf = (entry: string) => {
    const source = ENTRIES[entry as keyof typeof ENTRIES];
    const found = Object.keys(outputs).find((name) => outputs[name]!.entryPoint === source);
    if (found === undefined) throw new Error(`Cannot find the asset ${entry} among the entries`);
    return found;
  };
  const needed = (output: string, seen = new Set<string>()): Set<string> => {
    seen.add(output);
    for (const { path, kind } of outputs[output]!.imports) {
      if (kind === "import-statement" && !seen.has(path)) needed(path, seen);
    }
    return seen;
  };
  return {
    url: (entry) => address(outputOf(entry)),
    preloads: (entry) => [...needed(outputOf(entry))].map(address),
    css: address(outputOf("style")),
    fonts: [...files.keys()].filter((path) => path.endsWith(".woff2")),
    fetch: (path, acceptEncoding = "") => {
      const file = files.get(path);
      return file && answer(file, acceptEncoding.includes("gzip"));
    },
  };
}

function answer({ plain, gzip, type }: File, compressed: boolean): Response {
  const headers = new Headers({
    "content-type": type,
    // The hash in the name changes with the content.
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    vary: "accept-encoding",
  });
  const body = compressed && gzip !== undefined ? gzip : plain;
  if (body === gzip) headers.set("content-encoding", "gzip");
  headers.set("content-length", String(body.length));
  return new Response(body, { headers });
}

/**
 * Finds packages where Deno keeps them: there is no node_modules directory for esbuild to look in. A package's folder
 * comes from Deno, the file inside from esbuild, so that the browser's ES module is taken and every package is there once.
 */
const denoPackages: esbuild.Plugin = {
  name: "deno-packages",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, async ({ path, importer, pluginData, kind }) => {
      if (pluginData === denoPackages || kind === "entry-point") return undefined;
      const [, name, inside] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(path)!;
      return await build.resolve(inside ? `.${inside}` : ".", {
        resolveDir: packageFolder(name!, importer),
        kind: "import-statement",
        pluginData: denoPackages,
      });
    });
  },
};

/** The folder of a package, as the file that imports it would get it. */
function packageFolder(name: string, importer: string): string {
  const ours = !importer.includes("/npm/");
  let folder = dirname(
    ours
      ? fileURLToPath(import.meta.resolve(name))
      : createRequire(pathToFileURL(importer)).resolve(name),
  );
  while (!isPackage(folder)) folder = dirname(folder);
  return folder;
}

/** Inner package.json files (preact/hooks) name no version. */
function isPackage(folder: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && "version" in JSON.parse(readFileSync(file, "utf8"));
}
