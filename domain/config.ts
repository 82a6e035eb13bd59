/** What the environment may say: read once, every wrong value named at once. */
import type { RetryPolicy } from "./retry.ts";
import { CALLBACK, readGifts, type SingleSignOn } from "./single_sign_on.ts";

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Undefined: the embedded database in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly pems: PemsDefaults;
  readonly writeSync: boolean;
  readonly writeSchedule: string;
  readonly batchSize: number;
  readonly retry: RetryPolicy;
  readonly lateWindowMs: number;
  readonly readSchedule: string;
  /** 32-byte keys in base64, newest first; empty: made once in embedded mode. */
  readonly credentialsKeys: ReadonlyArray<string>;
  readonly admin: { readonly username: string; readonly password: string | undefined };
  /** Undefined: people sign in with passwords alone. */
  readonly singleSignOn: SingleSignOn | undefined;
  readonly sessionTtlHours: number;
  readonly trustProxy: boolean;
  readonly metricsToken: string | undefined;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly alertWebhookUrl: string | undefined;
  /** Whole months of audit trail, attempts and versions of records that are kept; undefined: all. */
  readonly keptMonths: number | undefined;
  /** Deno exports traces: its own variable. */
  readonly traced: boolean;
  readonly production: boolean;
}

/** The PEMS of organizations that have no settings of their own. */
export interface PemsDefaults {
  readonly baseUrl: string | undefined;
  /** An `enc:v1:` envelope, or plain text outside production. */
  readonly apiKey: string | undefined;
  /** Calls per second over all workers, reads and writes together. */
  readonly rateLimit: number;
  readonly timeoutMs: number;
}

export type Environment = { readonly [name: string]: string | undefined };

/** Reads the environment; `problems` names each wrong variable with what it may be. */
export function readConfig(
  environment: Environment,
): { readonly config: Config } | { readonly problems: ReadonlyArray<string> } {
  const problems: string[] = [];
  const text = (name: string) => environment[name]?.trim() || undefined;
  const complain = (name: string, must: string) =>
    void problems.push(`${name} must be ${must}, not "${environment[name]}"`);
  const whole = (name: string, fallback: number, least: number, most: number) => {
    const value = Number(text(name) ?? fallback);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    complain(name, `a whole number from ${least} to ${most}`);
    return fallback;
  };
  const truth = (name: string, fallback: boolean) => {
    const value = text(name)?.toLowerCase();
    if (value === undefined) return fallback;
    if (["true", "1", "yes", "on"].includes(value)) return true;
    if (!["false", "0", "no", "off"].includes(value)) complain(name, "true or false");
    return false;
  };
  const url = (name: string, schemes: ReadonlyArray<string>) => {
    const value = text(name);
    if (value === undefined) return undefined;
    if (!URL.canParse(value) || !schemes.includes(new URL(value).protocol)) {
      // The value may hold a password: it is not repeated.
      problems.push(`${name} must be a URL starting with ${schemes.join(" or ")}`);
    }
    return value;
  };
  const schedule = (name: string, fallback: string) => {
    const value = text(name) ?? fallback;
    if (!/^(\S+\s+){4,5}\S+$/.test(value)) {
      complain(name, `a cron expression of five fields such as "${fallback}"`);
    }
    return value;
  };
  const production = text("NODE_ENV") === "production";
  const config: Config = {
    port: whole("PORT", 8000, 0, 65_535),
    host: text("HOST") ?? "127.0.0.1",
    databaseUrl: url("DATABASE_URL", ["postgres:", "postgresql:"]),
    dataDir: text("DATA_DIR") ?? "./data",
    pems: {
      baseUrl: secureUrl("PEMS_WRITE_API_URL"),
      apiKey: sealed("PEMS_WRITE_API_KEY"),
      rateLimit: whole("PEMS_API_RATE_LIMIT", 10, 1, 100_000),
      timeoutMs: whole("PEMS_TIMEOUT_MS", 30_000, 10, 600_000),
    },
    writeSync: truth("ENABLE_WRITE_SYNC", true),
    writeSchedule: schedule("WRITE_SYNC_SCHEDULE", "*/1 * * * *"),
    batchSize: whole("WRITE_SYNC_BATCH_SIZE", 100, 1, 10_000),
    retry: {
      maxRetries: whole("WRITE_SYNC_MAX_RETRIES", 3, 0, 100),
      baseMs: whole("WRITE_SYNC_RETRY_DELAY", 5000, 1, 3_600_000),
    },
    lateWindowMs: whole("PEMS_LATE_WINDOW_MS", 600_000, 0, 86_400_000),
    readSchedule: schedule("READ_SYNC_SCHEDULE", "*/5 * * * *"),
    credentialsKeys: keys(),
    admin: {
      username: text("ADMIN_USERNAME") ?? "admin",
      password: environment["ADMIN_PASSWORD"] || undefined,
    },
    singleSignOn: singleSignOn(),
    sessionTtlHours: whole("SESSION_TTL_HOURS", 12, 1, 8760),
    trustProxy: truth("TRUST_PROXY", false),
    metricsToken: text("METRICS_TOKEN"),
    logLevel: logLevel(),
    alertWebhookUrl: secureUrl("ALERT_WEBHOOK_URL"),
    keptMonths: whole("RETENTION_MONTHS", 0, 0, 1200) || undefined,
    traced: truth("OTEL_DENO", false),
    production,
  };
  return problems.length > 0 ? { problems } : { config };

  function secureUrl(name: string) {
    const value = url(name, ["https:", "http:"]);
    if (value?.startsWith("http:") && URL.canParse(value) && !isLoopback(new URL(value))) {
      problems.push(`${name} must use https: (http: is for loopback addresses only)`);
    }
    return value;
  }
  function sealed(name: string) {
    const value = text(name);
    if (production && value !== undefined && !value.startsWith("enc:v1:")) {
      problems.push(
        `${name} must be an encrypted envelope enc:v1:... in production (deno task admin encrypt)`,
      );
    }
    return value;
  }
  function singleSignOn(): SingleSignOn | undefined {
    const needed = {
      OIDC_ISSUER: secureUrl("OIDC_ISSUER"),
      OIDC_CLIENT_ID: text("OIDC_CLIENT_ID"),
      OIDC_CLIENT_SECRET: sealed("OIDC_CLIENT_SECRET"),
      OIDC_REDIRECT_URL: secureUrl("OIDC_REDIRECT_URL"),
    };
    const [name, groupsClaim] = [text("OIDC_NAME"), text("OIDC_GROUPS_CLAIM") ?? "groups"];
    const gifts = readGifts(text("OIDC_GROUP_MAP") ?? "{}");
    if (gifts === undefined) {
      problems.push(
        'OIDC_GROUP_MAP must be JSON such as {"planners": {"organization": "RIO", "role": "Planner"}}, or with "permissions" in place of "role"',
      );
    }
    const missing = Object.entries(needed).filter(([, value]) => value === undefined);
    if (missing.length === Object.keys(needed).length) return undefined;
    for (const [name] of missing) {
      problems.push(`${name} must be set with the other OIDC variables`);
    }
    const { OIDC_ISSUER: issuer, OIDC_REDIRECT_URL: redirectUrl } = needed;
    if (redirectUrl && URL.canParse(redirectUrl) && new URL(redirectUrl).pathname !== CALLBACK) {
      problems.push(`OIDC_REDIRECT_URL must end in ${CALLBACK}`);
    }
    if (missing.length > 0 || gifts === undefined || !URL.canParse(issuer!)) return undefined;
    return {
      name: name ?? new URL(issuer!).hostname,
      issuer: issuer!,
      clientId: needed.OIDC_CLIENT_ID!,
      clientSecret: needed.OIDC_CLIENT_SECRET!,
      redirectUrl: redirectUrl!,
      groupsClaim,
      gifts,
    };
  }
  function keys() {
    const list = (text("CREDENTIALS_KEY") ?? "").split(",").map((key) => key.trim()).filter(
      Boolean,
    );
    if (list.some((key) => base64Length(key) !== 32)) {
      problems.push("CREDENTIALS_KEY must be 32 bytes in base64, several separated by commas");
    }
    if (list.length === 0 && text("DATABASE_URL") !== undefined) {
      problems.push("CREDENTIALS_KEY must be set with DATABASE_URL: 32 bytes in base64");
    }
    return list;
  }
  function logLevel() {
    const value = (text("LOG_LEVEL") ?? "info").toLowerCase();
    if (value === "debug" || value === "info" || value === "warn" || value === "error") {
      return value;
    }
    complain("LOG_LEVEL", "debug, info, warn or error");
    return "info";
  }
}

/** The configuration, or an error whose message lists every problem on a line of its own. */
export function configOf(environment: Environment): Config {
  const reading = readConfig(environment);
  if ("config" in reading) return reading.config;
  throw new Error(["Cannot start: the environment is wrong", ...reading.problems].join("\n- "));
}

/** Whether the URL's host is this machine. */
export const isLoopback = (url: URL): boolean =>
  url.hostname === "localhost" || url.hostname === "[::1]" ||
  /^127(\.\d{1,3}){3}$/.test(url.hostname);

function base64Length(text: string): number {
  try {
    return atob(text).length;
  } catch {
    return -1;
  }
}
