/** Processor time of a site's parts, as Linux tells it. */
import postgres from "postgres";
import type { Site } from "./bench/site.ts";

/** Seconds so far. */
export interface Spent {
  readonly app: number;
  readonly workers: number;
  readonly postgres: number;
}

const TICKS_PER_SECOND = 100;

/** Undefined where the system does not tell, or Postgres is elsewhere. */
export async function spentBy({ processes, databaseUrl }: Site): Promise<Spent | undefined> {
  try {
    const [app, ...workers] = await Promise.all(processes.map(({ pid }) => own(pid)));
    return {
      app: app!,
      workers: workers.reduce((sum, one) => sum + one, 0),
      postgres: await ofPostgres(databaseUrl),
    };
  } catch {
    return undefined;
  }
}

interface Stat {
  readonly parent: number;
  /** Seconds, without and with those of children that have ended. */
  readonly own: number;
  readonly whole: number;
}

/** See proc_pid_stat(5): the name may hold spaces, so fields count from its closing bracket. */
async function statOf(pid: number | string): Promise<Stat> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  const [user, system, childUser, childSystem] = fields.slice(11, 15);
  const own = (user! + system!) / TICKS_PER_SECOND;
  return { parent: fields[1]!, own, whole: own + (childUser! + childSystem!) / TICKS_PER_SECOND };
}

const own = async (pid: number): Promise<number> => (await statOf(pid)).own;

/** The server and every backend, those that have ended too. */
async function ofPostgres(url: string): Promise<number> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [{ pid }] = await sql<[{ pid: number }]>`select pg_backend_pid() as pid`;
    const { parent } = await statOf(pid);
    let seconds = (await statOf(parent)).whole;
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const stat = await statOf(name).catch(() => undefined);
      if (stat?.parent === parent) seconds += stat.own;
    }
    return seconds;
  } finally {
    await sql.end();
  }
}
