/** Looking as somebody else: what is seen, what is refused, how it ends, and what the trail tells of it. */
import assert from "node:assert/strict";
import { Me, ViewedAs } from "../app/account_shapes.ts";
import type { Database } from "../db/sql.ts";
import type { Permission } from "../domain/permissions.ts";
import { assertProblem, assertShape, type Caller, type TestApp, withSite } from "./app_client.ts";
import { aMember, anOrganization, aUser, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { NOBODY, pathIn, ROUTES } from "./routes.ts";

interface Bench {
  readonly db: Database;
  readonly app: TestApp;
  readonly organizationId: string;
  /** May look as others; sees money, manages nothing. */
  readonly eyes: string;
  readonly viewer: Caller;
  /** Manages, and sees no money. */
  readonly seen: string;
}

const SEEN: ReadonlyArray<Permission> = ["Read", "SaveDraft", "EditForecast", "ManageUsers"];

const test = (name: string, work: (bench: Bench) => Promise<void>) =>
  Deno.test(name, () =>
    withDatabase((db) =>
      withSite(db, async (app) => {
        const organizationId = await anOrganization(db, { code: "RIO" });
        await mirrored(db, organizationId, { "PFA-1": {} });
        const { userId: eyes } = await aMember(db, organizationId, {
          username: "olga",
          permissions: ["Read", "ViewFinancials", "SaveDraft", "EditForecast", "Impersonate"],
        });
        const { userId: seen } = await aMember(db, organizationId, {
          username: "bruno",
          permissions: SEEN,
        });
        const viewer = await app.as(eyes);
        await work({ db, app, organizationId, eyes, viewer, seen });
      })
    ));

const lookAs = ({ viewer, organizationId }: Bench, userId: string) =>
  viewer.post("/api/auth/view-as", { userId, organizationId });

const trailOf = async (db: Database) => [
  ...await db.owner`
    select event_type, user_id, organization_id, details from audit_entry
    where event_type like 'VIEW_AS%' order by id`,
];

test("one looks as a member: their permissions and drafts, none beyond one's own, no money", async (bench) => {
  const { db, app, organizationId, eyes, viewer, seen } = bench;
  const elsewhere = await anOrganization(db, { code: "ELSEWHERE" });
  await db.auth`
    insert into membership (organization_id, user_id, permissions)
    values (${elsewhere}, ${seen}, '{Read}'), (${elsewhere}, ${eyes}, '{Read}')`;
  const theirs = await app.as(seen);
  const draft = { organizationId, pfaId: "PFA-1", changes: { model: "LTM" } };
  assert.equal((await theirs.post("/api/pfa-data/save-draft", draft)).status, 200);
  const record = `/api/pfa-data/PFA-1?organizationId=${organizationId}`;
  const own = (await viewer.get(record)).body;
  assert.deepEqual([own.sync.status, own.data.monthlyRate], ["clean", 5500]);

  const begun = await lookAs(bench, seen);
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  assertShape(ViewedAs, begun.body);
  const { body: me } = await viewer.get("/api/auth/me");
  assertShape(Me, me);
  assert.equal(me.user.id, seen);
  assert.deepEqual(me.viewing.by, { id: eyes, username: "olga", displayName: "olga" });
  assert.equal(me.organizations.length, 1, "the one organization, and none of theirs besides");
  assert.deepEqual(
    new Set(me.organizations[0].permissions),
    new Set(["Read", "EditForecast", "SaveDraft"]),
  );
  const view = (await viewer.get(record)).body;
  assert.deepEqual([view.sync.status, view.data.model, view.data.monthlyRate], [
    "draft",
    "LTM",
    null,
  ]);
  assertProblem(await viewer.get(`/api/admin/users?organizationId=${organizationId}`), 403);
  assertProblem(await viewer.get(`/api/pfa-data?organizationId=${elsewhere}`), 403);
  const page = await viewer.get("/?org=RIO");
  assert.match(page.body, /You view <b>RIO<\/b> as <b>bruno<\/b>: nothing can be changed/);
  assert.doesNotMatch((await theirs.get("/?org=RIO")).body, /nothing can be changed/);
});

test("nothing can be changed or taken away, by any route, and that is named", async (bench) => {
  const { db, viewer, organizationId, seen } = bench;
  await db.auth`
    update membership set permissions = array(
      select distinct unnest(permissions || '{Sync,Export,ManageSettings,Impersonate}'))`;
  assert.equal((await lookAs(bench, seen)).status, 201);
  const place = { organizationId, code: "RIO", userId: seen, jobId: NOBODY, conflictId: NOBODY };
  const own = new Set(
    ["DELETE /api/auth/view-as", "POST /view-as/end", "POST /theme"].concat(
      ...["/api/auth/login", "/api/auth/logout", "/login", "/logout"].map((path) => `POST ${path}`),
    ),
  );
  const refused = ROUTES.filter(({ call }) =>
    !own.has(call) && (!call.startsWith("GET ") || call.endsWith(".csv"))
  );
  assert.ok(refused.length > 35, `${refused.length} routes`);
  const changed = async () => (await db.owner`select count(*)::int from audit_entry`)[0]!.count;
  const before = await changed();
  for (const route of refused) {
    const body = JSON.stringify({ ...route.body, organizationId });
    const method = route.call.split(" ")[0]!;
    const answer = await viewer.send(method, pathIn(route, place), {
      ...(method === "GET" ? {} : { body }),
      headers: { "content-type": "application/json" },
    });
    assertProblem(answer, 403, /You look as bruno, which changes nothing/);
  }
  for (const path of ["tokens", "sessions"]) {
    assertProblem(await viewer.get(`/api/auth/${path}`), 403, /You look as bruno/);
  }
  assert.equal(await changed(), before);
});

test("it is told in the trail both ways, with both people, and refusals name who really asked", async (bench) => {
  const { db, viewer, organizationId, eyes, seen } = bench;
  await lookAs(bench, seen);
  assertProblem(await viewer.get(`/api/audit?organizationId=${organizationId}`), 403);
  assert.equal((await viewer.delete("/api/auth/view-as")).status, 204);
  assert.equal((await viewer.delete("/api/auth/view-as")).status, 204);
  const [begun, ended, ...more] = await trailOf(db);
  assert.deepEqual(more, []);
  for (const entry of [begun!, ended!]) {
    assert.deepEqual([entry.user_id, entry.organization_id, entry.details.member], [
      eyes,
      organizationId,
      seen,
    ]);
  }
  assert.deepEqual([begun!.event_type, ended!.event_type], ["VIEW_AS", "VIEW_AS_ENDED"]);
  const [denied] = await db.owner`
    select user_id, details from audit_entry where event_type = 'PERMISSION_DENIED'`;
  assert.deepEqual([denied!.user_id, denied!.details.member], [eyes, seen]);
  const { body: me } = await viewer.get("/api/auth/me");
  assert.equal(me.user.id, eyes);
  assert.equal(me.viewing, undefined);
});

test("it ends with its hour, its session, the permission, and the membership that is seen", async (bench) => {
  const { db, app, eyes, seen, organizationId } = bench;
  const ends: Readonly<Record<string, () => PromiseLike<unknown>>> = {
    "the hour": () =>
      db.auth`update session set viewed_until = now() where viewed_user_id is not null`,
    "the permission": () =>
      db.auth`update membership set permissions = '{Read}' where user_id = ${eyes}`,
    "the membership": () => db.auth`delete from membership where user_id = ${seen}`,
  };
  for (const [what, end] of Object.entries(ends)) {
    const viewer = await app.as(eyes);
    const begun = await viewer.post("/api/auth/view-as", { userId: seen, organizationId });
    assert.equal(begun.status, 201, what);
    const left = Date.parse(begun.body.until) - Date.now();
    assert.ok(left > 3_500_000 && left <= 3_600_000, `${left} ms`);
    await end();
    assert.equal((await viewer.get("/api/auth/me")).body.user.id, eyes, what);
    const last = (await trailOf(db)).at(-1)!;
    assert.deepEqual([last.event_type, last.user_id, last.details.member], [
      "VIEW_AS_ENDED",
      eyes,
      seen,
    ], what);
    await db.auth`update membership set permissions = '{Read,Impersonate}' where user_id = ${eyes}`;
    await db.auth`
      insert into membership (organization_id, user_id, permissions)
      values (${organizationId}, ${seen}, '{Read}') on conflict do nothing`;
  }
  const viewer = await app.as(eyes);
  await viewer.post("/api/auth/view-as", { userId: seen, organizationId });
  assert.equal((await viewer.post("/api/auth/logout")).status, 200);
  assert.equal((await trailOf(db)).at(-1)!.details.reason, "signed out");
  assertProblem(await viewer.get("/api/auth/me"), 401);
});

test("nobody looks as an administrator, a stranger, themselves, or twice", async (bench) => {
  const { db, viewer, eyes, seen, organizationId } = bench;
  const admin = await aUser(db, { isAdmin: true });
  await db.auth`
    insert into membership (organization_id, user_id, permissions)
    values (${organizationId}, ${admin}, '{Read}')`;
  const { userId: stranger } = await aMember(db, await anOrganization(db));
  const { userId: ended } = await aMember(db, organizationId);
  await db.auth`update membership set expires_at = now() where user_id = ${ended}`;
  const { userId: disabled } = await aMember(db, organizationId);
  await db.auth`update app_user set disabled_at = now() where id = ${disabled}`;
  for (const userId of [admin, stranger, ended, disabled, eyes, NOBODY]) {
    assertProblem(await lookAs(bench, userId), 404, /no such member to look as/);
  }
  assert.deepEqual(await trailOf(db), []);
  assert.equal((await lookAs(bench, seen)).status, 201);
  assertProblem(await lookAs(bench, seen), 403, /end that first/);
  const end = await viewer.send("POST", "/view-as/end", {
    body: "next=%2Fadmin%3Forg%3DRIO",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  assert.deepEqual([end.status, end.headers.get("location")], [303, "/admin?org=RIO"]);
  assert.equal((await viewer.get("/api/auth/me")).body.user.id, eyes);
});

test("a system administrator looks as a member too, and is none meanwhile", async (bench) => {
  const { db, app, organizationId, seen } = bench;
  const admin = await app.as(await aUser(db, { isAdmin: true }));
  const begun = await admin.post("/api/auth/view-as", { userId: seen, organizationId });
  assert.equal(begun.status, 201);
  const { body: me } = await admin.get("/api/auth/me");
  assert.equal(me.user.isAdmin, false);
  assert.deepEqual(new Set(me.organizations[0].permissions), new Set(SEEN));
  assertProblem(await admin.get(`/api/audit?organizationId=${organizationId}`), 403);
});
