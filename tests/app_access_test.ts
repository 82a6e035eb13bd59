/** Sessions and API tokens: listed, ended, narrowed; and what an attacker who has one tries next. */
import assert from "node:assert/strict";
import { Sessions, Tokens } from "../app/account_shapes.ts";
import { hashPassword } from "../app/password.ts";
import type { Database } from "../db/sql.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, aUser } from "./builders.ts";
import { withDatabase } from "./database.ts";

const test = (name: string, work: (db: Database, app: TestApp) => Promise<void>) =>
  Deno.test(name, () => withDatabase((db) => withApp(db, (app) => work(db, app))));

const TOKENS = "/api/auth/tokens";
const SESSIONS = "/api/auth/sessions";
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();
const inADay = () => new Date(Date.now() + 86_400_000).toISOString();

/** Whoever holds a new token of that caller. */
async function bearerOf(app: TestApp, caller: Caller, wanted: object = {}) {
  const { status, body } = await caller.post(TOKENS, { name: "ci", ...wanted });
  assert.equal(status, 201, JSON.stringify(body));
  return { id: body.id as string, ...app.caller({ authorization: `Bearer ${body.token}` }) };
}

test(
  "sessions are listed with their last use, and all but this one are ended at once",
  async (db, app) => {
    const userId = await aUser(db);
    const [here, there, elsewhere] = await Promise.all([1, 2, 3].map(() => app.as(userId)));
    await there!.get("/api/auth/me");
    const { body } = await here!.get(SESSIONS);
    assertShape(Sessions, body);
    assert.deepEqual(body.sessions.map((one: { current: boolean }) => one.current).sort(), [
      false,
      false,
      true,
    ]);
    assert.equal(
      body.sessions.filter((one: { lastUsedAt: string | null }) => one.lastUsedAt !== null).length,
      2,
      "that of the request itself is kept too, that of nobody is not",
    );
    assert.equal((await here!.post(`${SESSIONS}/end-others`)).body.ended, 2);
    assert.equal((await here!.get("/api/auth/me")).status, 200);
    assertProblem(await there!.get("/api/auth/me"), 401);
    assertProblem(await elsewhere!.get("/api/auth/me"), 401);
  },
);

test("the last use of a session is written once a minute, not at each request", async (db, app) => {
  const caller = await app.as(await aUser(db));
  await caller.get("/api/auth/me");
  const [first] = await db.auth`select last_used_at as at, xmin::text from session`;
  await caller.get("/api/auth/me");
  const [second] = await db.auth`select last_used_at as at, xmin::text from session`;
  assert.deepEqual({ ...second }, { ...first });
  await db.auth`update session set last_used_at = now() - interval '61 seconds'`;
  await caller.get("/api/auth/me");
  const [third] = await db
    .auth`select last_used_at > now() - interval '1 minute' as fresh from session`;
  assert.equal(third!.fresh, true);
});

test(
  "a token does no more than its scope and its owner's memberships both allow, at each moment",
  async (db, app) => {
    const organizationId = await anOrganization(db);
    const permissions = ["Read", "ManageUsers", "SaveDraft"];
    const { userId } = await aMember(db, organizationId, { permissions });
    const elsewhere = await anOrganization(db);
    const bearer = await bearerOf(app, await app.as(userId), {
      permissions: ["Read", "ManageSettings", "Sync"],
    });
    const may = async () => (await bearer.get("/api/auth/me")).body.organizations;
    assert.deepEqual((await may())[0].permissions, ["Read"], "scope and membership");
    const pause = (id: string) => bearer.post("/api/pems/pause", { organizationId: id });
    assertProblem(await pause(organizationId), 403, /ManageSettings/);
    assertProblem(await pause(elsewhere), 403);
    assertProblem(await bearer.get(`/api/pfa-data?organizationId=${elsewhere}`), 403);
    assertProblem(await bearer.get("/api/admin/users"), 403, /ManageUsers/);
    const own = `/api/admin/organizations/${organizationId}/members/${userId}`;
    assertProblem(await bearer.put(own, { permissions }), 403);
    await db.auth`update membership set permissions = array['Sync']`;
    assertProblem(await bearer.get(`/api/pfa-data?organizationId=${organizationId}`), 403, /Read/);
    await db
      .auth`update membership set permissions = array['Read'], expires_at = now() - interval '1 s'`;
    assert.deepEqual(await may(), []);
  },
);

test(
  "a narrowed token of an administrator neither administers nor manages sessions",
  async (db, app) => {
    const organizationId = await anOrganization(db);
    const userId = await aUser(db, { isAdmin: true });
    const caller = await app.as(userId);
    const bearer = await bearerOf(app, caller, { permissions: ["Read", "ManageUsers"] });
    const other = await aUser(db, { isAdmin: true });
    assertProblem(await bearer.post("/api/admin/organizations", { code: "X", name: "X" }), 403);
    assertProblem(await bearer.patch(`/api/admin/users/${userId}`, { isAdmin: true }), 403);
    assertProblem(await bearer.get(`/api/admin/users/${other}/sessions`), 403);
    assertProblem(await bearer.post(`/api/admin/users/${userId}/sessions/end`), 403);
    assertProblem(await bearer.get(`/api/admin/organizations/${organizationId}`), 403);
    assertProblem(await bearer.post(`${SESSIONS}/end-others`), 403, /narrowed/);
    const { body } = await caller.get(SESSIONS);
    assertProblem(await bearer.delete(`${SESSIONS}/${body.sessions[0].id}`), 403, /narrowed/);
    const second = await bearerOf(app, caller);
    assertProblem(await bearer.delete(`${TOKENS}/${second.id}`), 403, /narrowed/);
    assertProblem(
      await bearer.put("/api/auth/password", { current: "x", password: "0123456789" }),
      403,
    );
    assertProblem(
      await second.put("/api/auth/password", { current: "x", password: "0123456789" }),
      403,
      /not by a token/,
    );
    assert.equal((await bearer.delete(`${TOKENS}/${bearer.id}`)).status, 204, "itself it may end");
    assertProblem(await bearer.get("/api/auth/me"), 401);
  },
);

test(
  "a token that ends makes none that outlives it, and is nobody's once its time is over",
  async (db, app) => {
    const caller = await app.as(await aUser(db));
    const bearer = await bearerOf(app, caller, { expiresAt: inAnHour() });
    assertProblem(
      await bearer.post(TOKENS, { name: "longer", expiresAt: inADay() }),
      403,
      /outlives/,
    );
    const heir = (await bearer.post(TOKENS, { name: "as long" })).body;
    assert.ok(heir.expiresAt !== null, "for ever is longer, too");
    assert.equal(
      (await caller.post(TOKENS, { name: "of a session", expiresAt: inADay() })).status,
      201,
    );
    await db
      .auth`update api_token set expires_at = now() - interval '1 second' where id = ${bearer.id}`;
    assertProblem(await bearer.get("/api/auth/me"), 401);
    const { body } = await caller.get(TOKENS);
    assertShape(Tokens, body);
    assert.ok(body.tokens.some(({ id }: { id: string }) => id === bearer.id), "it is still listed");
  },
);

test(
  "a revoked token, an ended session and a disabled user are out at the next request",
  async (db, app) => {
    const userId = await aUser(db);
    const caller = await app.as(userId);
    const [bearer, second] = [await bearerOf(app, caller), await bearerOf(app, caller)];
    assert.equal((await bearer.get("/api/auth/me")).status, 200);
    await caller.delete(`${TOKENS}/${bearer.id}`);
    assertProblem(await bearer.get("/api/auth/me"), 401);
    const { body } = await caller.get(SESSIONS);
    assert.equal((await caller.delete(`${SESSIONS}/${body.sessions[0].id}`)).status, 204);
    assertProblem(await caller.get("/api/auth/me"), 401);
    const admin = await app.as(await aUser(db, { isAdmin: true }));
    assert.equal((await second.get("/api/auth/me")).status, 200);
    await admin.patch(`/api/admin/users/${userId}`, { disabled: true });
    assertProblem(await second.get("/api/auth/me"), 401);
  },
);

test("who manages a user sees and ends their sessions; nobody else does", async (db, app) => {
  const organizationId = await anOrganization(db);
  const { userId } = await aMember(db, organizationId, { permissions: ["Read"] });
  const theirs = await app.as(userId);
  const manager = await app.as((await aMember(db, organizationId)).userId);
  const path = `/api/admin/users/${userId}/sessions`;
  const { body } = await manager.get(path);
  assertShape(Sessions, body);
  assert.equal(body.sessions.length, 1);
  const stranger = await app.as((await aPlanner(db)).userId);
  const colleague = await app.as(
    (await aMember(db, organizationId, { permissions: ["Read", "ManageSettings"] })).userId,
  );
  for (const caller of [stranger, colleague]) {
    assertProblem(await caller.get(path), 403);
    assertProblem(await caller.post(`${path}/end`), 403);
    assertProblem(await caller.delete(`${path}/${body.sessions[0].id}`), 403);
  }
  assert.equal((await theirs.get("/api/auth/me")).status, 200);
  const above = (await aMember(db, organizationId)).userId;
  const below = await app.as(
    (await aMember(db, organizationId, { permissions: ["ManageUsers"] })).userId,
  );
  assertProblem(await below.post(`/api/admin/users/${above}/sessions/end`), 403);
  assert.equal((await manager.delete(`${path}/${body.sessions[0].id}`)).status, 204);
  assertProblem(await theirs.get("/api/auth/me"), 401);
  const again = await app.as(userId);
  assert.equal((await manager.post(`${path}/end`)).body.ended, 1);
  assertProblem(await again.get("/api/auth/me"), 401);
  const { body: me } = await manager.get("/api/auth/me");
  assert.equal((await manager.post(`/api/admin/users/${me.user.id}/sessions/end`)).body.ended, 0);
  assert.equal((await manager.get("/api/auth/me")).status, 200, "nobody signs themselves out so");
  const trail = await db.owner`
    select details from audit_entry where event_type = 'CREDENTIAL_CHANGED' order by id`;
  assert.deepEqual(trail.map(({ details }) => details.changed), [userId, userId, me.user.id]);
});

test(
  "one's own password is changed by who knows it, and the other sessions end",
  async (db, app) => {
    const passwordHash = await hashPassword("the-old-password");
    const userId = await aUser(db, { username: "pat", passwordHash });
    const [here, there] = [await app.as(userId), await app.as(userId)];
    const change = (current: string, password: string) =>
      here.put("/api/auth/password", { current, password });
    assertProblem(await change("the-old-password", "short"), 422, /at least 10/);
    assertProblem(await change("a-wrong-password", "the-new-password"), 422, /not your password/);
    assert.equal((await there.get("/api/auth/me")).status, 200);
    assert.equal((await change("the-old-password", "the-new-password")).status, 204);
    assert.equal((await here.get("/api/auth/me")).status, 200);
    assertProblem(await there.get("/api/auth/me"), 401);
    const signIn = { username: "pat", password: "the-new-password" };
    assert.equal((await app.caller().post("/api/auth/login", signIn)).status, 200);
  },
);

test("a user is made along with a membership, or not at all", async (db, app) => {
  const organizationId = await anOrganization(db);
  const permissions = ["Read", "SaveDraft", "ManageUsers"];
  const manager = await app.as((await aMember(db, organizationId, { permissions })).userId);
  const person = { username: "new", displayName: "New", password: "0123456789" };
  const make = (membership: object) =>
    manager.post("/api/admin/users", { ...person, membership: { organizationId, ...membership } });
  assertProblem(await make({ permissions: ["Sync"] }), 403, /Sync/);
  const foreign = { organizationId: await anOrganization(db), permissions: ["Read"] };
  assertProblem(await make(foreign), 403);
  assertProblem(await make({ permissions: ["Fly"] }), 400, /membership\.permissions/);
  assert.deepEqual([...await db.auth`select from app_user where username = 'new'`], []);
  const made = await make({ permissions: ["Read"], expiresAt: inADay() });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const [row] = await db.auth`
    select permissions, organization_id, expires_at > now() as ends from membership
    where user_id = ${made.body.id}`;
  assert.deepEqual({ ...row }, {
    permissions: ["Read"],
    organization_id: organizationId,
    ends: true,
  });
  const found = await manager.get(`/api/admin/users?organizationId=${organizationId}&search=NEW`);
  assert.deepEqual(found.body.users.map(({ username }: { username: string }) => username), ["new"]);
  assertProblem(
    await manager.get(`/api/admin/users?organizationId=${foreign.organizationId}`),
    403,
  );
});
