/** What a single sign-on gives: an account and what the groups give there, a session, and the way back to this site. */
import assert from "node:assert/strict";
import { assertProblem } from "./app_client.ts";
import {
  assertRefused,
  comeBack,
  cookiesOf,
  EVA,
  leave,
  locationOf,
  meOf,
  signIn,
  test,
} from "./app_sign_on_bench.ts";
import { aMember, anOrganization, aUser } from "./builders.ts";
import { CLIENT } from "./openid.ts";

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
