/** Users over the API: made, found, changed and shut out, and never the last who administers. */
import assert from "node:assert/strict";
import { User, Users } from "../app/admin_shapes.ts";
import { test } from "./app_admin_bench.ts";
import { assertProblem, assertShape } from "./app_client.ts";
import { aUser } from "./builders.ts";

test("users are made, found, changed and shut out", async ({ app, admin }) => {
  const body = {
    username: "ben",
    displayName: "Ben",
    email: "ben@example.org",
    password: "0123456789",
  };
  const made = await admin.post("/api/admin/users", body);
  assert.equal(made.status, 201);
  assertShape(User, made.body);
  assertProblem(await admin.post("/api/admin/users", { ...body, email: null }), 409, /taken/);
  assertProblem(
    await admin.post("/api/admin/users", { ...body, username: "BEN@example.org" }),
    409,
    /taken/,
  );
  assertProblem(
    await admin.post("/api/admin/users", {
      ...body,
      username: "x",
      email: null,
      password: "short",
    }),
    422,
    /at least 10/,
  );
  assertProblem(
    await admin.post("/api/admin/users", { ...body, username: "a b" }),
    400,
    /username/,
  );
  const path = `/api/admin/users/${made.body.id}`;
  const session = await app.as(made.body.id);
  assert.equal((await session.get("/api/auth/me")).status, 200);
  assert.equal((await admin.patch(path, { displayName: "Benno", email: null })).body.email, null);
  await admin.patch(path, { password: "another-password" });
  assertProblem(await session.get("/api/auth/me"), 401);
  const signIn = { username: "ben", password: "another-password" };
  assert.equal((await app.caller().post("/api/auth/login", signIn)).status, 200);
  await admin.patch(path, { disabled: true });
  assertProblem(await app.caller().post("/api/auth/login", signIn), 401);
  const users = (await admin.get("/api/admin/users")).body;
  assertShape(Users, users);
  assert.ok(!/hash|password|scrypt/i.test(JSON.stringify(users)));
});

test("somebody always administers", async ({ db, admin }) => {
  const { body: me } = await admin.get("/api/auth/me");
  const path = `/api/admin/users/${me.user.id}`;
  assertProblem(await admin.patch(path, { disabled: true }), 422, /Somebody must administer/);
  assertProblem(await admin.patch(path, { isAdmin: false }), 422, /Somebody must administer/);
  await aUser(db, { isAdmin: true });
  assert.equal((await admin.patch(path, { isAdmin: false })).status, 200);
});
