/** Every route, in one value. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Migration, readMigrations } from "../db/migrate.ts";
import type { Database } from "../db/sql.ts";
import type { Config } from "../domain/config.ts";
import type { Vault } from "../pems/credentials.ts";
import { audit } from "./audit.ts";
import { auditExport } from "./audit_export.ts";
import { auth } from "./auth.ts";
import { bulk } from "./bulk.ts";
import { conflicts } from "./conflicts.ts";
import { deadLetters } from "./dead_letters.ts";
import { drafts } from "./drafts.ts";
import type { AppEnv } from "./env.ts";
import { exports } from "./export.ts";
import { makeGuard, ownOrigin, readOnlyView, sessionOf } from "./guard.ts";
import { health } from "./health.ts";
import { imports } from "./import.ts";
import { jobExports } from "./job_export.ts";
import { jobs } from "./jobs.ts";
import type { Live } from "./live.ts";
import { memberships } from "./memberships.ts";
import type { Meters } from "./meters.ts";
import { metrics } from "./metrics.ts";
import { series } from "./series.ts";
import { notifications } from "./notifications.ts";
import { openapi } from "./openapi.ts";
import { organizations } from "./organizations.ts";
import { paced } from "./pace.ts";
import { MOST_BODY, notFound, onError, tooLarge } from "./problem.ts";
import { policyTrials } from "./policy_trials.ts";
import { records } from "./records.ts";
import { letterGroups } from "./letter_groups.ts";
import { replays } from "./replays.ts";
import { jobRollbacks, recordRollbacks } from "./rollbacks.ts";
import { logged } from "./requests.ts";
import { singleSignOn } from "./single_sign_on.ts";
import { sessions } from "./sessions.ts";
import { resolveSession } from "./session.ts";
import { makeSignIn, type SignIn } from "./signin.ts";
import { settings } from "./settings.ts";
import { socket } from "./socket.ts";
import { review } from "./review.ts";
import { sync } from "./sync.ts";
import { tokens } from "./tokens.ts";
import { userSessions } from "./user_sessions.ts";
import { system } from "./system.ts";
import { users } from "./users.ts";
import { viewAs } from "./view_as.ts";
import { verification } from "./verification.ts";

export interface AppOptions {
  readonly db: Database;
  readonly config: Config;
  readonly vault: Vault;
  readonly live: Live;
  readonly meters: Meters;
  /** The pages, given how to sign in and out, and how to read the API. */
  readonly pages?: ((signIn: SignIn, ask: Ask) => Hono<AppEnv>) | undefined;
}

/** The API's own answer to who asks for a page: the same filters, permissions and masks hold for both. */
export type Ask = (c: Context<AppEnv>, path: string) => Promise<Response>;

/** Where nobody is signed in, and nobody needs to be. */
const OPEN = /^\/(assets\/|healthz$|readyz$|metrics$)/;

/** Signing in or out must work however the request came. */
const SIGN_IN = /^(\/api\/auth\/(login|logout)|\/login|\/logout)$/;

export function makeApp({ db, config, vault, live, meters, pages }: AppOptions) {
  const guard = makeGuard(db.auth);
  const resolve = resolveSession(db.auth);
  const { singleSignOn: described, sessionTtlHours: ttlHours, trustProxy } = config;
  const signIn = makeSignIn(db.auth, { ttlHours, trustProxy });
  const byProvider = { singleSignOn: described, vault, ttlHours, trustProxy };
  const limit = bodyLimit({
    maxSize: MOST_BODY,
    onError: (c) => {
      // Who is not signed in is told that first.
      if (c.req.path.startsWith("/api/") && !SIGN_IN.test(c.req.path)) sessionOf(c as never);
      throw tooLarge();
    },
  });
  let migrations: Promise<ReadonlyArray<Migration>> | undefined;
  const app = new Hono<AppEnv>()
    .use(logged(meters))
    .use((c, next) => OPEN.test(c.req.path) ? next() : resolve(c, next))
    .use(limit)
    .use(ownOrigin(config.trustProxy))
    .use(readOnlyView)
    .use("/api/pems/*", paced())
    .route("/", health(db, () => migrations ??= readMigrations()))
    .route("/", metrics(db.auth, { token: config.metricsToken, meters, live }))
    .route("/api/auth", auth(signIn))
    .route("/api/auth", singleSignOn(db.auth, byProvider))
    .route("/api/auth", sessions(db.auth))
    .route("/api/auth", tokens(db.auth))
    .route("/api/auth", viewAs(db.auth, guard))
    // Before records: export.csv, drafts and cost-months are no records' ids.
    .route("/api/pfa-data", exports(db.app, guard))
    .route("/api/pfa-data", imports(db.app, guard))
    .route("/api/pfa-data", bulk(db.app, guard))
    .route("/api/pfa-data", review(db.app, guard, config.writeSync))
    .route("/api/pfa-data", records(db.app, guard, config.writeSync))
    .route("/api/pfa-data", drafts(db.app, guard, config))
    .route("/api/pems", sync(db.app, guard, config.writeSync))
    .route("/api/pems", series(db.app, guard))
    // Before jobs: sync-jobs.csv is no job's id.
    .route("/api/pems", jobExports(db.app, guard))
    .route("/api/pems", jobs(db.app, guard))
    .route("/api/pems", conflicts(db.app, guard, config))
    .route("/api/pems", deadLetters(db.app, guard, config))
    .route("/api/pems", letterGroups(db.app, guard, config))
    .route("/api/pems", replays(db.app, guard, config))
    .route("/api/pems", jobRollbacks(db.app, guard, config))
    .route("/api/pfa-data", recordRollbacks(db.app, guard, config))
    .route("/api/notifications", notifications(db.auth))
    .route("/api/audit", audit(db.app, guard))
    .route("/api/audit", verification(db.app, guard))
    .route("/api", auditExport(db.app, guard))
    .route("/api/admin/organizations", organizations(db.auth, guard, { config, vault }))
    .route("/api/admin/organizations", settings(db.auth, guard, { config, vault }))
    .route("/api/admin/organizations", policyTrials(db.app, guard))
    .route("/api/admin/organizations", memberships(db.auth, guard))
    .route("/api/admin/system", system(db.app, guard, config.writeSync))
    .route("/api/admin/users", users(db.auth, guard))
    .route("/api/admin/users", userSessions(db.auth))
    .route("/api/ws", socket(live, guard, config.trustProxy));
  app.route("/api", openapi(app as unknown as Hono<AppEnv>));
  const ask: Ask = async (c, path) => {
    const cookie = c.req.header("cookie");
    return await app.request(new URL(path, c.req.url), { headers: cookie ? { cookie } : {} });
  };
  if (pages !== undefined) app.route("/", pages(signIn, ask));
  app.onError(onError);
  app.notFound(notFound);
  return app;
}

export type App = ReturnType<typeof makeApp>;
