/** Secrets of a running product: what the processes log and answer, and what the database keeps, never holds one. */
import assert from "node:assert/strict";
import { makeVault } from "../pems/credentials.ts";
import { adminWith } from "./admin.ts";
import { ORIGIN } from "./app_client.ts";
import { aMember, aUser, mirrored } from "./builders.ts";
import { onPostgres } from "./database.ts";
import { listen, until } from "./engine_ears.ts";
import { echo, rowsOf, started, Told } from "./overheard.ts";
import { pathIn, type Place, ROUTES } from "./routes.ts";

const SECRETS = {
  credentialsKey: btoa("the-credentials-key-is-32-bytes!"),
  defaultPemsKey: "pems-key-of-the-environment-7d1f",
  ownPemsKey: "pems-key-of-an-organization-c04a",
  adminPassword: "admin-password-93ab",
  userPassword: "password-of-a-user-58e2",
  wrongPassword: "a-password-mistyped-2b77",
  metricsToken: "metrics-token-61d9",
  webhookPath: "webhook-path-f00d",
  databasePassword: "database-password-ab12",
  wrongKey: "no-key-at-all-but-secret-33",
} as const;

onPostgres("nothing that is logged, answered or kept holds a secret", async (db, url) => {
  const told = new Told();
  let status = 401;
  await using pems = echo(() => status);
  const base = `http://127.0.0.1:${pems.port}`;
  const ears = await listen(db);
  const sealed = await (await makeVault([SECRETS.credentialsKey]))
    .seal("default", SECRETS.defaultPemsKey);
  const address = new URL(url);
  address.password = SECRETS.databasePassword;
  const env = {
    DATABASE_URL: address.href,
    PORT: "0",
    LOG_LEVEL: "debug",
    CREDENTIALS_KEY: SECRETS.credentialsKey,
    ADMIN_PASSWORD: SECRETS.adminPassword,
    METRICS_TOKEN: SECRETS.metricsToken,
    PEMS_WRITE_API_URL: `${base}/api`,
    PEMS_WRITE_API_KEY: sealed,
    ALERT_WEBHOOK_URL: `${base}/${SECRETS.webhookPath}`,
    WRITE_SYNC_MAX_RETRIES: "0",
  };
  const made: Record<string, string> = {};
  {
    await using app = await started("app/main.ts", { env, ready: /The app is ready/, told });
    const origin = app.line.match(/http:\S+/)![0];
    /** The answer, kept unless it is where a secret is handed over. */
    const ask = async (
      method: string,
      path: string,
      over: RequestInit & { secret?: boolean } = {},
    ) => {
      const response = await fetch(origin + path, {
        method,
        redirect: "manual",
        ...over,
        headers: { "content-type": "application/json", ...over.headers },
      });
      const text = await response.text();
      if (!over.secret) told.add(`${method} ${path}`, JSON.stringify([...response.headers]) + text);
      return { status: response.status, headers: response.headers, text };
    };
    const login = (username: string, password: string, secret = false) =>
      ask("POST", "/api/auth/login", { body: JSON.stringify({ username, password }), secret });
    assert.equal((await login("admin", SECRETS.wrongPassword)).status, 401);
    const { headers } = await login("admin", SECRETS.adminPassword, true);
    const cookie = headers.get("set-cookie")!.split(";")[0]!;
    made["session"] = cookie.split("=")[1]!;
    const as = { cookie };
    const post = (path: string, body: object, secret = false) =>
      ask("POST", path, { headers: as, body: JSON.stringify(body), secret });
    made["token"] = JSON.parse((await post("/api/auth/tokens", { name: "ci" }, true)).text).token;
    const organization = JSON.parse(
      (await post("/api/admin/organizations", {
        code: "SECRET",
        name: "Secret",
        pems: { baseUrl: `${base}/own`, apiKey: SECRETS.ownPemsKey },
      })).text,
    );
    const organizationId = organization.id;
    await post(`/api/admin/organizations/${organizationId}/test-connection`, {});
    assert.ok(pems.heard.some((one) => one.includes(SECRETS.ownPemsKey)), "PEMS got the key");
    const user = { username: "una", displayName: "Una", email: "una@example.org" };
    await post("/api/admin/users", { ...user, password: SECRETS.userPassword });
    await post("/api/admin/users", { ...user, password: SECRETS.userPassword });
    await post("/api/admin/users", { password: SECRETS.userPassword, isAdmin: "yes" });
    await login("una", SECRETS.userPassword.slice(0, -1));
    for (const authorization of [`Bearer ${made["token"]}x`, `Basic ${made["token"]}`]) {
      await ask("GET", "/api/auth/me", { headers: { authorization } });
    }
    await ask("GET", "/metrics", { headers: { authorization: "Bearer wrong" } });
    await ask("GET", "/metrics", { headers: { authorization: `Bearer ${SECRETS.metricsToken}` } });
    await ask("GET", "/api/auth/me", { headers: { authorization: `Bearer ${made["token"]}` } });

    // A write that PEMS refuses in words with the key, then one that it refuses the key for.
    await mirrored(db, organizationId, { "PFA-1": {}, B: {} });
    status = 422;
    await using worker = await started("worker/main.ts", {
      env,
      ready: /The worker is ready/,
      told,
    });
    assert.ok(worker.pid > 0);
    const write = async (pfaId: string) => {
      await post("/api/pfa-data/save-draft", { organizationId, pfaId, changes: { model: "x" } });
      await post("/api/pfa-data/commit-drafts", { organizationId });
    };
    await write("PFA-1");
    await until("the write is a dead letter with PEMS's words", async () => {
      const [row] = await db.owner`select from pfa_modification where sync_error like '%[key]%'`;
      return row !== undefined;
    }, ears);
    status = 401;
    await write("B");
    await until("the organization pauses", async () => {
      const [row] = await db.owner`select from organization where pause = 'credentials'`;
      return row !== undefined;
    }, ears);
    const place: Place = {
      organizationId,
      code: "SECRET",
      userId: await aUser(db),
      jobId: (await db.owner`select id from sync_job limit 1`)[0]!.id,
      conflictId: organizationId,
    };
    await aMember(db, organizationId);
    for (
      const route of ROUTES.filter(({ call }) => call.startsWith("GET ") && !call.includes("/ws/"))
    ) {
      await ask("GET", pathIn(route, place), { headers: { ...as, origin: ORIGIN } });
    }
  }
  await ears.close();
  await rowsOf(db.owner, told);
  told.assertSilent({ ...SECRETS, ...made });
});

onPostgres("a wrong configuration is told without its secrets", async (_db, url) => {
  const told = new Told();
  const address = new URL(url);
  address.password = SECRETS.databasePassword;
  const wrong: ReadonlyArray<Record<string, string>> = [
    { DATABASE_URL: address.href.replace("postgres:", "mysql:") },
    { DATABASE_URL: `http://x:${SECRETS.databasePassword}@y` },
    { DATABASE_URL: `postgres://nobody:${SECRETS.databasePassword}@127.0.0.1:1/none` },
    { DATABASE_URL: `${address.href}_none` },
    { CREDENTIALS_KEY: SECRETS.wrongKey },
    { CREDENTIALS_KEY: btoa(SECRETS.wrongKey) },
    { NODE_ENV: "production", PEMS_WRITE_API_KEY: SECRETS.defaultPemsKey },
    { PEMS_WRITE_API_KEY: `enc:v1:${btoa(SECRETS.defaultPemsKey)}` },
    { ALERT_WEBHOOK_URL: `http://elsewhere.test/${SECRETS.webhookPath}` },
    { ALERT_WEBHOOK_URL: SECRETS.webhookPath },
    { PEMS_WRITE_API_URL: `ftp://user:${SECRETS.defaultPemsKey}@127.0.0.1/` },
  ];
  for (const over of wrong) {
    const env = {
      PORT: "none",
      CREDENTIALS_KEY: SECRETS.credentialsKey,
      METRICS_TOKEN: SECRETS.metricsToken,
      ADMIN_PASSWORD: SECRETS.adminPassword,
      ...over,
    };
    // Each by itself, and beside another mistake.
    for (const port of ["0", "none"]) {
      for (const command of [["alert-key"], ["rotate-key"]]) {
        const { code, said, complained } = await adminWith(
          address.href,
          { ...env, PORT: port },
          ...command,
        );
        if (command[0] === "alert-key" && code === 0) continue;
        told.add(`${command} with ${Object.keys(over)}`, said + complained);
      }
    }
  }
  told.assertSilent(SECRETS);
});
