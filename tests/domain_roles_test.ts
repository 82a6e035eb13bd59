/** Roles and the words for permissions: nothing left out, nothing twice. */
import assert from "node:assert/strict";
import { PERMISSIONS } from "../domain/permissions.ts";
import { PERMISSION_GROUPS, ROLES } from "../domain/roles.ts";

Deno.test("every permission is told once, under what it is for", () => {
  const told = PERMISSION_GROUPS.flatMap(({ permissions }) => permissions);
  assert.deepEqual(told.map(({ name }) => name).sort(), [...PERMISSIONS].sort());
  for (const { about } of told) assert.ok(about.length > 10);
});

Deno.test("roles differ, and only those of the name see money or manage", () => {
  const sets = ROLES.map(({ permissions }) => [...permissions].sort().join());
  assert.equal(new Set(sets).size, ROLES.length);
  for (const { name, permissions } of ROLES) {
    assert.equal(new Set(permissions).size, permissions.length, name);
    assert.ok(permissions.includes("Read"), name);
    assert.equal(permissions.includes("ViewFinancials"), !name.includes("without money"), name);
    const manages = permissions.some((permission) => permission.startsWith("Manage"));
    assert.equal(manages, name === "Administrator", name);
  }
});
