/** The record list: filters and order act on what one sees, pages lose and repeat nothing, badges tell the state. */
import assert from "node:assert/strict";
import { Page, Versions } from "../app/record_shapes.ts";
import { makeDeck } from "../app/deck.ts";
import { costs } from "../domain/cost.ts";
import { type Database } from "../db/sql.ts";
import type { Pfa } from "../domain/pfa.ts";
import { PERMISSIONS } from "../domain/permissions.ts";
import { benches, type CallerBench } from "./app_benches.ts";
import { assertProblem, assertShape, type TestApp } from "./app_client.ts";
import { aMember, aPfa, aPlanner, committed, mirrored } from "./builders.ts";
import { onEach } from "./database.ts";

interface Bench extends CallerBench {
  // deno-lint-ignore no-explicit-any
  list(parameters?: string): Promise<any>;
  ids(parameters?: string): Promise<string>;
}

const RECORDS: { readonly [pfaId: string]: Partial<Pfa> } = {
  A: { category: "Cranes", forecastStart: "2026-01-15", monthlyRate: "100.00", model: null },
  B: { category: "Pumps", forecastStart: "2026-02-15", monthlyRate: "300.00", model: "M1" },
  C: { category: "Cranes", forecastStart: "2026-03-15", monthlyRate: "200.00", model: null },
  D: { category: "Lifts", forecastStart: "2026-04-15", monthlyRate: "200.00", model: "M0" },
  E: { category: "Pumps", forecastStart: "2026-05-15", monthlyRate: "9.00", isDiscontinued: true },
};

async function benchOf(db: Database, app: TestApp): Promise<Bench> {
  const tenant = await aPlanner(db);
  await mirrored(db, tenant.organizationId, RECORDS);
  const caller = await app.as(tenant.userId);
  const list = async (parameters = "") => {
    const path = `/api/pfa-data?organizationId=${tenant.organizationId}&${parameters}`;
    const { status, body } = await caller.get(path);
    assert.equal(status, 200, JSON.stringify(body));
    assertShape(Page, body);
    return body;
  };
  const ids = async (parameters?: string) =>
    (await list(parameters)).records.map(({ pfaId }: { pfaId: string }) => pfaId).join("");
  return { db, app, caller, ...tenant, list, ids };
}

const { atBench, test } = benches(benchOf);

onEach(
  "filters and order act on what the planner sees, draft and pending changes included",
  atBench(async ({ caller, organizationId, userId, db, ids, list }) => {
    await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      pfaId: "A",
      changes: { category: "Winches", monthlyRate: 250, model: "M2" },
    });
    await committed(db, { organizationId, userId }, { B: { forecastStart: "2026-06-15" } });
    const cases: ReadonlyArray<[string, string]> = [
      ["", "ABCDE"],
      ["order=desc", "EDCBA"],
      ["category=Cranes", "C"],
      ["category=Winches", "A"],
      ["category=Pumps&category=Lifts", "BDE"],
      ["status=discontinued", "E"],
      ["status=active", "ABCD"],
      ["startFrom=2026-04-01&startTo=2026-06-15", "BDE"],
      ["search=WINCH", "A"],
      ["search=m2", "A"],
      ["search=b", "ABCDE"],
      ["pfaIds=D,A,zz", "AD"],
      ["syncStatus=draft", "A"],
      ["syncStatus=queued", "B"],
      ["syncStatus=draft,queued", "AB"],
      ["syncStatus=clean", "CDE"],
      ["syncStatus=clean,draft", "ACDE"],
      ["syncStatus=synced", ""],
      ["sort=forecastStart", "ACDEB"],
      ["sort=monthlyRate", "ECDAB"],
      ["sort=monthlyRate&order=desc", "BADCE"],
    ];
    for (const [parameters, expected] of cases) {
      assert.equal(await ids(parameters), expected, parameters);
    }
    const { total } = await list("category=Pumps&limit=1");
    assert.equal(total, 2);
  }),
);

test("pages lose and repeat nothing, whatever the order and where values are missing", async ({ list, ids }) => {
  for (
    const sort of [
      "pfaId",
      "model",
      "monthlyRate",
      "forecastStart",
      "isDiscontinued",
      "updatedAt",
      "version",
      "category",
    ]
  ) {
    for (const order of ["asc", "desc"]) {
      const whole = await ids(`sort=${sort}&order=${order}`);
      let [seen, cursor] = ["", ""];
      do {
        const page = await list(`sort=${sort}&order=${order}&limit=2${cursor}`);
        assert.equal(page.total, 5);
        assert.ok(page.records.length <= 2);
        seen += page.records.map(({ pfaId }: { pfaId: string }) => pfaId).join("");
        cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
      } while (cursor !== "");
      assert.equal(seen, whole, `${sort} ${order}`);
    }
  }
  assert.match(await ids("sort=model"), /AC$/);
  assert.match(await ids("sort=model&order=desc"), /CA$/);
});

test("without ViewFinancials money can neither be seen nor found by order", async ({ db, app, organizationId }) => {
  const permissions = PERMISSIONS.filter((name) => name !== "ViewFinancials");
  const blind = await app.as((await aMember(db, organizationId, { permissions })).userId);
  const path = `/api/pfa-data?organizationId=${organizationId}`;
  for (const sort of ["monthlyRate", "purchasePrice"]) {
    assertProblem(await blind.get(`${path}&sort=${sort}`), 403, /ViewFinancials/);
  }
  const { body } = await blind.get(path);
  for (const { data } of body.records) {
    assert.equal(data.monthlyRate, null);
    assert.equal(data.purchasePrice, null);
  }
});

test("the badge follows the modification through its lane", async ({ db, caller, organizationId, userId, list }) => {
  const tenant = { organizationId, userId };
  const { modifications } = await committed(db, tenant, { A: { description: "x" } });
  const id = modifications.get("A")!;
  const badge = async () => (await list("pfaIds=A")).records[0].sync;
  const { queuedAt: _, jobId: _job, ...queued } = await badge();
  assert.deepEqual(queued, { status: "queued", modificationId: id });

  await db.worker`
    update pfa_lane set state = 'delayed', attempts = 1, due_at = now() + interval '5 seconds'`;
  await db.worker`update pfa_modification set sync_error = 'PEMS answered 500'`;
  const retrying = await badge();
  assert.equal(retrying.status, "retrying");
  assert.equal(retrying.attempt, 1);
  assert.equal(retrying.error, "PEMS answered 500");
  assert.ok(Date.parse(retrying.nextAttemptAt) > Date.now());

  const pause = await caller.post("/api/pems/pause", { organizationId, reason: "audit" });
  assert.equal(pause.body.status.health, "paused");
  assert.match(pause.body.status.reasons.join(), /paused writes: audit/);
  assert.equal((await badge()).waitingFor, "paused");
  assert.equal((await badge()).status, "waiting");
  await caller.post("/api/pems/resume", { organizationId });

  // The second change of the record stands behind the first one's dead letter.
  const second = (await committed(db, tenant, { A: { contract: "C-1" } })).modifications.get("A")!;
  await db.worker`
    update pfa_modification set sync_status = 'failed', sync_error = 'no such contract'
    where id = ${id}`;
  await db.worker`update pfa_write_queue set status = 'dead' where modification_id = ${id}`;
  await db.worker`update pfa_lane set state = 'blocked'`;
  const waiting = await badge();
  assert.deepEqual(
    [waiting.status, waiting.waitingFor, waiting.modificationId],
    ["waiting", "dead_letter", second],
  );
  const status = await caller.get(`/api/pems/sync-status?organizationId=${organizationId}`);
  const { totalQueued, waiting: behind, deadLetters, failed } = status.body;
  assert.deepEqual([totalQueued, behind, deadLetters, failed], [0, 1, 1, 1]);
  const dead = await caller.get(`/api/pems/dead-letters?organizationId=${organizationId}`);
  assert.equal(dead.body.total, 1);
  assert.equal(dead.body.deadLetters[0].error, "no such contract");
});

test("a change is stale only when PEMS moved, not when our own write did", async ({ db, caller, organizationId, userId, list }) => {
  const tenant = { organizationId, userId };
  const { modifications } = await committed(db, tenant, { A: { description: "x" } });
  await caller.post("/api/pfa-data/save-draft", {
    organizationId,
    pfaId: "A",
    changes: { contract: "1" },
  });
  await db.worker`
    update pfa_modification set sync_status = 'synced', synced_at = now(), pems_version = 2
    where id = ${modifications.get("A")!}`;
  await mirrored(db, organizationId, { A: { ...RECORDS["A"], description: "x", version: 2 } });
  const stale = async () => (await list("pfaIds=A")).records[0].sync.stale ?? false;
  assert.equal(await stale(), false);
  await mirrored(db, organizationId, { A: { ...RECORDS["A"], description: "y", version: 3 } });
  assert.equal(await stale(), true);
});

test("history tells every version, newest first, in pages", async ({ db, caller, organizationId }) => {
  for (const version of [2, 3]) {
    await mirrored(db, organizationId, { A: { version, description: `at ${version}` } });
  }
  const path = `/api/pfa-data/A/history?organizationId=${organizationId}`;
  const { body } = await caller.get(path);
  assertShape(Versions, body);
  const told = body.versions.map(({ version, data }: { version: number; data: Pfa }) =>
    `${version} ${data.description}`
  );
  assert.deepEqual(told, ["3 at 3", "2 at 2", "1 Crawler crane 250 t"]);
  const first = (await caller.get(`${path}&limit=2`)).body;
  const rest = (await caller.get(`${path}&limit=2&cursor=${first.nextCursor}`)).body;
  assert.deepEqual(rest.versions.map(({ version }: { version: number }) => version), [1]);
  assert.equal(rest.nextCursor, null);
});

onEach(
  "the deck's sums are those of the domain, to the cent",
  atBench(async ({ db, organizationId, caller }) => {
    const records: { [pfaId: string]: Partial<Pfa> } = {};
    for (let at = 0; at < 60; at++) {
      records[`R${at}`] = {
        monthlyRate: `${at * 137}.${String(at * 7 % 100).padStart(2, "0")}`,
        forecastEnd: `2027-0${at % 9 + 1}-1${at % 10}`,
        category: `K${at % 4}`,
        ...(at % 5 === 0 ? { source: "Purchase", purchasePrice: `${at * 999}.99` } : {}),
        ...(at % 3 === 0
          ? { actualStart: "2026-02-01", actualEnd: `2026-03-${10 + at % 20}` }
          : {}),
      };
    }
    await mirrored(db, organizationId, records);
    await caller.post("/api/pfa-data/save-draft", {
      organizationId,
      pfaId: "R7",
      changes: { monthlyRate: 12345.67 },
    });
    const { body: session } = await caller.get("/api/auth/me");
    const deck = await makeDeck(db.app, true)(session, organizationId);
    const all = [
      ...Object.values(RECORDS),
      ...Object.values({ ...records, R7: { ...records["R7"], monthlyRate: "12345.67" } }),
    ].map((over) => costs(aPfa(over)));
    const sum = (name: "plan" | "forecast" | "actual" | "variance") =>
      Math.round(all.reduce((total, one) => total + Number(one[name] ?? 0), 0) * 100) / 100;
    assert.deepEqual(deck.costs, {
      plan: sum("plan"),
      forecast: sum("forecast"),
      actual: sum("actual"),
      variance: sum("variance"),
    });
    assert.equal(deck.records, 65);
    const { drafts } = deck.review.groups[0]!;
    assert.deepEqual(drafts.map(({ pfaId, changes }) => [pfaId, changes]), [
      ["R7", [{ field: "monthlyRate", from: 959.49, to: 12345.67 }]],
    ]);
  }),
);
