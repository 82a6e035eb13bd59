/** A whole installation for measuring: Postgres, sandbox PEMS, one app, workers, a planner with records. */
import { startPostgres } from "../../tests/postgres.ts";
import { type Person, signIn, until } from "./person.ts";
import { freePort, permissionsOf, type Running, startDeno, startScript } from "./processes.ts";

export interface Site {
  readonly origin: string;
  /** Of the sandbox. */
  readonly pems: string;
  /** As its owner. */
  readonly databaseUrl: string;
  /** The app and the workers at the start. */
  readonly processes: ReadonlyArray<Running>;
  readonly planner: { readonly username: string; readonly password: string };
  /** The planner, signed in. */
  readonly person: Person;
  readonly organizationId: string;
  /** Records of the organization, in order. */
  readonly records: ReadonlyArray<RecordView>;
  /** The same of another organization on the same PEMS. */
  other(): Promise<Pick<Site, "person" | "organizationId" | "records">>;
  /** The app that answers at `origin`. */
  readonly app: Running;
  /** One more app on the same database, and where it answers. */
  startApp(): Promise<{ readonly running: Running; readonly origin: string }>;
  readonly workers: ReadonlyArray<Running>;
  /** One more worker, on another database if one is named. */
  startWorker(databaseUrl?: string): Promise<Running>;
  /** What the sandbox received and executed since the instant. */
  ledger(since: string): Promise<Ledger>;
  /** Sets the sandbox's fault switches. */
  faults(switches: { readonly [name: string]: unknown }): Promise<void>;
  stop(): Promise<void>;
}

export interface RecordView {
  readonly pfaId: string;
  readonly version: number;
  readonly data: { readonly [field: string]: unknown };
}

export interface Ledger {
  readonly changes: ReadonlyArray<{
    readonly pfaId: string;
    readonly version: number;
    readonly changes: { readonly [field: string]: unknown };
    readonly at: string;
  }>;
  readonly requests: ReadonlyArray<
    { readonly at: string; readonly method: string; readonly status: number | null }
  >;
}

export const PASSWORD = "a password for measuring";
export const KEY = "sandbox-key";
const PERMISSIONS = ["Read", "EditForecast", "ViewFinancials", "SaveDraft", "Sync"];

export interface SiteOptions {
  /** Calls per second that PEMS allows. */
  readonly rateLimit: number;
  /** An empty Postgres; undefined: one from npm, as durable as in production. */
  readonly databaseUrl?: string | undefined;
  /** Workers at the start, 2 unless said; the mirror is filled before the others are gone. */
  readonly workers?: number;
  /** More settings of app and workers. */
  readonly env?: { readonly [name: string]: string };
}

export async function openSite(
  { rateLimit, databaseUrl, workers = 2, env: more = {} }: SiteOptions,
): Promise<Site> {
  const postgres = databaseUrl === undefined
    ? await startPostgres(18, { durable: true })
    : undefined;
  const running: Running[] = [];
  const started = async (starting: Promise<Running>) => {
    running.unshift(await starting);
    return running[0]!;
  };
  const sandbox = await started(startScript("pems/main.ts", {
    args: ["--memory", "--port", "0", "--api-key", KEY, "--rate-limit", String(rateLimit)],
    ready: /^Ledger /,
  }));
  const pems = sandbox.line.match(/http:\/\/[^/]+/)![0];
  const ownerUrl = databaseUrl ?? postgres!.url;
  const env = {
    DATABASE_URL: ownerUrl,
    PEMS_WRITE_API_URL: `${pems}/api`,
    PEMS_WRITE_API_KEY: KEY,
    PEMS_API_RATE_LIMIT: String(rateLimit),
    CREDENTIALS_KEY: btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))),
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: "warn",
    ...more,
  };
  const role = async (name: "app" | "worker", options: Parameters<typeof startDeno>[1]) =>
    await started(startDeno(["run", ...await permissionsOf(name), `${name}/main.ts`], options));
  const startApp = async () => {
    const PORT = String(freePort());
    const app = await role("app", { env: { ...env, PORT }, ready: /^The app is ready/ });
    return { running: app, origin: `http://127.0.0.1:${PORT}` };
  };
  const { running: app, origin } = await startApp();
  const startWorker = (url = env.DATABASE_URL) =>
    role("worker", { env: { ...env, DATABASE_URL: url }, ready: /^The worker is ready/ });
  const first = await Promise.all(
    Array.from({ length: Math.max(workers, 1) }, () => startWorker()),
  );
  const { organizationId, person } = await populate(origin, RIO);
  const records = await allRecords(person, organizationId);
  const other = workers === 0 ? await populate(origin, PORTARTHUR) : undefined;
  if (workers === 0) await Promise.all(first.map((worker) => worker.stop()));
  return {
    origin,
    pems,
    databaseUrl: ownerUrl,
    processes: [app, ...workers === 0 ? [] : first],
    planner: { username: "planner", password: PASSWORD },
    person,
    organizationId,
    records,
    other: async () => {
      const made = other ?? await populate(origin, PORTARTHUR);
      return { ...made, records: await allRecords(made.person, made.organizationId) };
    },
    app,
    startApp,
    workers: first,
    startWorker,
    faults: async (switches) => {
      const response = await fetch(`${pems}/sandbox/faults`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(switches),
      });
      if (!response.ok) throw new Error(`Cannot set the faults: ${await response.text()}`);
      await response.body?.cancel();
    },
    ledger: async (since) =>
      await (await fetch(`${pems}/sandbox/ledger?since=${encodeURIComponent(since)}`)).json(),
    stop: async () => {
      for (const each of running) await each.stop().catch(() => {});
      await postgres?.stop();
    },
  };
}

/** Organizations of the sandbox, with how many records it has of each. */
export const RIO = { code: "RIO", count: 3500, username: "planner" };
const PORTARTHUR = { code: "PORTARTHUR", count: 1500, username: "other" };

/** An organization and a planner made as an administrator would; waits for the first read sync. */
export async function populate(origin: string, { code, count, username }: typeof RIO) {
  const admin = await signIn(origin, "admin", PASSWORD);
  const { id: organizationId } = await admin.post<{ id: string }>("/api/admin/organizations", {
    code,
    name: code,
  });
  const user = await admin.post<{ id: string }>("/api/admin/users", {
    username,
    displayName: username,
    email: `${username}@planner.example`,
    password: PASSWORD,
  });
  await admin.put(`/api/admin/organizations/${organizationId}/members/${user.id}`, {
    permissions: PERMISSIONS,
  });
  await admin.post("/api/pems/read-sync", { organizationId });
  const person = await signIn(origin, username, PASSWORD);
  await until(
    () => person.get<{ total: number }>(`/api/pfa-data?organizationId=${organizationId}&limit=1`),
    ({ total }) => total >= count,
  );
  return { organizationId, person };
}

export async function allRecords(person: Person, organizationId: string): Promise<RecordView[]> {
  const records: RecordView[] = [];
  let cursor: string | null = null;
  do {
    const query: string = new URLSearchParams({
      organizationId,
      limit: "1000",
      ...(cursor === null ? {} : { cursor }),
    }).toString();
    const page = await person.get<{ records: RecordView[]; nextCursor: string | null }>(
      `/api/pfa-data?${query}`,
    );
    records.push(...page.records);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return records.filter((record) => record.data["isDiscontinued"] === false);
}
