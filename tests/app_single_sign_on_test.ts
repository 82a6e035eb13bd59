/** Single sign-on against a small OpenID provider: who gets in, with what, and every answer that is not believed. */
import assert from "node:assert/strict";
import type { Database } from "../db/sql.ts";
import {
  type Answer,
  assertProblem,
  ORIGIN,
  type TestApp,
  testVault,
  withSite,
} from "./app_client.ts";
import { aMember, anOrganization, aUser } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { type Claims, CLIENT, type Lie, type OpenId, withOpenId } from "./openid.ts";

const REDIRECT = "http://127.0.0.1:8000/api/auth/oidc/callback";
const EVA = { sub: "eva-1", name: "Eva Lima", preferred_username: "eva" };

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly openId: OpenId;
  readonly rio: string;
}

const MAP = {
  planners: { organization: "RIO", role: "Viewer" },
  leads: [
    { organization: "RIO", permissions: ["Sync"] },
    { organization: "PORT", role: "Viewer without money" },
    { organization: "NOWHERE", role: "Viewer" },
  ],
};

const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () =>
    withDatabase((db) =>
      withOpenId(async (openId) => {
        const rio = await anOrganization(db, { code: "RIO" });
        const environment = {
          OIDC_ISSUER: openId.issuer,
          OIDC_CLIENT_ID: CLIENT.id,
          OIDC_CLIENT_SECRET: await (await testVault()).seal("default", CLIENT.secret),
          OIDC_REDIRECT_URL: REDIRECT,
          OIDC_NAME: "Plant login",
          OIDC_GROUP_MAP: JSON.stringify(MAP),
        };
        await withSite(db, (app) => work({ db, app, openId, rio }), environment);
      })
    ));

const cookiesOf = ({ headers }: Answer) =>
  Object.fromEntries(
    headers.getSetCookie().map((text) => text.split(";")[0]!.split(/=(.*)/s) as [string, string]),
  );
const locationOf = ({ headers }: Answer) => headers.get("location") ?? "";

/** Leaves for the provider; the cookie that brings one back. */
async function leave({ app }: Bench, next = "/") {
  const answer = await app.caller().get(`/api/auth/oidc?next=${encodeURIComponent(next)}`);
  assert.equal(answer.status, 303);
  return { url: locationOf(answer), cookie: `vanguard_oidc=${cookiesOf(answer)["vanguard_oidc"]}` };
}

const comeBack = ({ app }: Bench, back: string, headers: Record<string, string>) =>
  app.caller(headers).get(back.slice(new URL(back).origin.length));

async function signIn(bench: Bench, claims: Claims, lie?: Lie): Promise<Answer> {
  const { url, cookie } = await leave(bench, "/grid?org=RIO");
  return await comeBack(bench, bench.openId.authorize(url, claims, lie), { cookie });
}

/** The answer's session: who it is. */
async function meOf({ app }: Bench, answer: Answer) {
  const session = cookiesOf(answer)["vanguard_session"];
  assert.ok(session, locationOf(answer));
  return (await app.caller({ cookie: `vanguard_session=${session}` }).get("/api/auth/me")).body;
}

function assertRefused(answer: Answer, problem: string): void {
  assert.equal(locationOf(answer), `/login?problem=${problem}`);
  assert.equal(cookiesOf(answer)["vanguard_session"], undefined);
}

const failures = async ({ db }: Bench) =>
  (await db.owner`select details from audit_entry where event_type = 'LOGIN_FAILED' order by id`)
    .map(({ details }) => details);

test("who is unknown is made, with what their groups give, and goes where they were going", async (bench) => {
  const { db } = bench;
  const answer = await signIn(bench, { ...EVA, groups: ["planners", "leads", "others"] });
  assert.deepEqual([answer.status, locationOf(answer)], [303, "/grid?org=RIO"]);
  const flags = answer.headers.getSetCookie().find((one) => one.startsWith("vanguard_session"))!;
  assert.match(flags, /HttpOnly/);
  assert.match(flags, /SameSite=Lax/);
  assert.equal(cookiesOf(answer)["vanguard_oidc"], "", "the way back is closed");
  const me = await meOf(bench, answer);
  assert.deepEqual([me.user.username, me.user.displayName, me.user.isAdmin], [
    "eva",
    "Eva Lima",
    false,
  ]);
  assert.deepEqual(me.organizations.map(({ code }: { code: string }) => code), ["RIO"]);
  assert.deepEqual(
    new Set(me.organizations[0].permissions),
    new Set(["Read", "Export", "ViewFinancials", "Sync"]),
  );
  const again = await meOf(bench, await signIn(bench, { ...EVA, sub: "eva-1", name: "E. L." }));
  assert.equal(again.user.id, me.user.id, "issuer and subject are who one is");
  const logins = await db.owner`
    select user_id, details from audit_entry where event_type = 'LOGIN'`;
  assert.deepEqual(logins.map((row) => [row.user_id, row.details.provider]), [
    [me.user.id, "Plant login"],
    [me.user.id, "Plant login"],
  ]);
});

test("a sign-in ends the session before it", async (bench) => {
  const { app, db } = bench;
  const { url, cookie } = await leave(bench);
  const { userId } = await aMember(db, bench.rio);
  const before = (await app.as(userId)).headers["cookie"];
  const back = bench.openId.authorize(url, EVA);
  await meOf(bench, await comeBack(bench, back, { cookie: `${cookie}; ${before}` }));
  assertProblem(await app.caller({ cookie: before! }).get("/api/auth/me"), 401);
});

test("a group that is gone takes what it gave, and what a person set stays", async (bench) => {
  const { db, app, rio } = bench;
  await anOrganization(db, { code: "PORT" });
  const held = async (groups: unknown) => {
    const me = await meOf(bench, await signIn(bench, { ...EVA, groups }));
    return Object.fromEntries(
      me.organizations.map(({ code, permissions }: { code: string; permissions: string[] }) => [
        code,
        permissions.length,
      ]),
    );
  };
  assert.deepEqual(await held(["leads"]), { PORT: 2, RIO: 1 });
  assert.deepEqual(await held(["planners"]), { RIO: 3 });
  assert.deepEqual(await held("planners"), {}, "no list of groups is none");
  const { userId } = await aMember(db, rio);
  const [{ id }] = await db.auth<[{ id: string }]>`select id from app_user where username = 'eva'`;
  const manager = await app.as(userId);
  const path = `/api/admin/organizations/${rio}/members/${id}`;
  assert.equal((await manager.put(path, { permissions: ["Read"] })).status, 200);
  assert.deepEqual(await held(["leads"]), { PORT: 2, RIO: 1 });
  const [kept] = await db.auth`
    select permissions from membership where user_id = ${id} and organization_id = ${rio}`;
  assert.deepEqual(kept!.permissions, ["Read"]);
  assert.deepEqual(await held([]), { RIO: 1 }, "set by a person: no group takes it");
  const told = await db.owner`
    select organization_id from audit_entry
    where event_type = 'PERMISSION_CHANGED' and details ? 'byGroups'`;
  assert.ok(told.length >= 6, `${told.length} changes by groups`);
});

test("a verified e-mail links an account without a password, and no other", async (bench) => {
  const { db } = bench;
  const eva = await aUser(db, { username: "eva.lima", email: "eva@plant.example" });
  const mail = { email: "EVA@plant.example" };
  const unverified = await meOf(bench, await signIn(bench, { ...EVA, ...mail }));
  assert.notEqual(unverified.user.id, eva);
  assert.equal(unverified.user.email, null, "what is not verified is not kept");
  const verified = { ...mail, email_verified: true };
  const linked = await meOf(bench, await signIn(bench, { ...EVA, ...verified, sub: "eva-2" }));
  assert.equal(linked.user.id, eva);
  assertRefused(await signIn(bench, { ...EVA, ...verified, sub: "eva-3" }), "taken");
  await aUser(db, { email: "ana@plant.example", passwordHash: "scrypt:x" });
  await aUser(db, { email: "root@plant.example", isAdmin: true });
  for (const email of ["ana@plant.example", "root@plant.example"]) {
    const claims = { sub: email, email, email_verified: true, name: "Mallory" };
    assertRefused(await signIn(bench, claims), "taken");
  }
  const mallory = { sub: "m", preferred_username: "ana@plant.example" };
  const me = await meOf(bench, await signIn(bench, mallory));
  assert.equal(me.user.username, "m", "nobody is called by an e-mail that they have not proved");
});

test("an id token that is not ours, not for this trip, too old or wrongly signed is not believed", async (bench) => {
  const lies: ReadonlyArray<Lie> = [
    "nonce",
    "audience",
    "issuer",
    "expired",
    "signature",
    "unsigned",
  ];
  for (const lie of lies) assertRefused(await signIn(bench, EVA, lie), "unproven");
  assert.deepEqual(bench.openId.answers, lies.map(() => "200"), "the codes were good");
  const told = await failures(bench);
  assert.equal(told.length, lies.length);
  for (const { provider, reason } of told) {
    assert.equal(provider, "Plant login");
    assert.match(reason, /^unproven, [A-Z_]+$/);
  }
  const [users] = await bench.db.owner`select count(*)::int from app_user`;
  assert.equal(users!.count, 0);
  await meOf(bench, await signIn(bench, EVA));
});

test("a code is good once, with the verifier of its trip, in the browser that left, for ten minutes", async (bench) => {
  const { openId, app } = bench;
  const { url, cookie } = await leave(bench);
  const asked = new URL(url).searchParams;
  assert.equal(asked.get("code_challenge_method"), "S256");
  for (const name of ["code_challenge", "state", "nonce"]) {
    assert.ok(asked.get(name)!.length >= 43, name);
  }
  const back = openId.authorize(url, EVA);
  assertRefused(await comeBack(bench, back, {}), "stale");
  const elsewhere = await leave(bench);
  assertRefused(await comeBack(bench, back, { cookie: elsewhere.cookie }), "stale");
  assertRefused(await comeBack(bench, back, { cookie: "vanguard_oidc=enc:v1:AAAA" }), "stale");
  await meOf(bench, await comeBack(bench, back, { cookie }));
  assertRefused(await comeBack(bench, back, { cookie }), "unproven");
  assert.deepEqual(openId.answers, ["200", "invalid_grant"]);
  assertRefused(await signIn(bench, EVA, "challenge"), "unproven");
  assert.equal(openId.answers.at(-1), "invalid_grant", "PKCE is asked for");
  const late = await leave(bench);
  const vault = await testVault();
  const kept = JSON.parse(
    await vault.open(
      "single sign-on",
      late.cookie.slice("vanguard_oidc=".length)
        .replaceAll("%3A", ":").replaceAll("%2B", "+").replaceAll("%2F", "/").replaceAll(
          "%3D",
          "=",
        ),
    ),
  );
  assert.ok(kept.until - Date.now() <= 600_000 && kept.until - Date.now() > 590_000);
  const old = await vault.seal(
    "single sign-on",
    JSON.stringify({ ...kept, until: Date.now() - 1 }),
  );
  const answer = await comeBack(bench, openId.authorize(late.url, EVA), {
    cookie: `vanguard_oidc=${encodeURIComponent(old)}`,
  });
  assertRefused(answer, "stale");
  assert.equal((await app.caller().get("/login?problem=stale")).status, 401);
});

test("who was declined, is deactivated, or tries too often is told so in plain words", async (bench) => {
  const { db, app } = bench;
  const { url, cookie } = await leave(bench);
  const state = new URL(url).searchParams.get("state")!;
  const declined = `${REDIRECT}?error=access_denied&error_description=x&state=${state}`;
  assertRefused(await comeBack(bench, declined, { cookie }), "declined");
  const { user } = await meOf(bench, await signIn(bench, EVA));
  await db.auth`update app_user set disabled_at = now() where id = ${user.id}`;
  assertRefused(await signIn(bench, EVA), "disabled");
  await db.auth`
    insert into sign_in_failure values ('oidc:unknown', 100, now() + interval '5 minutes')
    on conflict (subject) do update set failures = 100`;
  assertRefused(await signIn(bench, { sub: "another" }), "too_many");
  const page = await app.caller().get("/login?problem=declined&next=%2Fgrid");
  assert.match(page.body, /role="alert"[^>]*>Plant login did not let you in\./);
  assert.match(page.body, /href="\/api\/auth\/oidc\?next=%2Fgrid"/);
  assert.match(page.body, />Sign in with Plant login</);
  const odd = await app.caller().get("/login?problem=__proto__");
  assert.doesNotMatch(odd.body, /role="alert"/);
});

test("one goes nowhere but to this site, and no secret is told or kept", async (bench) => {
  const { db, openId } = bench;
  const { url, cookie } = await leave(bench, "https://evil.test/");
  const answer = await comeBack(bench, openId.authorize(url, EVA), { cookie });
  assert.equal(locationOf(answer), "/");
  await signIn(bench, EVA, "audience");
  const kept = JSON.stringify([
    ...await db.owner`select * from audit_entry`,
    ...await db.owner`select * from identity`,
    ...await db.owner`select * from app_user`,
    ...await db.owner`select user_id, user_agent, address from session`,
  ]);
  const secrets = [...openId.secrets, CLIENT.secret].filter((secret) => secret !== "");
  assert.ok(secrets.length > 5);
  for (const secret of secrets) {
    assert.ok(!kept.includes(secret) && !JSON.stringify(answer).includes(secret), secret);
    assert.ok(!decodeURIComponent(cookie).includes(secret));
  }
});

Deno.test("a provider that is away is told of, and one that is not set up is not there", () =>
  withDatabase(async (db) => {
    const environment = {
      OIDC_ISSUER: "http://127.0.0.1:9",
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_REDIRECT_URL: `${ORIGIN.replace("vanguard.test", "localhost")}/api/auth/oidc/callback`,
    };
    await withSite(db, async (app) => {
      assertRefused(await app.caller().get("/api/auth/oidc"), "unreachable");
    }, environment);
    await withSite(db, async (app) => {
      for (const path of ["oidc", "oidc/callback"]) {
        assertProblem(await app.caller().get(`/api/auth/${path}`), 404, /OIDC_ISSUER is not set/);
      }
      assert.doesNotMatch((await app.caller().get("/login")).body, /api\/auth\/oidc/);
    });
  }));
