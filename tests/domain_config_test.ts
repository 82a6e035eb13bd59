/** The environment: defaults, every wrong value named at once, and no secret repeated. */
import assert from "node:assert/strict";
import { givenBy } from "../domain/single_sign_on.ts";
import { type Config, configOf, type Environment, readConfig } from "../domain/config.ts";

const KEY = btoa("k".repeat(32));

const config = (environment: Environment): Config => {
  const reading = readConfig(environment);
  assert.ok("config" in reading, JSON.stringify(reading));
  return reading.config;
};
const problems = (environment: Environment): ReadonlyArray<string> => {
  const reading = readConfig(environment);
  return "problems" in reading ? reading.problems : [];
};

/** The variables of .env.example, those in comments too. */
async function example(): Promise<Map<string, { value: string; set: boolean }>> {
  const text = await Deno.readTextFile(new URL("../.env.example", import.meta.url));
  return new Map(
    [...text.matchAll(/^(# )?([A-Z][A-Z_]*)=(.*)$/gm)]
      .map(([, comment, name, value]) => [name!, { value: value!, set: comment === undefined }]),
  );
}

Deno.test("an empty environment gives the documented defaults", () => {
  const { port, host, dataDir, pems, retry, batchSize, writeSync, lateWindowMs } = config({});
  assert.deepEqual({ port, host, dataDir }, { port: 8000, host: "127.0.0.1", dataDir: "./data" });
  assert.deepEqual(pems, {
    baseUrl: undefined,
    apiKey: undefined,
    rateLimit: 10,
    timeoutMs: 30_000,
  });
  assert.deepEqual(retry, { maxRetries: 3, baseMs: 5000 });
  assert.deepEqual({ batchSize, writeSync, lateWindowMs }, {
    batchSize: 100,
    writeSync: true,
    lateWindowMs: 600_000,
  });
});

Deno.test(".env.example lists every variable that is read, with its default", async () => {
  const listed = await example();
  const read = new Set<string>();
  readConfig(
    new Proxy({}, { get: (_, name) => void read.add(String(name)) }) as Environment,
  );
  assert.ok(read.size > 20);
  assert.deepEqual([...read].filter((name) => !listed.has(name)), []);
  const set = [...listed].filter(([, { set }]) => set);
  assert.deepEqual(
    config(Object.fromEntries(set.map(([name, { value }]) => [name, value]))),
    config({}),
  );
});

Deno.test("every wrong value is named at once, with what it may be", () => {
  const found = problems({
    PORT: "eighty",
    PEMS_API_RATE_LIMIT: "0",
    WRITE_SYNC_BATCH_SIZE: "1.5",
    ENABLE_WRITE_SYNC: "maybe",
    LOG_LEVEL: "loud",
    READ_SYNC_SCHEDULE: "hourly",
    ALERT_WEBHOOK_URL: "mailto:a@b.example",
    PEMS_WRITE_API_URL: "http://pems.example.com/api",
    CREDENTIALS_KEY: "short",
  });
  assert.deepEqual(found.map((problem) => problem.split(" ")[0]).sort(), [
    "ALERT_WEBHOOK_URL",
    "CREDENTIALS_KEY",
    "ENABLE_WRITE_SYNC",
    "LOG_LEVEL",
    "PEMS_API_RATE_LIMIT",
    "PEMS_WRITE_API_URL",
    "PORT",
    "READ_SYNC_SCHEDULE",
    "WRITE_SYNC_BATCH_SIZE",
  ]);
  assert.ok(found.includes('PORT must be a whole number from 0 to 65535, not "eighty"'));
  assert.throws(
    () => configOf({ PORT: "x", LOG_LEVEL: "y" }),
    /Cannot start.*\n- PORT.*\n- LOG_LEVEL/s,
  );
});

const OIDC = {
  OIDC_ISSUER: "https://login.example.com",
  OIDC_CLIENT_ID: "vanguard",
  OIDC_CLIENT_SECRET: "enc:v1:x",
  OIDC_REDIRECT_URL: "https://vanguard.example.com/api/auth/oidc/callback",
};

Deno.test("single sign-on is described whole or not at all, and its groups are what they may be", () => {
  assert.equal(config({}).singleSignOn, undefined);
  const map = {
    planners: { organization: "RIO", role: "Viewer" },
    boss: [
      { organization: "RIO", permissions: ["Sync"] },
      { organization: "PORT", permissions: [] },
    ],
  };
  const read = config({ ...OIDC, OIDC_GROUP_MAP: JSON.stringify(map) }).singleSignOn!;
  assert.deepEqual([read.name, read.groupsClaim], ["login.example.com", "groups"]);
  assert.deepEqual(read.gifts, [
    { group: "planners", organization: "RIO", permissions: ["Read", "Export", "ViewFinancials"] },
    { group: "boss", organization: "RIO", permissions: ["Sync"] },
    { group: "boss", organization: "PORT", permissions: [] },
  ]);
  assert.deepEqual(
    [...givenBy(read.gifts, ["boss", "planners", "others"])],
    [["RIO", ["Read", "Export", "ViewFinancials", "Sync"]], ["PORT", []]],
  );
  for (const name of Object.keys(OIDC)) {
    assert.deepEqual(problems({ ...OIDC, [name]: "" }), [
      `${name} must be set with the other OIDC variables`,
    ]);
  }
  const wrong = [
    { OIDC_ISSUER: "http://login.example.com" },
    { OIDC_REDIRECT_URL: "https://vanguard.example.com/elsewhere" },
    { OIDC_CLIENT_SECRET: "plain", NODE_ENV: "production" },
    ...["[]", "x", '{"a": 1}', '{"a": {"organization": "RIO"}}'].map(mapped),
    ...['{"a": {"organization": "RIO", "role": "King"}}'].map(mapped),
    ...['{"a": {"organization": "RIO", "permissions": ["Fly"]}}'].map(mapped),
    ...['{"a": {"organization": "RIO", "role": "Viewer", "permissions": []}}'].map(mapped),
  ];
  for (const one of wrong) {
    const [told, ...more] = problems({ ...OIDC, ...one });
    assert.match(told ?? "", new RegExp(`^${Object.keys(one)[0]} must `), JSON.stringify(one));
    assert.deepEqual(more, []);
  }
});

const mapped = (OIDC_GROUP_MAP: string) => ({ OIDC_GROUP_MAP });

Deno.test("no password or key is repeated in a complaint", () => {
  const secret = "s3cretvalue";
  const told = JSON.stringify(problems({
    NODE_ENV: "production",
    DATABASE_URL: `mysql://vanguard:${secret}@db.example/x`,
    PEMS_WRITE_API_URL: `ftp://user:${secret}@pems.example.com`,
    ALERT_WEBHOOK_URL: `hooks.example/${secret}`,
    PEMS_WRITE_API_KEY: secret,
    CREDENTIALS_KEY: secret,
    ADMIN_PASSWORD: secret,
    METRICS_TOKEN: secret,
  }));
  assert.equal(told.match(/ must /g)?.length, 5, told);
  assert.ok(!told.includes(secret), told);
});

Deno.test("plain http is for loopback addresses only", () => {
  for (const url of ["PEMS_WRITE_API_URL", "ALERT_WEBHOOK_URL"]) {
    for (
      const good of [
        "http://localhost:1/api",
        "http://127.0.0.1/api",
        "http://[::1]:9",
        "https://pems.example",
      ]
    ) {
      assert.deepEqual(problems({ [url]: good }), [], good);
    }
    for (const bad of ["http://127.0.0.1.example.com", "http://10.0.0.7/api"]) {
      assert.equal(problems({ [url]: bad }).length, 1, bad);
    }
  }
});

Deno.test("a Postgres needs a credentials key, production an encrypted PEMS key", () => {
  const database = { DATABASE_URL: "postgres://vanguard@db.example/vanguard" };
  assert.match(problems(database)[0]!, /CREDENTIALS_KEY must be set with DATABASE_URL/);
  assert.deepEqual(config({ ...database, CREDENTIALS_KEY: `${KEY}, ${KEY}` }).credentialsKeys, [
    KEY,
    KEY,
  ]);
  assert.deepEqual(problems({ PEMS_WRITE_API_KEY: "plain" }), []);
  assert.match(problems({ NODE_ENV: "production", PEMS_WRITE_API_KEY: "plain" })[0]!, /encrypted/);
  assert.deepEqual(problems({ NODE_ENV: "production", PEMS_WRITE_API_KEY: "enc:v1:abc" }), []);
});

Deno.test("blank means unset, and truth has many words", () => {
  assert.equal(config({ PORT: " ", HOST: "" }).port, 8000);
  for (const yes of ["true", "1", "YES", " on "]) {
    assert.equal(config({ TRUST_PROXY: yes }).trustProxy, true);
  }
  for (const no of ["false", "0", "No", "off"]) {
    assert.equal(config({ ENABLE_WRITE_SYNC: no }).writeSync, false);
  }
});
