/** `deno task admin` as it is called at a console. */

export interface Console {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

/** On the Postgres at the URL. */
export const admin = (url: string, ...args: string[]): Promise<Console> =>
  run("ops/admin/main.ts", { DATABASE_URL: url, CREDENTIALS_KEY: btoa("k".repeat(32)) }, args);

/** On the Postgres at the URL, with these variables besides. */
export const adminWith = (
  url: string,
  environment: { readonly [name: string]: string },
  ...args: string[]
): Promise<Console> => run("ops/admin/main.ts", { DATABASE_URL: url, ...environment }, args);

/** On the embedded database in the folder. */
export const adminIn = (folder: string, ...args: string[]): Promise<Console> =>
  run("ops/admin/main.ts", { DATABASE_URL: "", DATA_DIR: folder }, args);

/** Migrates the embedded database in the folder. */
export const migrateIn = (folder: string): Promise<Console> =>
  run("ops/migrate/main.ts", { DATABASE_URL: "", DATA_DIR: folder }, []);

async function run(
  script: string,
  env: { [name: string]: string },
  args: ReadonlyArray<string>,
): Promise<Console> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(`../${script}`, import.meta.url).href, ...args],
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, said: text(stdout), complained: text(stderr) };
}
