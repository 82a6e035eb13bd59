/** Every route by itself: who may not call it is told so, in the same words whatever is there. */
import assert from "node:assert/strict";
import { PERMISSIONS } from "../domain/permissions.ts";
import { assertProblem, type Caller, type TestApp, withApp } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, aUser, committed, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import { neededBy, NOBODY, patternOf, type Route, ROUTES as ALL } from "./routes.ts";

/** Those of the API that name their organization, or none. */
const ROUTES = ALL.filter(({ in: named, needs, undocumented }) =>
  needs !== "anyone" && named !== "job" && named !== "conflict" && !undocumented
);

function ask(caller: Caller, route: Route, organizationId: string) {
  const [method, path] = route.call.split(" ") as [string, string];
  const asked = path.replace("ORG", organizationId).replace("USER", NOBODY) +
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
      const known = ALL.filter(({ undocumented }) => !undocumented)
        .map((route) => patternOf(route).replace(/\{.*\|.*\}/, "").replaceAll(/:(\w+)/g, "{$1}"));
      assert.deepEqual(known.sort(), documented.sort());
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
          : neededBy(route);
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
