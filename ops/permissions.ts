/** What a role may do in production, as flags for `deno run`: a hole in a package must not be one in the machine. */
import { fileURLToPath } from "node:url";

/** Every role: the network (Postgres, and a PEMS whose address is in the database), its settings, its own files. */
const COMMON = ["--no-prompt", "--allow-net", "--allow-env"];
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const ROLES: { readonly [role: string]: () => ReadonlyArray<string> } = {
  // The islands are bundled at its start: esbuild is a program of its own, and reads packages where Deno keeps them.
  app: () => {
    const main = fileURLToPath(import.meta.resolve("esbuild"));
    const [, kept, version] = /^(.*)\/esbuild\/([^/]+)\/lib\/main\.js$/.exec(main)!;
    const { os, arch } = Deno.build;
    const program = `${kept}/@esbuild/${os}-${arch === "x86_64" ? "x64" : "arm64"}/${version}`;
    return [...COMMON, `--allow-read=${ROOT},${kept}`, `--allow-run=${program}/bin/esbuild`];
  },
  // Migrations, and nothing else.
  worker: () => [...COMMON, `--allow-read=${ROOT}`],
};

console.log(ROLES[Deno.args[0]!]!().join(" "));
