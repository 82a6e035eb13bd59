/** Every route by itself: who may not call it is told so, in the same words whatever is there. */
import assert from "node:assert/strict";
import { type Permission, PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, aUser, committed, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";

const NOBODY = "0198c0de-0000-7000-8000-000000000000";

interface Route {
  readonly call: string;
  /** What it needs; `admin`: a system administrator; undefined: only to be signed in. */
  readonly needs: Permission | "admin" | undefined;
  /** The organization goes into the query, the body or the path. */
  readonly in?: "query" | "body" | "path";
  readonly body?: object;
}

/** The organization is ORG in a path. */
const ROUTES: ReadonlyArray<Route> = [
  { call: "GET /api/auth/me", needs: undefined },
  { call: "GET /api/auth/tokens", needs: undefined },
  { call: "POST /api/auth/tokens", needs: undefined, body: { name: "mine" } },
  { call: `DELETE /api/auth/tokens/${NOBODY}`, needs: undefined },
  { call: "GET /api/auth/sessions", needs: undefined },
  { call: `DELETE /api/auth/sessions/${NOBODY}`, needs: undefined },
  { call: "GET /api/pfa-data", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/export.csv", needs: "Export", in: "query" },
  { call: "POST /api/pfa-data/import", needs: "Import", in: "query" },
  { call: "GET /api/pfa-data/drafts", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/cost-months", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/PFA-1", needs: "Read", in: "query" },
  { call: "GET /api/pfa-data/PFA-1/history", needs: "Read", in: "query" },
  {
    call: "POST /api/pfa-data/bulk",
    needs: "SaveDraft",
    in: "body",
    body: { records: { pfaIds: [] }, operation: { kind: "shift", pair: "forecast", days: 1 } },
  },
  {
    call: "POST /api/pfa-data/save-draft",
    needs: "SaveDraft",
    in: "body",
    body: { pfaId: "PFA-1", changes: {} },
  },
  {
    call: "POST /api/pfa-data/discard-drafts",
    needs: "SaveDraft",
    in: "body",
    body: { modificationIds: [] },
  },
  {
    call: "POST /api/pfa-data/PFA-1/rollback",
    needs: "ManageSettings",
    in: "body",
    body: { targetVersion: 1, reason: "a mistake" },
  },
  { call: "POST /api/pfa-data/commit-drafts", needs: "Sync", in: "body" },
  { call: "POST /api/pems/write-sync", needs: "Sync", in: "body" },
  { call: "POST /api/pems/read-sync", needs: "RefreshData", in: "body" },
  { call: "GET /api/pems/sync-status", needs: "Read", in: "query" },
  { call: "GET /api/pems/metrics", needs: "Read", in: "query" },
  { call: "GET /api/pems/sync-jobs", needs: "Read", in: "query" },
  { call: "GET /api/pems/sync-jobs.csv", needs: "Export", in: "query" },
  { call: "GET /api/pems/conflicts", needs: "Read", in: "query" },
  {
    call: "POST /api/pems/conflicts/resolve",
    needs: "Sync",
    in: "body",
    body: { conflictIds: [], resolution: "use_local" },
  },
  { call: "GET /api/pems/dead-letters", needs: "ManageSettings", in: "query" },
  {
    call: "POST /api/pems/dead-letters/retry",
    needs: "ManageSettings",
    in: "body",
    body: { ids: [] },
  },
  {
    call: "POST /api/pems/dead-letters/discard",
    needs: "ManageSettings",
    in: "body",
    body: { ids: [], reason: "no longer needed" },
  },
  { call: "POST /api/pems/pause", needs: "ManageSettings", in: "body" },
  { call: "POST /api/pems/resume", needs: "ManageSettings", in: "body" },
  { call: "GET /api/audit", needs: "ManageSettings", in: "query" },
  { call: "GET /api/notifications", needs: undefined },
  { call: "POST /api/notifications/read", needs: undefined, body: { ids: [] } },
  { call: "GET /api/ws/sync/ORG", needs: "Read", in: "path" },
  { call: "GET /api/admin/organizations", needs: "ManageSettings" },
  { call: "POST /api/admin/organizations", needs: "admin", body: { code: "NEW", name: "New" } },
  { call: "PATCH /api/admin/organizations/ORG", needs: "ManageSettings", in: "path", body: {} },
  {
    call: "POST /api/admin/organizations/ORG/test-connection",
    needs: "ManageSettings",
    in: "path",
  },
  {
    call: "PUT /api/admin/organizations/ORG/conflict-policy",
    needs: "ManageSettings",
    in: "path",
    body: { fields: {} },
  },
  {
    call: `PUT /api/admin/organizations/ORG/members/${NOBODY}`,
    needs: "ManageUsers",
    in: "path",
    body: { permissions: [] },
  },
  {
    call: `DELETE /api/admin/organizations/ORG/members/${NOBODY}`,
    needs: "ManageUsers",
    in: "path",
  },
  { call: "GET /api/admin/users", needs: "ManageUsers" },
  {
    call: "POST /api/admin/users",
    needs: "ManageUsers",
    body: { username: "new", displayName: "New", password: "0123456789" },
  },
  { call: `PATCH /api/admin/users/${NOBODY}`, needs: "ManageUsers", body: {} },
];

/** Routes that are tested by themselves: open to everybody, or asked by an id of theirs. */
const ELSEWHERE = [
  "GET /healthz",
  "GET /readyz",
  "GET /metrics",
  "POST /api/auth/login",
  "POST /api/auth/logout",
  "GET /api/pems/sync-jobs/{id}",
  "GET /api/pems/sync-jobs/{id}/items.csv",
  "GET /api/pems/conflicts/{id}",
  "POST /api/pems/conflicts/{id}/resolve",
  "POST /api/pems/sync-jobs/{id}/rollback",
];

function ask(caller: Caller, route: Route, organizationId: string) {
  const [method, path] = route.call.split(" ") as [string, string];
  const asked = path.replace("ORG", organizationId) +
    (route.in === "query" ? `?organizationId=${organizationId}` : "");
  const body = { ...route.body, ...(route.in === "body" ? { organizationId } : {}) };
  return caller.send(
    method,
    asked,
    method === "GET" || method === "DELETE"
      ? {}
      : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
  );
}

/** A member of the organization with every permission but these. */
async function memberWithout(
  app: TestApp,
  db: Parameters<typeof aMember>[0],
  organizationId: string,
  missing: ReadonlyArray<string>,
): Promise<Caller> {
  const permissions = PERMISSIONS.filter((name) => !missing.includes(name));
  const { userId } = await aMember(db, organizationId, { permissions });
  return await app.as(userId);
}

Deno.test("the table names every route that the API documents", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { body } = await app.caller().get("/api/openapi.json");
      assert.equal(body.openapi, "3.1.0");
      const documented = Object.entries(body.paths as Record<string, object>)
        .flatMap(([path, methods]) =>
          Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
        );
      const known = ROUTES.map(({ call }) =>
        call.replace("PFA-1", "{pfaId}").replace("ORG", "{organizationId}")
          .replace(/members\/[0-9a-f-]{36}/, "members/{userId}")
          .replace(/[0-9a-f-]{36}$/, "{id}")
      );
      assert.deepEqual([...known, ...ELSEWHERE].sort(), documented.sort());
      for (const methods of Object.values(body.paths as Record<string, Record<string, unknown>>)) {
        for (const operation of Object.values(methods) as Array<Record<string, unknown>>) {
          assert.ok(operation["summary"], JSON.stringify(operation));
          assert.ok(Object.keys(operation["responses"] as object).length > 0);
        }
      }
    })
  ));

Deno.test("nobody who is not signed in is let in anywhere", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const organizationId = await anOrganization(db);
      for (const route of ROUTES) {
        for (
          const headers of [{}, { authorization: "Bearer nonsense" }, {
            cookie: "vanguard_session=x",
          }]
        ) {
          assertProblem(
            await ask(app.caller(headers as never), route, organizationId),
            401,
            /[Ss]ign in/,
          );
        }
      }
    })
  ));

Deno.test("an organization of others is refused, whether or not it exists", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { userId } = await aPlanner(db);
      const other = await anOrganization(db);
      const caller = await app.as(userId);
      for (const route of ROUTES.filter((one) => one.in !== undefined)) {
        const answers = await Promise.all(
          [other, NOBODY, "no-uuid", "'; drop table organization; --"].map((id) =>
            ask(caller, route, encodeURIComponent(id).replaceAll("%20", "+"))
          ),
        );
        for (const answer of answers) assertProblem(answer, 403);
        assert.deepEqual(new Set(answers.map(({ body }) => body.detail)).size, 1, route.call);
      }
    })
  ));

Deno.test("each route needs its own permission, and no other one stands in for it", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const organizationId = await anOrganization(db);
      for (const route of ROUTES) {
        if (route.needs === undefined) continue;
        const missing = route.needs === "admin"
          ? []
          : route.in === undefined
          ? ["ManageSettings", "ManageUsers"]
          : [route.needs];
        const caller = await memberWithout(app, db, organizationId, missing);
        assertProblem(await ask(caller, route, organizationId), 403, /permission|administrator/);
      }
    })
  ));

Deno.test("a membership that has expired is none", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db);
      const caller = await app.as(userId);
      assert.equal(
        (await caller.get(`/api/pfa-data?organizationId=${organizationId}`)).status,
        200,
      );
      await db.auth`update membership set expires_at = now() - interval '1 second'`;
      assertProblem(await caller.get(`/api/pfa-data?organizationId=${organizationId}`), 403);
      assert.deepEqual((await caller.get("/api/auth/me")).body.organizations, []);
    })
  ));

Deno.test("a system administrator may do everything everywhere", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const organizationId = await anOrganization(db);
      const caller = await app.as(await aUser(db, { isAdmin: true }));
      for (const route of ROUTES) {
        const { status, body } = await ask(caller, route, organizationId);
        assert.notEqual(status, 401, route.call);
        assert.notEqual(status, 403, `${route.call}: ${JSON.stringify(body)}`);
        assert.ok(status < 500, `${route.call}: ${JSON.stringify(body)}`);
      }
    })
  ));

Deno.test("a job or conflict of another organization is as unknown as one that never was", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const theirs = await aPlanner(db);
      await mirrored(db, theirs.organizationId, { "PFA-1": {} });
      const { jobId } = await committed(db, theirs, { "PFA-1": { description: "theirs" } });
      const own = await aPlanner(db);
      const caller = await app.as(own.userId);
      for (const id of [jobId, NOBODY, "x"]) {
        assertProblem(await caller.get(`/api/pems/sync-jobs/${id}`), 404);
        assertProblem(await caller.get(`/api/pems/sync-jobs/${id}/items.csv`), 404);
        assertProblem(await caller.get(`/api/pems/conflicts/${id}`), 404);
        assertProblem(await caller.post(`/api/pems/conflicts/${id}/resolve`), 404);
        assertProblem(await caller.post(`/api/pems/sync-jobs/${id}/rollback`), 404);
      }
      const blind = await memberWithout(app, db, theirs.organizationId, ["Read"]);
      assertProblem(await blind.get(`/api/pems/sync-jobs/${jobId}`), 403, /Read/);
      assertProblem(await blind.get(`/api/pems/sync-jobs/${jobId}/items.csv`), 403, /Read/);
      const theirOwn = await app.as(theirs.userId);
      assert.equal((await theirOwn.get(`/api/pems/sync-jobs/${jobId}`)).status, 200);
    })
  ));

Deno.test("a refusal is in the trail, but not once for each try", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aMember(db, await anOrganization(db), {
        permissions: ["Read"],
      });
      const caller = await app.as(userId);
      for (let nth = 0; nth < 5; nth++) {
        await caller.post("/api/pems/pause", { organizationId });
      }
      const rows = await db.owner`
        select user_id, organization_id from audit_entry where event_type = 'PERMISSION_DENIED'`;
      assert.deepEqual([...rows], [{ user_id: userId, organization_id: organizationId }]);
    })
  ));
