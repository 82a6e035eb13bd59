/** PGlite in this process, one at a time: its folder is locked, its pools speak the wire protocol in memory. */
import { PGlite } from "@electric-sql/pglite";
import type { Location } from "./sql.ts";
import { wire } from "./wire.ts";

export interface Embedded {
  /** What postgres.js needs to reach it. */
  readonly options: Record<string, unknown>;
  close(): Promise<void>;
}

/** Opens the folder, or a database in memory. Throws when another process holds the folder. */
export async function openEmbedded({ dataDir, snapshot }: Location): Promise<Embedded> {
  const lock = dataDir === undefined ? undefined : await lockFolder(dataDir);
  try {
    const pglite = await PGlite.create({
      ...(dataDir === undefined ? {} : { dataDir: `${dataDir}/pglite` }),
      ...(snapshot === undefined ? {} : { loadDataDir: snapshot }),
    });
    return {
      options: { socket: wire(pglite), user: "postgres", database: "postgres" },
      close: async () => {
        await pglite.close();
        lock?.close();
      },
    };
  } catch (cause) {
    lock?.close();
    throw new Error(`Cannot open the embedded database in ${dataDir ?? "memory"}: ${cause}`, {
      cause,
    });
  }
}

/** PGlite does not lock its folder, and two writers would destroy it. The kernel frees the lock on kill. */
async function lockFolder(dataDir: string): Promise<Deno.FsFile> {
  await Deno.mkdir(dataDir, { recursive: true });
  const file = await Deno.open(`${dataDir}/lock`, { create: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new Error(
    `Cannot open the embedded database: another process is using ${dataDir}. ` +
      "Stop it first, or set DATABASE_URL to a Postgres that many processes can share",
  );
}
