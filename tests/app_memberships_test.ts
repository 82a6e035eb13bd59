/** Memberships over the API: given, changed and ended, and what nobody may give themselves. */
import assert from "node:assert/strict";
import { Membership } from "../app/admin_shapes.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { ORGANIZATIONS, test } from "./app_admin_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { aMember, anOrganization, aPlanner, aUser } from "./builders.ts";

test("memberships are given, changed and ended, and tell who did it", async ({ db, app, admin }) => {
  const [organizationId, userId] = [await anOrganization(db), await aUser(db)];
  const path = `${ORGANIZATIONS}/${organizationId}/members/${userId}`;
  const put = await admin.put(path, { permissions: ["Read", "Read"] });
  assertShape(Membership, put.body);
  assert.deepEqual(put.body.permissions, ["Read"]);
  const caller = await app.as(userId);
  const list = `/api/pfa-data?organizationId=${organizationId}`;
  assert.equal((await caller.get(list)).status, 200);
  await admin.put(path, { permissions: ["Read"], expiresAt: "2020-01-01T00:00:00Z" });
  assertProblem(await caller.get(list), 403);
  assertProblem(await admin.put(path, { permissions: ["Fly"] }), 400, /permissions\.0/);
  assert.equal((await admin.delete(path)).status, 204);
  assertProblem(await admin.delete(path), 404);
  assertProblem(await admin.put(`${path}x`, { permissions: [] }), 404);
  const rows = await db.owner`
    select from audit_entry where event_type = 'PERMISSION_CHANGED' and organization_id = ${organizationId}`;
  assert.equal(rows.length, 3);
});

test("who manages users gives no more than they have, to nobody above them", async ({ db, app }) => {
  const permissions = ["Read", "SaveDraft", "ManageUsers"];
  const manager = await aMember(db, await anOrganization(db), { permissions });
  const { organizationId } = manager;
  const caller = await app.as(manager.userId);
  const members = `${ORGANIZATIONS}/${organizationId}/members`;
  const { body: made } = await caller.post("/api/admin/users", {
    username: "new",
    displayName: "New",
    password: "0123456789",
  });
  assertProblem(await caller.put(`${members}/${made.id}`, { permissions: ["Sync"] }), 403, /Sync/);
  assertProblem(
    await caller.put(`${members}/${manager.userId}`, { permissions: [...PERMISSIONS] }),
    403,
  );
  assert.equal((await caller.put(`${members}/${made.id}`, { permissions: ["Read"] })).status, 200);
  assert.equal(
    (await caller.patch(`/api/admin/users/${made.id}`, { displayName: "N" })).status,
    200,
  );
  const above = (await aMember(db, organizationId)).userId;
  const elsewhere = (await aPlanner(db)).userId;
  const root = await aUser(db, { isAdmin: true });
  for (const userId of [above, elsewhere, root]) {
    assertProblem(
      await caller.patch(`/api/admin/users/${userId}`, { password: "taken-over-1" }),
      403,
    );
  }
  assertProblem(await caller.patch(`/api/admin/users/${made.id}`, { isAdmin: true }), 403);
  const names = (await caller.get("/api/admin/users")).body.users
    .map(({ id }: { id: string }) => id);
  assert.ok(names.includes(made.id) && !names.includes(elsewhere) && !names.includes(root));
});
