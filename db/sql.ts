/** The database as every room sees it: postgres.js, over TCP or over PGlite in this process, one pool per role. */
import postgres from "postgres";
import { openEmbedded } from "./embedded.ts";
import { openSocket } from "./socket.ts";

// deno-lint-ignore ban-types
export type Sql = postgres.Sql<{}>;
// deno-lint-ignore ban-types
export type Tx = postgres.TransactionSql<{}>;
/** Either: a statement that may run alone or inside a transaction. */
export type Runner = Sql | Tx;

export interface Database {
  /** Planners' and administrators' requests: tenant rows by row-level security; open with `asTenant`. */
  readonly app: Sql;
  /** The worker: sync tables across organizations. */
  readonly worker: Sql;
  /** The same role, for claiming and freezing alone: few connections, so that these statements are warm on each. */
  readonly claims: Sql;
  /** Sign-in and administration: accounts, never records. */
  readonly auth: Sql;
  /** The owner of the tables: migrations, the sandbox and LISTEN. Never a request. */
  readonly owner: Sql;
  readonly embedded: boolean;
  close(): Promise<void>;
}

export interface Location {
  /** A Postgres; undefined: embedded. */
  readonly url: string | undefined;
  /** Folder of the embedded database; undefined: in memory. */
  readonly dataDir?: string | undefined;
  /** A gzipped data directory that an embedded database in memory starts from. */
  readonly snapshot?: Blob | undefined;
}

const DATE = 1082;

/** Server settings of a pool's connections. */
interface Settings {
  readonly [name: string]: string;
}

/**
 * For statements that are always the same and touch few rows of large tables: planned once per connection (a claim:
 * 18 ms planned, 0.4 ms after), and never by reading a table whole. Planned without knowing the parameters, a join
 * with ten records read all 3,500 of the organization and took 2.2 ms instead of 0.2.
 */
const LOOKUPS: Settings = {
  plan_cache_mode: "force_generic_plan",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_seqscan: "off",
};

/** Opens the pools; connects on first use. Throws when an embedded database is in use by another process. */
export async function openDatabase(location: Location): Promise<Database> {
  const embedded = location.url === undefined ? await openEmbedded(location) : undefined;
  const pools = openPools(embedded?.options ?? { socket: openSocket }, location.url);
  return {
    ...pools,
    embedded: embedded !== undefined,
    close: async () => {
      await pools.close();
      await embedded?.close();
    },
  };
}

/**
 * One pool per role.
 * @param reach what postgres.js needs besides the URL to reach the server: the `socket`, above all
 */
export function openPools(
  reach: Record<string, unknown>,
  url?: string,
): Omit<Database, "embedded"> {
  const open = (role: string | undefined, max: number, settings: Settings = {}): Sql => {
    const options = {
      max,
      onnotice: () => {},
      connection: {
        application_name: "vanguard",
        // Statements here are short: compiling one takes longer than running it.
        jit: "off",
        ...settings,
        ...(role === undefined ? {} : { role }),
      },
      // A civil date must not pass through a JS Date: a time zone would shift it.
      types: {
        date: { to: DATE, from: [DATE], serialize: String, parse: (text: string) => text },
      },
    };
    // `socket` is an option of postgres.js that its types do not name.
    return (url === undefined
      ? postgres({ ...options, ...reach } as object)
      : postgres(url, { ...options, ...reach } as object)) as unknown as Sql;
  };
  const pools = {
    app: open("vanguard_app", 10),
    worker: open("vanguard_worker", 6, LOOKUPS),
    claims: open("vanguard_worker", 1, LOOKUPS),
    auth: open("vanguard_auth", 4),
    owner: open(undefined, 3),
  };
  return {
    ...pools,
    close: async () => {
      await Promise.all(Object.values(pools).map((pool) => pool.end({ timeout: 5 })));
    },
  };
}

export interface Tenant {
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * How statements of the transaction are planned: each as it comes, for lists whose filters differ; or once per
 * connection, all of them lookups by index, for what is the same each time (see LOOKUPS); or anew each time, for large
 * reads: a plan kept from when there were no drafts made pages of 2,000 among 5,000 drafts take 4 s instead of 0.4.
 */
export type Planning = "auto" | "lookups" | "anew";

const PLANNINGS: { readonly [planning in Planning]: Settings } = {
  auto: {},
  lookups: LOOKUPS,
  anew: { plan_cache_mode: "force_custom_plan" },
};

/** Runs the work in one transaction that sees this organization's rows and no others. */
export const asTenant = <A>(
  app: Sql,
  { organizationId, userId }: Tenant,
  work: (tx: Tx) => Promise<A>,
  planning: Planning = "auto",
): Promise<A> =>
  app.begin(async (tx) => {
    const settings = {
      "app.organization_id": organizationId,
      "app.user_id": userId,
      ...PLANNINGS[planning],
    };
    // Sent at once and first, not waited for: one round trip less. Were it to fail, so would all that follows.
    const scope = tx`
      select set_config(name, value, true)
      from unnest(${Object.keys(settings)}::text[], ${Object.values(settings)}::text[])
        as setting (name, value)`.execute();
    const [done] = await Promise.all([work(tx), scope]);
    return done;
  }) as Promise<A>;

/** A JSON parameter; objects only travel this way, so that no driver guesses their type. */
export const json = (value: unknown) => JSON.stringify(value);
