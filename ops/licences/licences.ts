/** What the product and its tests are made of: every package of deno.lock with the licence that its own package.json names. */

/** Licences that ask for no more than their notice, and MPL-2.0, whose files are used as they come. */
export const ALLOWED: ReadonlySet<string> = new Set([
  ...["MIT", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0"],
  ...["CC0-1.0", "Unlicense", "PostgreSQL", "Python-2.0", "MPL-2.0"],
]);

export interface Package {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; undefined: it names none. */
  readonly licence: string | undefined;
  /** False: not on this machine, such as what is for another operating system or processor. */
  readonly installed: boolean;
}

/** Whether an SPDX expression can be met with what is allowed. */
export function isAllowed(expression: string | undefined): boolean {
  if (expression === undefined) return false;
  const bare = expression.replaceAll(/[()]/g, "");
  return bare.split(/\s+OR\s+/).some((choice) =>
    choice.split(/\s+AND\s+/).every((licence) => ALLOWED.has(licence.trim()))
  );
}

interface Lock {
  readonly npm?: { readonly [id: string]: unknown };
}

/** Reads each package of the lock in Deno's cache. */
export async function listPackages(lock: Lock, cache: string): Promise<ReadonlyArray<Package>> {
  const found = new Map<string, Package>();
  for (const id of Object.keys(lock.npm ?? {})) {
    const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(id)!;
    const manifest = await readManifest(cache, `${name}/${version}`);
    found.set(`${name}@${version}`, {
      name: name!,
      version: version!,
      licence: manifest && licenceOf(manifest),
      installed: manifest !== undefined,
    });
  }
  return [...found.values()];
}

interface Manifest {
  readonly license?: string | { readonly type?: string };
  readonly licenses?: ReadonlyArray<{ readonly type?: string }>;
}

const licenceOf = ({ license, licenses }: Manifest): string | undefined =>
  typeof license === "string" ? license : license?.type ??
    licenses?.map(({ type }) => type).join(" OR ");

/** From whichever registry it came. */
async function readManifest(cache: string, path: string): Promise<Manifest | undefined> {
  for await (const { name: registry } of Deno.readDir(cache)) {
    try {
      return JSON.parse(await Deno.readTextFile(`${cache}/${registry}/${path}/package.json`));
    } catch (cause) {
      const missing = cause instanceof Deno.errors.NotFound ||
        cause instanceof Deno.errors.NotADirectory;
      if (!missing) throw cause;
    }
  }
  return undefined;
}

/** Where Deno keeps packages. */
export async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

export const readLock = async (): Promise<Lock> =>
  JSON.parse(await Deno.readTextFile(new URL("../../deno.lock", import.meta.url)));
