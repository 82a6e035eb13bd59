/** Single sign-ons that are refused: answers that are not believed, codes that are no longer good, and who is not let in. */
import assert from "node:assert/strict";
import { assertProblem, ORIGIN, testVault, withSite } from "./app_client.ts";
import {
  assertRefused,
  type Bench,
  comeBack,
  EVA,
  leave,
  meOf,
  REDIRECT,
  signIn,
  test,
} from "./app_sign_on_bench.ts";
import { withDatabase } from "./database.ts";
import { CLIENT, type Lie } from "./openid.ts";

const failures = async ({ db }: Bench) =>
  (await db.owner`select details from audit_entry where event_type = 'LOGIN_FAILED' order by id`)
    .map(({ details }) => details);

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
