/** The matrix: every route times every permission by itself, own and foreign organization, and each way of not being let in. */
import assert from "node:assert/strict";
import { newSecret } from "../app/session.ts";
import { createToken } from "../db/tokens.ts";
import type { Database } from "../db/sql.ts";
import { type Permission, PERMISSIONS } from "../domain/permissions.ts";
import { type Answer, assertProblem, type Caller, type TestApp, withSite } from "./app_client.ts";
import { aMember, aPlanner, aUser, committed, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import {
  isPage,
  neededBy,
  NOBODY,
  pathIn,
  patternOf,
  type Place,
  type Route,
  ROUTES,
} from "./routes.ts";

async function aPlace(db: Database, code: string): Promise<Place> {
  const tenant = await aPlanner(db, { code });
  const { organizationId } = tenant;
  await mirrored(db, organizationId, { "PFA-1": {} });
  const { jobId, modifications } = await committed(db, tenant, { "PFA-1": { model: "x" } });
  const [conflict] = await db.worker`
    insert into pfa_sync_conflict (pfa_id, organization_id, modification_ids, local_version,
      pems_version, base_data, local_data, pems_data, kind, conflict_fields, reason)
    values ('PFA-1', ${organizationId}, ${[...modifications.values()]}, 1, 2, '{}', '{}', '{}',
      'fields', '{model}', 'changed')
    returning id`;
  const { userId } = await aMember(db, organizationId, { permissions: [] });
  return { organizationId, code, userId, jobId, conflictId: conflict!.id };
}

const methodOf = ({ call }: Route) => call.split(" ")[0]!;
const takesJson = (route: Route) => route.body !== undefined || route.in === "body";

/** What is sent with a body: JSON with a field that nobody knows, so that what is let in changes nothing; or the same cut short. */
type Form = "unknown field" | "cut short";

function ask(caller: Caller, route: Route, place: Place, form: Form = "unknown field") {
  const [method, path] = [methodOf(route), pathIn(route, place)];
  if (!takesJson(route)) return caller.send(method, path);
  const named = route.in === "body" ? { organizationId: place.organizationId } : {};
  const body = JSON.stringify({ ...route.body, ...named, nobodyKnows: 1 });
  return caller.send(method, path, {
    body: form === "cut short" ? body.slice(0, -1) : body,
    headers: { "content-type": "application/json" },
  });
}

function opens({ needs }: Route, held: ReadonlyArray<Permission>): boolean {
  if (needs === undefined || needs === "anyone") return true;
  if (needs === "admin") return false;
  if (typeof needs === "string") return held.includes(needs);
  if ("anyOf" in needs) return needs.anyOf.some((one) => held.includes(one));
  return needs.every((one) => held.includes(one));
}

/** Let in: past 401 and 403, where a body with an unknown field is refused for that. */
function assertIn(answer: Answer, route: Route, who: string): void {
  const said = `${route.call} as ${who}: ${answer.status} ${JSON.stringify(answer.body)}`;
  assert.ok(![401, 403].includes(answer.status) && answer.status < 500, said);
  if (takesJson(route)) assert.equal(answer.status, 400, said);
}

function assertOut(
  answer: Answer,
  route: Pick<Route, "call" | "in" | "undocumented">,
  { who, status }: { who: string; status: number },
) {
  const said = `${route.call} as ${who}: ${answer.status} ${JSON.stringify(answer.body)}`;
  assert.equal(answer.status, status, said.slice(0, 500));
  if (!isPage(route)) assertProblem(answer, status);
}

const guarded = ROUTES.filter(({ needs }) => needs !== "anyone");

const test = (
  name: string,
  work: (bench: { db: Database; app: TestApp; own: Place; foreign: Place }) => void | Promise<void>,
) =>
  Deno.test(name, () =>
    withDatabase((db) =>
      withSite(db, async (app) => {
        const own = await aPlace(db, "OWN");
        await work({ db, app, own, foreign: await aPlace(db, "FOREIGN") });
      })
    ));

async function withToken(
  { db, app }: { db: Database; app: TestApp },
  token: {
    readonly userId: string;
    readonly permissions: Permission[] | null;
    readonly expiresAt?: string;
  },
): Promise<Caller> {
  const { secret, hash } = newSecret();
  await createToken(db.auth, { name: "matrix", expiresAt: null, ...token, tokenHash: hash });
  return app.caller({ authorization: `Bearer ${secret}` });
}

test("every route of the router is in the table, once, and the table has no others", ({ app }) => {
  const routed = new Set(
    app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) =>
      `${method} ${path}`
    ),
  );
  assert.ok(routed.size > 60);
  assert.deepEqual(ROUTES.map(patternOf).sort(), [...routed].sort());
});

test("one permission opens what it is for, in its own organization, and nothing else", async ({ db, app, own, foreign }) => {
  for (const permission of PERMISSIONS) {
    const { userId } = await aMember(db, own.organizationId, { permissions: [permission] });
    const all = await aMember(db, own.organizationId);
    const token = await withToken({ db, app }, { userId: all.userId, permissions: [permission] });
    const callers: ReadonlyArray<readonly [string, Caller]> = [
      [permission, await app.as(userId)],
      [`a token for ${permission}`, token],
    ];
    for (const [who, caller] of callers) {
      for (const route of guarded) {
        const answer = await ask(caller, route, own);
        const refused = caller === token && route.personal;
        if (opens(route, [permission]) && !refused) assertIn(answer, route, who);
        else assertOut(answer, route, { who, status: 403 });
        if (route.in === undefined) continue;
        const unknown = route.in === "job" || route.in === "conflict";
        const elsewhere = await ask(caller, route, foreign);
        assertOut(elsewhere, route, { who: `${who} elsewhere`, status: unknown ? 404 : 403 });
      }
    }
  }
});

test("what a route needs is enough for it", async ({ db, app, own }) => {
  for (const route of guarded.filter(({ needs }) => needs !== "admin")) {
    const { userId } = await aMember(db, own.organizationId, { permissions: neededBy(route) });
    const answer = await ask(await app.as(userId), route, own);
    assertIn(answer, route, neededBy(route).join(" and "));
  }
});

test("who is not, or no longer, signed in gets 401, whatever the body is", async ({ db, app, own }) => {
  const { userId } = await aMember(db, own.organizationId);
  const session = (change: (id: string) => PromiseLike<unknown>) => async () => {
    const { userId } = await aMember(db, own.organizationId);
    const caller = await app.as(userId);
    await change(userId);
    return caller;
  };
  const token = (change: (id: string) => PromiseLike<unknown>) => async () => {
    const { userId } = await aMember(db, own.organizationId);
    const caller = await withToken({ db, app }, { userId, permissions: null });
    await change(userId);
    return caller;
  };
  const good = await withToken({ db, app }, { userId, permissions: null });
  const ways: Readonly<Record<string, () => Caller | Promise<Caller>>> = {
    "nobody": () => app.caller(),
    "a made-up cookie": () => app.caller({ cookie: "vanguard_session=x" }),
    "a made-up token": () => app.caller({ authorization: "Bearer x" }),
    "another scheme": () =>
      app.caller({ authorization: good.headers["authorization"]!.replace("Bearer", "Basic") }),
    "a bad token beside a good cookie": async () =>
      app.caller({ ...(await app.as(userId)).headers, authorization: "Bearer x" }),
    "a token as cookie": () =>
      app.caller({
        cookie: good.headers["authorization"]!.replace("Bearer ", "vanguard_session="),
      }),
    "an expired session": session((id) =>
      db.auth`update session set expires_at = now() where user_id = ${id}`
    ),
    "a revoked session": session((id) =>
      db.auth`update session set revoked_at = now() where user_id = ${id}`
    ),
    "a disabled user": session((id) =>
      db.auth`update app_user set disabled_at = now() where id = ${id}`
    ),
    "an expired token": token((id) =>
      db.auth`update api_token set expires_at = now() where user_id = ${id}`
    ),
    "a revoked token": token((id) =>
      db.auth`update api_token set revoked_at = now() where user_id = ${id}`
    ),
    "a disabled user's token": token((id) =>
      db.auth`update app_user set disabled_at = now() where id = ${id}`
    ),
  };
  for (const [who, make] of Object.entries(ways)) {
    const caller = await make();
    for (const route of guarded) {
      // A page leads to the login.
      const status = isPage(route) ? 303 : 401;
      assertOut(await ask(caller, route, own, "cut short"), route, { who, status });
    }
  }
});

test("a membership that has ended or is none opens nothing, and an administrator needs none", async ({ db, app, own }) => {
  const ended = await aMember(db, own.organizationId);
  await db.auth`update membership set expires_at = now() where user_id = ${ended.userId}`;
  const callers = {
    "an ended member": await app.as(ended.userId),
    "an ended member's token": await withToken({ db, app }, {
      userId: ended.userId,
      permissions: null,
    }),
    "no member of anything": await app.as(await aUser(db)),
  };
  for (const [who, caller] of Object.entries(callers)) {
    for (const route of guarded.filter(({ needs }) => needs !== undefined)) {
      const unknown = route.in === "job" || route.in === "conflict";
      assertOut(await ask(caller, route, own), route, { who, status: unknown ? 404 : 403 });
    }
  }
  const admin = await app.as(await aUser(db, { isAdmin: true }));
  for (const route of guarded) assertIn(await ask(admin, route, own), route, "an administrator");
});

test("another site's page can change nothing with a planner's cookie", async ({ db, app, own }) => {
  const { userId } = await aMember(db, own.organizationId);
  const unsafe = ROUTES.filter((route) => methodOf(route) !== "GET");
  const fresh = await db.owner`select id from session where revoked_at is not null`;
  for (const origin of ["https://evil.test", "null"]) {
    const caller = app.caller({ ...(await app.as(userId)).headers, origin });
    for (const route of unsafe) {
      assertOut(await ask(caller, route, own), { call: route.call }, {
        who: origin,
        status: 403,
      });
    }
  }
  const revoked = await db.owner`select id from session where revoked_at is not null`;
  assert.equal(revoked.length, fresh.length, "nobody was signed out");
  const bearer = await withToken({ db, app }, { userId, permissions: null });
  const foreign = app.caller({ ...bearer.headers, origin: "https://evil.test" });
  for (const route of unsafe.filter((one) => one.in === "body" && !one.personal)) {
    assertIn(await ask(foreign, route, own), route, "a token");
  }
});

test("open routes are open to everybody", async ({ app }) => {
  const place = {
    organizationId: NOBODY,
    code: "X",
    userId: NOBODY,
    jobId: NOBODY,
    conflictId: NOBODY,
  };
  for (const route of ROUTES.filter(({ needs }) => needs === "anyone")) {
    const answer = await ask(app.caller(), route, place);
    // The login page answers 401 to a form that is empty.
    if (route.call !== "POST /login") assertIn(answer, route, "nobody");
  }
});
