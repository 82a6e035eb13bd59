/** What an operator asks a process: whether it is up, whether it can serve, and what its API is. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { health } from "../app/health.ts";
import { onError } from "../app/problem.ts";
import type { Sql } from "../db/sql.ts";
import { assertProblem, withApp } from "./app_client.ts";
import { withDatabase } from "./database.ts";

Deno.test("a process that is up says so, and one that can serve says when a worker was seen", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const open = app.caller();
      assert.deepEqual((await open.get("/healthz")).body, { status: "ok" });
      assert.deepEqual((await open.get("/readyz")).body, { status: "ready", workerLastSeen: null });
      await db.worker`insert into sync_worker (id) values (gen_random_uuid())`;
      assert.notEqual((await open.get("/readyz")).body.workerLastSeen, null);
      await db.owner`insert into schema_migration values (1000, 'of a newer release', 'x')`;
      assert.equal((await open.get("/readyz")).status, 200);
      await db.owner`delete from schema_migration where number = 1000`;
      await db.owner`update schema_migration set number = number + 1000 where number = 1`;
      await db.owner`insert into schema_migration values (999, 'x', 'x')`;
      assertProblem(await open.get("/readyz"), 503, /not migrated/);
      await db.owner`delete from schema_migration where number = 999`;
      await db.owner`update schema_migration set number = number - 1000 where number > 1000`;
    })
  ));

Deno.test("a process whose database is away is up, cannot serve, and does not say where it was", () =>
  withDatabase(async (db) => {
    const owner = postgres("postgres://nobody@127.0.0.1:1/none") as Sql;
    const app = health({ ...db, owner }, () => Promise.resolve([])).onError(onError);
    assert.equal((await app.request("/healthz")).status, 200);
    const answer = await app.request("/readyz");
    assert.equal(answer.status, 503);
    const text = await answer.text();
    assert.match(text, /The database cannot be reached \(ECONNREFUSED\)/);
    assert.doesNotMatch(text, /127\.0\.0\.1|nobody/);
  }));

Deno.test("the documentation is a page of its own, without scripts", () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { body, headers } = await app.caller().get("/api/docs");
      assert.match(
        headers.get("content-security-policy")!,
        /default-src 'none'; style-src 'sha256-/,
      );
      assert.match(body, /POST \/api\/pfa-data\/commit-drafts/);
      assert.doesNotMatch(body, /<script/);
    })
  ));
