/** Signing in: what proves who one is, how often one may try, and what ends it. */
import assert from "node:assert/strict";
import { Me, ShownToken, Tokens } from "../app/account_shapes.ts";
import { bootstrap } from "../app/bootstrap.ts";
import { hashPassword, isPassword } from "../app/password.ts";
import { configOf } from "../domain/config.ts";
import type { Database } from "../db/sql.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, mirrored } from "./builders.ts";
import { onEach, withDatabase } from "./database.ts";

const PASSWORD = "correct horse battery";
const HASH = await hashPassword(PASSWORD);

async function anAccount(db: Database, username = "ana") {
  return await aMember(db, await anOrganization(db), {
    username,
    email: `${username}@example.org`,
    passwordHash: HASH,
  });
}

const login = (caller: Caller, username: string, password = PASSWORD) =>
  caller.post("/api/auth/login", { username, password });
const cookieFrom = (headers: Headers) => headers.get("set-cookie")!.split(";")[0]!;

const test = (name: string, work: (db: Database, app: TestApp) => Promise<void>) =>
  Deno.test(name, () => withDatabase((db) => withApp(db, (app) => work(db, app))));

onEach(
  "a password or an e-mail's owner signs in, is known, and signs out",
  (db) =>
    withApp(db, async (app) => {
      const { organizationId } = await anAccount(db);
      for (const name of ["ana", "ANA", " ana@Example.org "]) {
        const answer = await login(app.caller(), name);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        assertShape(Me, answer.body);
        const flags = answer.headers.get("set-cookie")!;
        assert.match(flags, /HttpOnly/);
        assert.match(flags, /SameSite=Lax/);
        assert.doesNotMatch(flags, /Secure/);
        const caller = app.caller({ cookie: cookieFrom(answer.headers) });
        const me = (await caller.get("/api/auth/me")).body;
        assert.deepEqual(me, answer.body);
        assert.equal(me.organizations[0].id, organizationId);
        assert.equal((await caller.post("/api/auth/logout")).status, 200);
        assertProblem(await caller.get("/api/auth/me"), 401);
      }
    }),
);

test("behind TLS the cookie is for TLS only", async (db) => {
  await anAccount(db);
  await withApp(db, async (app) => {
    const proxied = app.caller({
      "x-forwarded-proto": "https",
      "x-forwarded-for": "1.1.1.1, 9.9.9.9",
    });
    assert.match((await login(proxied, "ana")).headers.get("set-cookie")!, /Secure/);
    const [row] = await db.auth`select address from session order by id desc limit 1`;
    assert.equal(row!.address, "9.9.9.9", "what the client claims to be is not believed");
  }, { TRUST_PROXY: "true" });
});

test(
  "a wrong password, an unknown user and a disabled one are told apart by nobody",
  async (db, app) => {
    await anAccount(db);
    const { userId } = await anAccount(db, "gone");
    await db.auth`update app_user set disabled_at = now() where id = ${userId}`;
    const caller = app.caller();
    const answers = [
      await login(caller, "ana", "wrong"),
      await login(caller, "nobody"),
      await login(caller, "gone"),
      await login(caller, "' or 1=1 --"),
    ];
    for (const answer of answers) {
      assertProblem(answer, 401, /username or password is wrong/);
      assert.deepEqual(answer.body, answers[0]!.body);
      assert.equal(answer.headers.get("set-cookie"), null);
    }
    const [{ count }] = await db.owner<[{ count: number }]>`
    select count(*)::int from audit_entry where event_type = 'LOGIN_FAILED'`;
    assert.equal(count, 4);
  },
);

test("after ten failures an account rests, even for the right password", async (db, app) => {
  await anAccount(db);
  await anAccount(db, "ben");
  const caller = app.caller();
  await db.auth`
    insert into sign_in_failure values ('account:ana', 10, now() + interval '5 minutes')`;
  const answer = await login(caller, "ana");
  assertProblem(answer, 429, /too_many/);
  const wait = Number(answer.headers.get("retry-after"));
  assert.ok(wait > 290 && wait <= 300, String(wait));
  assert.equal((await login(caller, "ben")).status, 200, "others are not kept out");
  await db.auth`update sign_in_failure set window_until = now() - interval '1 second'`;
  assert.equal((await login(caller, "ana")).status, 200);
  const rows = await db.auth`select subject from sign_in_failure where subject like 'account:%'`;
  assert.deepEqual([...rows], [], "a success is a fresh start");
});

test("an account has one number of tries under all of its names", async (db, app) => {
  await anAccount(db);
  const names = ["ana", "ANA", " ana@example.org", "Ana@Example.org", "ana"];
  await db.auth`
    insert into sign_in_failure values ('account:ana', 6, now() + interval '5 minutes')`;
  const statuses = [];
  for (const name of names) statuses.push((await login(app.caller(), name, "wrong")).status);
  assert.deepEqual(statuses, [401, 401, 401, 401, 429]);
});

test("an address that fails for many accounts rests as well", async (db) => {
  await anAccount(db);
  await withApp(db, async (app) => {
    const from = (address: string) => app.caller({ "x-forwarded-for": `1.1.1.1, ${address}` });
    await db.auth`
      insert into sign_in_failure values ('address:9.9.9.9', 99, now() + interval '5 minutes')`;
    assertProblem(await login(from("9.9.9.9"), "nobody", "wrong"), 401);
    const answer = await login(from("9.9.9.9"), "ana");
    assertProblem(answer, 429, /too_many/);
    assert.ok(Number(answer.headers.get("retry-after")) > 290);
    assert.equal((await login(from("8.8.8.8"), "ana")).status, 200, "others are not kept out");
  }, { TRUST_PROXY: "true" });
});

test("tries at once are counted before any of them is answered", async (db, app) => {
  await anAccount(db);
  const answers = await Promise.all(
    Array.from({ length: 14 }, () => login(app.caller(), "ana", "wrong")),
  );
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 401).length, 10);
  assert.equal(statuses.filter((status) => status === 429).length, 4);
});

test("signing in again ends the session before it", async (db, app) => {
  await anAccount(db);
  const first = cookieFrom((await login(app.caller(), "ana")).headers);
  const second = cookieFrom((await login(app.caller({ cookie: first }), "ana")).headers);
  assert.notEqual(first, second);
  assertProblem(await app.caller({ cookie: first }).get("/api/auth/me"), 401);
  assert.equal((await app.caller({ cookie: second }).get("/api/auth/me")).status, 200);
});

test("no secret is in the database", async (db, app) => {
  await anAccount(db);
  const cookie = cookieFrom((await login(app.caller(), "ana")).headers).split("=")[1]!;
  const { body } = await app.caller({ cookie: `vanguard_session=${cookie}` })
    .post("/api/auth/tokens", { name: "ci" });
  const [{ all }] = await db.owner<[{ all: string }]>`
    select (select string_agg(s::text, '') from session s)
      || (select string_agg(t::text, '') from api_token t)
      || (select string_agg(u::text, '') from app_user u)
      || coalesce((select string_agg(a::text, '') from audit_entry a), '') as all`;
  for (const secret of [cookie, body.token, PASSWORD]) assert.ok(!all.includes(secret));
});

test("a session ends with its time, its user, or by its owner's word", async (db, app) => {
  const { userId } = await anAccount(db);
  const [one, two] = [await app.as(userId), await app.as(userId)];
  const { body } = await one.get("/api/auth/sessions");
  assert.equal(body.sessions.length, 2);
  const other = body.sessions.find((session: { current: boolean }) => !session.current);
  assert.equal((await one.delete(`/api/auth/sessions/${other.id}`)).status, 204);
  assertProblem(await two.get("/api/auth/me"), 401);
  await db.auth`update session set expires_at = now() - interval '1 second'`;
  assertProblem(await one.get("/api/auth/me"), 401);
  const three = await app.as(userId);
  await db.auth`update app_user set disabled_at = now()`;
  assertProblem(await three.get("/api/auth/me"), 401);
});

test("a token does what it names, for its user, until it is revoked", async (db, app) => {
  const { organizationId, userId } = await aPlanner(db);
  await mirrored(db, organizationId, { A: {} });
  const caller = await app.as(userId);
  const made = await caller.post("/api/auth/tokens", { name: "ci", permissions: ["Read", "Sync"] });
  assert.equal(made.status, 201);
  assertShape(ShownToken, made.body);
  const bearer = app.caller({ authorization: `Bearer ${made.body.token}` });
  const list = `/api/pfa-data?organizationId=${organizationId}`;
  const { body } = await bearer.get(list);
  assert.equal(body.records[0].data.monthlyRate, null, "ViewFinancials was not named");
  assertProblem(
    await bearer.post("/api/pfa-data/save-draft", { organizationId, pfaId: "A", changes: {} }),
    403,
    /SaveDraft/,
  );
  assertProblem(
    await bearer.post("/api/auth/tokens", { name: "more", permissions: ["ViewFinancials"] }),
    403,
    /cannot pass on/,
  );
  const narrowed = await bearer.post("/api/auth/tokens", { name: "same" });
  assert.deepEqual(narrowed.body.permissions, ["Read", "Sync"]);
  // A token is never sent by itself: where the page came from does not matter.
  const foreign = app.caller({ ...bearer.headers, origin: "https://elsewhere.test" });
  assert.equal((await foreign.post("/api/pems/write-sync", { organizationId })).status, 200);

  const tokens = (await caller.get("/api/auth/tokens")).body;
  assertShape(Tokens, tokens);
  assert.ok(!JSON.stringify(tokens).includes(made.body.token));
  assert.notEqual(
    tokens.tokens.find((one: { name: string }) => one.name === "ci").lastUsedAt,
    null,
  );
  const stranger = await app.as((await aPlanner(db)).userId);
  assertProblem(await stranger.delete(`/api/auth/tokens/${made.body.id}`), 404);
  assert.equal((await caller.delete(`/api/auth/tokens/${made.body.id}`)).status, 204);
  assertProblem(await bearer.get(list), 401);
  assertProblem(
    await caller.post("/api/auth/tokens", { name: "old", expiresAt: "2020-01-01T00:00:00Z" }),
    400,
    /past/,
  );
});

test("a system administrator's narrowed token administers nothing", async (db, app) => {
  const { userId } = await aMember(db, await anOrganization(db), { isAdmin: true });
  const caller = await app.as(userId);
  const { body } = await caller.post("/api/auth/tokens", { name: "ro", permissions: ["Read"] });
  const bearer = app.caller({ authorization: `Bearer ${body.token}` });
  assertProblem(await bearer.get("/api/admin/users"), 403);
  assertProblem(await bearer.post("/api/admin/organizations", { code: "X", name: "X" }), 403);
  assert.equal((await bearer.get("/api/auth/me")).body.user.isAdmin, false);
});

test(
  "posts to the sync are paced for each user: fifty at once, then ten a second",
  async (db, app) => {
    const { organizationId, userId } = await aPlanner(db);
    const [caller, other] = [await app.as(userId), await app.as((await aPlanner(db)).userId)];
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => caller.post("/api/pems/write-sync", { organizationId })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length >= 10 && refused.length <= 30, String(refused.length));
    assertProblem(refused[0]!, 429, /10 a second/);
    assert.equal(refused[0]!.headers.get("retry-after"), "1");
    assert.equal(refused[0]!.headers.get("ratelimit"), '"user";r=0;t=1');
    for (const { headers } of answers) {
      assert.equal(headers.get("ratelimit-policy"), '"user";q=50;w=5');
      assert.match(headers.get("ratelimit")!, /^"user";r=\d+;t=[1-5]$/);
    }
    assert.ok(answers.some(({ headers }) => headers.get("ratelimit") === '"user";r=49;t=1'));
    assert.notEqual((await other.post("/api/pems/write-sync", { organizationId })).status, 429);
    assert.equal(
      (await caller.get(`/api/pems/sync-status?organizationId=${organizationId}`)).status,
      200,
    );
  },
);

test("passwords are hashed anew each time, and compared whole", async () => {
  assert.notEqual(HASH, await hashPassword(PASSWORD));
  assert.match(HASH, /^scrypt:65536:/);
  assert.equal(await isPassword(PASSWORD, HASH), true);
  assert.equal(await isPassword(PASSWORD + " ", HASH), false);
  assert.equal(await isPassword("", null), false);
});

onEach("the first start makes one administrator, however many processes start", async (db) => {
  const config = configOf({});
  const made = await Promise.all([1, 2, 3].map(() => bootstrap(db, config)));
  assert.equal(made.filter((password) => password !== undefined).length, 1);
  const rows = await db.auth`select username from app_user where is_admin`;
  assert.deepEqual([...rows], [{ username: "admin" }]);
  assert.equal(await bootstrap(db, configOf({ ADMIN_PASSWORD: "given-by-hand" })), undefined);
  await withApp(db, async (app) => {
    const password = made.find((one) => one !== undefined)!;
    assert.equal((await login(app.caller(), "admin", password)).status, 200);
  });
});
