/** The product's first start, made once for the sources as they are: its people are there, its records mirrored. */
import { cp } from "node:fs/promises";
import { signIn, until } from "../load/bench/person.ts";
import { freePort } from "../load/bench/processes.ts";
import { ADMIN, startProduct } from "./product.ts";

const ROOT = new URL("../", import.meta.url);
const CACHE = new URL(".cache/", ROOT);
/** What the data of a first start comes from. */
const SOURCES = ["db", "domain", "pems", "worker", "ops/start"];
const RECORDS = { RIO: 3_500, PORTARTHUR: 1_500 };

/** Fills the empty folder with the data of a product that has been started and stopped. */
export async function firstStart(folder: string): Promise<void> {
  const kept = new URL(`product-${await fingerprint()}`, CACHE);
  if (!await exists(kept)) await keep(kept);
  await cp(kept, folder, { recursive: true });
}

async function keep(kept: URL): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  const draft = await Deno.makeTempDir({ dir: CACHE.pathname });
  const product = await startProduct(draft, freePort(), { ADMIN_PASSWORD: ADMIN.password });
  try {
    const ana = await signIn(product.origin, product.ana.username, product.ana.password);
    const { organizations } = await ana.get<{
      organizations: ReadonlyArray<{ id: string; code: keyof typeof RECORDS }>;
    }>("/api/auth/me");
    for (const { id, code } of organizations) {
      const path = `/api/pfa-data?organizationId=${id}&limit=1`;
      await until(() => ana.get<{ total: number }>(path), ({ total }) => total === RECORDS[code]);
    }
  } finally {
    await product.stop();
  }
  // Test files run side by side: the first to rename its draft wins.
  await Deno.rename(draft, kept).catch(() => Deno.remove(draft, { recursive: true }));
}

/** Of the sources and the day: partitions are made for the months to come, sessions end. */
async function fingerprint(): Promise<string> {
  const texts = [new Date().toISOString().slice(0, 10)];
  for (const folder of SOURCES) {
    const paths = await Array.fromAsync(files(new URL(`${folder}/`, ROOT)), ({ href }) => href);
    for (const path of paths.sort()) texts.push(await Deno.readTextFile(new URL(path)));
  }
  const bytes = new TextEncoder().encode(texts.join("\0"));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).slice(0, 8).toHex();
}

async function* files(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* files(new URL(`${name}/`, folder));
    else yield new URL(name, folder);
  }
}

const exists = (folder: URL) =>
  Deno.stat(folder).then(
    () => true,
    () => false,
  );
