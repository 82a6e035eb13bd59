/** Without ViewFinancials: no byte that leaves the product tells an amount, whatever is asked and however it was stored. */
import assert from "node:assert/strict";
import { makeDeck } from "../app/deck.ts";
import { announce } from "../db/notices.ts";
import { notify } from "../db/notifications.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { AMOUNTS, atBench } from "./app_sync_bench.ts";
import { aMember } from "./builders.ts";
import { onEach } from "./database.ts";
import { bare, MARK, RATE, test, WANTED } from "./money_bench.ts";
import { pathIn, ROUTES } from "./routes.ts";

const reading = ROUTES.filter(({ call, needs }) =>
  call.startsWith("GET ") && !call.includes("/ws/") && needs !== "admin"
);

/** Where who may see amounts is shown some: the walk below is no walk past empty rooms. */
const TELLING = [
  "GET /",
  "GET /api/admin/organizations",
  "GET /api/audit",
  "GET /api/notifications",
  "GET /api/pems/conflicts",
  "GET /api/pems/conflicts/CONFLICT",
  "GET /api/pems/dead-letters",
  "GET /api/pems/sync-jobs",
  "GET /api/pems/sync-jobs.csv",
  "GET /api/pems/sync-jobs/JOB",
  "GET /api/pems/sync-jobs/JOB/items.csv",
  "GET /api/pems/sync-status",
  "GET /api/pfa-data",
  "GET /api/pfa-data/PFA-1",
  "GET /api/pfa-data/PFA-1/history",
  "GET /api/pfa-data/export.csv",
  "GET /conflicts",
  "GET /dead-letters",
  "GET /history",
];

test("no amount, and no cost made of one, is in any answer to a GET", async ({ blind, seer, scene }) => {
  const telling: string[] = [];
  for (const route of reading) {
    const path = pathIn(route, scene);
    const shown = bare(await seer.ask("GET", path));
    if (shown.includes(MARK)) telling.push(route.call);
    const answer = bare(await blind.ask("GET", path));
    const body = shown.slice(shown.indexOf("]] "));
    // What costs come to is told by numbers of that size, and nothing else is.
    for (const amount of [MARK, ...body.match(/(?<![\w.-])\d{8,11}(?![\w-])/g) ?? []]) {
      const at = answer.indexOf(amount);
      assert.equal(at, -1, `${route.call} tells: ${answer.slice(Math.max(at - 200, 0), at + 60)}`);
    }
    // Who else's sessions there are is for who manages that person in every organization.
    const shut = route.call.startsWith("GET /api/admin/users/");
    if (!shut) assert.match(answer, /^(200|303|404) /, `${route.call}: ${answer.slice(0, 300)}`);
  }
  assert.deepEqual(TELLING.filter((call) => !telling.includes(call)), []);
});

test("filters and pages of the lists tell no more than the lists", async ({ blind, scene }) => {
  const { organizationId, code, jobId } = scene;
  const paths = [
    `/api/pfa-data?organizationId=${organizationId}&sort=monthlyRate`,
    `/api/pfa-data?organizationId=${organizationId}&search=${MARK}`,
    `/api/pfa-data?organizationId=${organizationId}&syncStatus=failed`,
    `/api/pfa-data/export.csv?organizationId=${organizationId}&sort=purchasePrice`,
    `/api/pems/conflicts?organizationId=${organizationId}&status=unresolved&pfaId=B`,
    `/api/audit?organizationId=${organizationId}&pfaId=B`,
    `/history?org=${code}&job=${jobId}`,
    `/conflicts?org=${code}&status=unresolved`,
    `/grid?org=${code}&search=PFA`,
  ];
  for (const path of paths) {
    const answer = bare(await blind.ask("GET", path));
    assert.ok(!answer.includes(MARK), `${path}: ${answer}`);
  }
  const found = await blind.ask("GET", paths[1]!);
  assert.match(found, /"total":0/, "nobody finds a record by an amount they may not see");
});

test("changes, previews and refusals tell no amount, and guessing tells nothing", async ({ blind, scene }) => {
  const { organizationId, conflictId, jobId, modificationIds } = scene;
  const draft = (pfaId: string, changes: object) =>
    ["POST", "/api/pfa-data/save-draft", { organizationId, pfaId, changes }] as const;
  const bulk = (operation: object) =>
    ["POST", "/api/pfa-data/bulk", {
      organizationId,
      records: { search: "", source: ["Rental", "Purchase"] },
      operation,
      preview: true,
    }] as const;
  const resolve = `/api/pems/conflicts/${conflictId}/resolve`;
  const tries: ReadonlyArray<readonly [string, string, unknown]> = [
    draft("PFA-1", { source: "Purchase" }),
    draft("B", { source: "Rental" }),
    draft("B", { model: "z", forecastEnd: "2020-01-01" }),
    draft("PFA-1", { monthlyRate: 1 }),
    draft("C", { model: "z" }),
    bulk({ kind: "shift", pair: "forecast", days: 400 }),
    bulk({ kind: "set", changes: { source: "Purchase" } }),
    bulk({ kind: "scale_rate", field: "monthlyRate", percent: 10 }),
    bulk({ kind: "discontinue" }),
    ["POST", resolve, { resolution: "use_local", preview: true }],
    ["POST", resolve, { resolution: "merge", mergedData: { purchasePrice: 1 } }],
    ["POST", resolve, { resolution: "merge", mergedData: { source: "Rental" } }],
    ["POST", "/api/pfa-data/PFA-1/rollback", {
      organizationId,
      targetVersion: 1,
      preview: true,
      reason: "x",
    }],
    ["POST", "/api/pfa-data/B/rollback", { organizationId, targetVersion: 1, reason: "x" }],
    ["POST", `/api/pems/sync-jobs/${jobId}/rollback`, { reason: "x", preview: true }],
    ["POST", "/api/pems/pause", { organizationId, reason: "again" }],
    ["POST", "/api/pems/dead-letters/retry", { organizationId, ids: modificationIds }],
    ["POST", resolve, { resolution: "use_pems" }],
    ["POST", "/api/pems/write-sync", { organizationId }],
    ["POST", "/api/pfa-data/commit-drafts", { organizationId }],
    ["POST", "/api/pems/resume", { organizationId }],
  ];
  for (const [method, path, body] of tries) {
    const answer = bare(await blind.ask(method, path, body));
    assert.ok(!answer.includes(MARK), `${path} ${JSON.stringify(body)}: ${answer}`);
    assert.doesNotMatch(answer, /^(400|404|5..) /, `${path}: ${answer}`);
  }
  const guess = async (amount: string) =>
    (await blind.ask(
      "POST",
      `/api/pfa-data/import?organizationId=${organizationId}&preview=true`,
      `pfaId,purchasePrice\nD,${amount}\n`,
      "text/csv",
    )).replace(/^.*?\] /s, "");
  assert.equal(await guess(RATE), await guess("1.00"));
});

test("the socket tells no amount, neither at first nor later", async ({ db, blind, scene, origin }) => {
  const { organizationId } = scene;
  const heard: string[] = [];
  const last = Promise.withResolvers<void>();
  const socket = new WebSocket(
    `${origin.replace("http", "ws")}/api/ws/sync/${organizationId}`,
    { headers: { cookie: blind.cookie, origin } } as never,
  );
  socket.onmessage = ({ data }) => {
    heard.push(data);
    if (data.includes('"SNAPSHOT"')) void tell();
    if (data.includes('"MIRROR_UPDATED"')) last.resolve();
  };
  const at = new Date().toISOString();
  const tell = () =>
    announce(db.owner, [
      {
        type: "SYNC_FAILED",
        organizationId,
        at,
        pfaId: "PFA-1",
        modificationId: scene.modificationIds[0]!,
        sync: { status: "failed", error: `monthlyRate ${WANTED} exceeds ${MARK}` },
      },
      { type: "MIRROR_UPDATED", organizationId, at, pfaIds: ["B"] },
    ] as never);
  await last.promise;
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  assert.ok(heard.some((message) => message.includes('"error"')));
  for (const message of heard) assert.ok(!bare(message).includes(MARK), message);
});

onEach(
  "without ViewFinancials no amount leaves by any way; with it, each of them does",
  atBench(async ({ db, app, caller, organizationId, jobId, conflictId }) => {
    const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
    const { userId } = await aMember(db, organizationId, { permissions });
    await notify(db.worker, {
      organizationId,
      userIds: [userId],
      administrators: false,
      kind: "failure",
      title: "B failed",
      body: "the rate 6622.20 was refused",
      pfaId: "B",
    });
    const blind = await app.as(userId);
    await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      pfaId: "C",
      changes: { monthlyRate: 8844.4 },
    });
    const of = `organizationId=${organizationId}`;
    const ways = [
      `/api/pfa-data?${of}`,
      `/api/pfa-data/A?${of}`,
      `/api/pfa-data/B?${of}`,
      `/api/pfa-data/A/history?${of}`,
      `/api/pems/sync-jobs?${of}`,
      `/api/pems/sync-jobs/${jobId}`,
      `/api/pems/conflicts?${of}`,
      `/api/pems/conflicts/${conflictId}`,
      `/api/pems/dead-letters?${of}`,
      `/api/audit?${of}`,
      "/api/notifications",
    ];
    for (const way of ways) {
      const open = await caller.get(way);
      assert.equal(open.status, 200, way);
      assert.match(JSON.stringify(open.body), AMOUNTS, `${way} tells who may know`);
      const masked = await blind.get(way);
      assert.equal(masked.status, 200, way);
      assert.doesNotMatch(JSON.stringify(masked.body), AMOUNTS, way);
    }
    const { body: session } = await blind.get("/api/auth/me");
    const deck = await makeDeck(db.app, true)(session, organizationId);
    assert.equal(deck.costs, null);
    assert.ok(deck.byCategory.every(({ plan, forecast }) => plan === null && forecast === null));
  }),
);
