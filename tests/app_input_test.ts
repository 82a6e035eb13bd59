/** Bad input: each is told by name with the right status, and changes nothing. */
import assert from "node:assert/strict";
import { assertProblem, type Caller, withApp } from "./app_client.ts";
import { aPlanner, mirrored } from "./builders.ts";
import { withDatabase } from "./database.ts";
import type { Database } from "../db/sql.ts";

interface Bench {
  readonly db: Database;
  readonly caller: Caller;
  readonly organizationId: string;
}

/** A planner with PFA-1 and PFA-2; afterwards nothing may have been written. */
const unchanged = (work: (bench: Bench) => Promise<void>) => () =>
  withDatabase((db) =>
    withApp(db, async (app) => {
      const { organizationId, userId } = await aPlanner(db);
      await mirrored(db, organizationId, { "PFA-1": {}, "PFA-2": {} });
      await work({ db, caller: await app.as(userId), organizationId });
      for (const table of ["pfa_modification", "pfa_write_queue", "sync_job"]) {
        const [row] = await db.owner`select count(*)::int from ${db.owner(table)}`;
        assert.equal(row!.count, 0, table);
      }
    })
  );

const save = ({ caller, organizationId }: Bench, changes: object, over: object = {}) =>
  caller.post("/api/pfa-data/save-draft", { organizationId, pfaId: "PFA-1", changes, ...over });

Deno.test(
  "a draft's values are judged by name: 400 for what is unknown, 422 for what cannot be",
  unchanged(async (bench) => {
    const cases: ReadonlyArray<[object, number, RegExp]> = [
      [{ colour: "red" }, 400, /"changes\.colour".*no field/],
      [{ toString: "x" }, 400, /toString/],
      [{ originalStart: "2026-02-01" }, 422, /originalStart cannot be changed/],
      [{ isDiscontinued: true }, 422, /operation DELETE/],
      [{ source: "Lease" }, 422, /source must be one of Rental, Purchase/],
      [{ dor: null }, 422, /dor must not be empty/],
      [{ category: "  " }, 422, /category must not be empty/],
      [{ forecastStart: "2026-02-30" }, 422, /forecastStart must be a date that exists/],
      [{ forecastStart: 20260201 }, 422, /forecastStart/],
      [{ monthlyRate: "5500" }, 422, /monthlyRate must be a number/],
      [{ monthlyRate: 1.005 }, 422, /at most 2 decimals/],
      [{ monthlyRate: 1e15 }, 422, /monthlyRate/],
      [{ monthlyRate: -1 }, 422, /monthlyRate must not be negative/],
      [{ monthlyRate: null }, 422, /a Rental needs a monthlyRate/],
      [{ isActualized: "yes" }, 422, /isActualized must be true or false/],
      [{ description: "x".repeat(501) }, 422, /at most 500/],
      [{ description: "a\0b" }, 422, /control characters/],
      [{ description: ["a"] }, 422, /description must be text/],
      // The end is the record's own: the rule is about the whole.
      [
        { forecastStart: "2026-12-01" },
        422,
        /"changes\.forecastStart".*before forecastStart 2026-12-01/,
      ],
      [{ actualStart: "2026-05-02", actualEnd: "2026-05-01" }, 422, /"changes\.actualEnd"/],
    ];
    for (const [changes, status, words] of cases) {
      assertProblem(await save(bench, changes), status, words);
    }
  }),
);

Deno.test(
  "every broken rule is listed at once, over all drafts of the request",
  unchanged(async ({ caller, organizationId }) => {
    const answer = await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      drafts: [
        { pfaId: "PFA-1", changes: { description: "good" } },
        { pfaId: "PFA-2", changes: { forecastStart: "2027-01-01", monthlyRate: null } },
        { pfaId: "PFA-1", changes: { monthlyRate: -5 } },
      ],
    });
    assertProblem(answer, 422);
    assert.deepEqual(answer.body.errors.map(({ path }: { path: string }) => path), [
      "drafts.1.changes.forecastStart",
      "drafts.1.changes.monthlyRate",
      "drafts.2.changes.monthlyRate",
    ]);
  }),
);

Deno.test(
  "a request that is malformed is refused as such",
  unchanged(async (bench) => {
    const { caller, organizationId } = bench;
    const url = "/api/pfa-data/save-draft";
    const raw = (body: string, type = "application/json") =>
      caller.send("POST", url, { body, headers: { "content-type": type } });
    assertProblem(await raw("{bad"), 400, /not JSON/);
    assertProblem(await raw("[]"), 400, /JSON object/);
    assertProblem(await raw("null"), 400, /JSON object/);
    assertProblem(await raw("{}"), 400, /organizationId/);
    assertProblem(await raw("{}", "text/plain"), 415, /application\/json/);
    assertProblem(await save(bench, {}, { colour: 1 }), 400, /"path":"colour".*unknown/);
    assertProblem(await save(bench, {}, { pfaId: 7 }), 400, /"path":"pfaId"/);
    assertProblem(await save(bench, {}, { operation: "DROP" }), 400, /"path":"operation"/);
    assertProblem(await caller.post(url, { organizationId, pfaId: "PFA-1" }), 400, /changes/);
    assertProblem(
      await caller.post(url, { organizationId, drafts: [{ pfaId: "PFA-1", changes: {}, x: 1 }] }),
      400,
      /drafts\.0\.x/,
    );
    assertProblem(
      await caller.post(url, {
        organizationId,
        drafts: Array.from({ length: 5001 }, () => ({ pfaId: "PFA-1", changes: {} })),
      }),
      400,
      /at most 5000/,
    );
    assertProblem(
      await caller.post("/api/pfa-data/commit-drafts", { organizationId, modificationIds: ["x"] }),
      400,
      /modificationIds\.0.*UUID/,
    );
    assertProblem(
      await caller.post("/api/pfa-data/commit-drafts", { organizationId, priority: "urgent" }),
      400,
      /priority/,
    );
  }),
);

Deno.test(
  "a body of more than 4 MB is refused, told in advance or not",
  unchanged(async (bench) => {
    const { caller, organizationId } = bench;
    const big = JSON.stringify({ organizationId, pfaId: "x".repeat(4 * 1024 * 1024), changes: {} });
    const headers = { "content-type": "application/json" };
    const url = "/api/pfa-data/save-draft";
    const told = { ...headers, "content-length": String(big.length) };
    assertProblem(await caller.send("POST", url, { body: big, headers: told }), 413, /4 MB/);
    const stream = new Blob([big]).stream();
    assertProblem(await caller.send("POST", url, { body: stream, headers }), 413, /4 MB/);
  }),
);

Deno.test(
  "a body that is nested too deep is refused, however deep, and is read no further",
  unchanged(async ({ caller, organizationId }) => {
    const headers = { "content-type": "application/json" };
    const nested = (open: string, depth: number, close: string) =>
      `{"organizationId":"${organizationId}","pfaId":"PFA-1","changes":${open.repeat(depth)}1${
        close.repeat(depth)
      }}`;
    for (const url of ["/api/pfa-data/save-draft", "/api/auth/tokens", "/api/auth/login"]) {
      for (const body of [nested('{"a":', 40, "}"), nested('{"a":', 500_000, "}")]) {
        assertProblem(await caller.send("POST", url, { body, headers }), 400, /32 deep/);
      }
      for (const body of [nested("[", 1_000_000, "]"), "[".repeat(4_000_000)]) {
        assertProblem(await caller.send("POST", url, { body, headers }), 400, /32 deep/);
      }
    }
    // Brackets in a text are no depth.
    const description = `${"[{".repeat(100)}\\"${"[".repeat(100)}`;
    const save = { organizationId, pfaId: "PFA-1", changes: { description, nothing: 1 } };
    const answer = await caller.post("/api/pfa-data/save-draft", save);
    assertProblem(answer, 400, /nothing is no field/);
    const polluted =
      `{"organizationId":"${organizationId}","pfaId":"PFA-1","changes":{"__proto__":{"isAdmin":true}}}`;
    assertProblem(
      await caller.send("POST", "/api/pfa-data/save-draft", { body: polluted, headers }),
      400,
      /__proto__/,
    );
    assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined);
  }),
);

Deno.test(
  "records and modifications that are not there are told as such",
  unchanged(async (bench) => {
    const { caller, organizationId } = bench;
    const nobody = "0198c0de-0000-7000-8000-000000000000";
    assertProblem(await save(bench, { description: "x" }, { pfaId: "PFA-9" }), 404, /PFA-9/);
    assertProblem(await caller.get(`/api/pfa-data/PFA-9?organizationId=${organizationId}`), 404);
    assertProblem(
      await caller.get(`/api/pfa-data/PFA-9/history?organizationId=${organizationId}`),
      404,
    );
    for (const verb of ["commit", "discard"]) {
      const answer = await caller.post(`/api/pfa-data/${verb}-drafts`, {
        organizationId,
        modificationIds: [nobody],
      });
      assertProblem(answer, 404, new RegExp(nobody));
    }
    assertProblem(await caller.get("/api/nothing"), 404, /GET \/api\/nothing/);
  }),
);

Deno.test(
  "a list's parameters are refused by name",
  unchanged(async ({ caller, organizationId }) => {
    const cases: ReadonlyArray<[string, RegExp]> = [
      ["sort=colour", /"path":"sort"/],
      ["order=up", /"path":"order"/],
      ["limit=0", /"path":"limit"/],
      ["limit=1001", /"path":"limit"/],
      ["limit=ten", /"path":"limit"/],
      ["cursor=abc", /no cursor/],
      ["cursor=%00", /no cursor/],
      ["source=Lease", /"path":"source"/],
      ["dor=X", /"path":"dor"/],
      ["status=gone", /"path":"status"/],
      ["syncStatus=lost", /"path":"syncStatus"/],
      ["startFrom=soon", /"path":"startFrom"/],
      ["startTo=2026-02-30", /"path":"startTo"/],
      ["search=a%00b", /"path":"search"/],
      [`pfaIds=${Array.from({ length: 201 }, (_, at) => at).join(",")}`, /at most 200/],
    ];
    for (const [parameters, words] of cases) {
      const path = `/api/pfa-data?organizationId=${organizationId}&${parameters}`;
      assertProblem(await caller.get(path), 400, words);
    }
    assertProblem(await caller.get("/api/pfa-data"), 400, /organizationId/);
    assertProblem(await caller.get(`/api/pfa-data/a%00b?organizationId=${organizationId}`), 400);
    const sync = `/api/pems/sync-status?organizationId=${organizationId}`;
    assertProblem(await caller.get(`${sync}&status=lost`), 400, /"path":"status"/);
    assertProblem(await caller.get(`${sync}&startDate=soon`), 400, /"path":"startDate"/);
    const audit = `/api/audit?organizationId=${organizationId}`;
    assertProblem(await caller.get(`${audit}&eventType=X`), 400, /"path":"eventType"/);
    assertProblem(await caller.get(`${audit}&userId=X`), 400, /"path":"userId"/);
  }),
);

Deno.test(
  "a cursor is good for its own list only",
  unchanged(async ({ caller, organizationId }) => {
    const list = `/api/pfa-data?organizationId=${organizationId}&limit=1`;
    const { body } = await caller.get(`${list}&sort=category`);
    const next = (path: string) => caller.get(`${path}&cursor=${body.nextCursor}`);
    assert.equal((await next(`${list}&sort=category`)).body.records[0].pfaId, "PFA-2");
    for (const other of ["&sort=class", "&sort=category&order=desc", "&sort=category&search=x"]) {
      assertProblem(await next(list + other), 400, /another list/);
    }
  }),
);

Deno.test(
  "a page of another site cannot use a planner's cookie",
  unchanged(async (bench) => {
    const { caller, organizationId } = bench;
    const body = JSON.stringify({ organizationId, pfaId: "PFA-1", changes: { description: "x" } });
    for (
      const foreign of [
        { origin: "https://evil.test" },
        { origin: "null" },
        { origin: "https://vanguard.test" },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ]
    ) {
      const headers = { "content-type": "application/json", ...foreign } as Record<string, string>;
      const answer = await caller.send("POST", "/api/pfa-data/save-draft", { body, headers });
      assertProblem(answer, 403, /foreign_origin/);
    }
  }),
);
