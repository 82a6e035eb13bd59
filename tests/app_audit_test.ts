/** The audit trail over the API: what is asked for and no more, in words, field by field, masked, and as a file. */
import assert from "node:assert/strict";
import { Entries, People } from "../app/audit_shapes.ts";
import { readCsv } from "../app/csv.ts";
import { record } from "../db/audit.ts";
import { sealEntries } from "../db/chain.ts";
import { type Bench, NOBODY, test } from "./app_bench.ts";
import { assertProblem, assertShape, type Caller } from "./app_client.ts";
import { aMember, aPlanner, committed, mirrored } from "./builders.ts";

interface Entry {
  readonly eventType: string;
  readonly summary: string;
  readonly pfaId: string | null;
  readonly userName: string | null;
  readonly modificationId: string | null;
  readonly jobId: string | null;
  readonly writeId: string | null;
  readonly changes: ReadonlyArray<{ field: string; from: unknown; to: unknown; masked: boolean }>;
  readonly link: number | null;
}

const AMOUNTS = /5511|6622/;
const FORMULA = '=HYPERLINK("http://evil")';

const ask = async (caller: Caller, { organizationId }: { organizationId: string }, filter = "") => {
  const { status, body } = await caller.get(
    `/api/audit?organizationId=${organizationId}${filter && `&${filter}`}`,
  );
  assert.equal(status, 200, JSON.stringify(body));
  assertShape(Entries, body);
  return body.entries as ReadonlyArray<Entry>;
};
const typesOf = (entries: ReadonlyArray<Entry>) => entries.map(({ eventType }) => eventType);

/** A and B are committed in one job, C in another; A is on the wire. */
async function aPast({ db, tenant, organizationId }: Bench) {
  await mirrored(db, organizationId, { A: { monthlyRate: "5511.10", version: 2 } });
  const first = await committed(db, tenant, {
    A: { monthlyRate: "6622.20", model: FORMULA },
    B: { model: "B-2" },
  }, { changeReason: "=the monthlyRate is 6622.20 now" });
  const second = await committed(db, tenant, { C: { contract: "C-9" } });
  const modificationId = first.modifications.get("A")!;
  const [writeId, workerId] = [crypto.randomUUID(), crypto.randomUUID()];
  await db.worker`
    insert into pems_write (id, organization_id, pfa_id, operation, version, body, delta, modified_by,
      worker_id, fencing_token)
    values (${writeId}, ${organizationId}, 'A', 'UPDATE', 2, '{}', '{}', 'x', ${workerId}, 1)`;
  // As the worker tells of it: without the job.
  await record(db.worker, [{
    eventType: "WRITE_ATTEMPT",
    ...{ organizationId, pfaId: "A", modificationId, writeId, workerId },
    details: { send: 1, version: 2, operation: "UPDATE", changes: {} },
  }, {
    // Of a later write of the same change.
    eventType: "RETRY",
    ...{ organizationId, pfaId: "A", modificationId, writeId: crypto.randomUUID(), workerId },
    details: { outcome: "Rebased" },
  }]);
  return { first, second, writeId, modificationId };
}

test("a job, a write or a modification brings everything of it and nothing else", async (bench) => {
  const { first, second, writeId, modificationId } = await aPast(bench);
  const of = async (id: string) => await ask(bench.caller, bench, `correlationId=${id}`);
  assert.deepEqual(typesOf(await of(first.jobId)), [
    ...["RETRY", "WRITE_ATTEMPT", "COMMIT", "COMMIT"],
  ]);
  assert.deepEqual((await of(second.jobId)).map(({ pfaId }) => pfaId), ["C"]);
  assert.deepEqual(typesOf(await of(writeId)), ["WRITE_ATTEMPT"]);
  assert.deepEqual(typesOf(await of(modificationId)), [
    ...["RETRY", "WRITE_ATTEMPT", "COMMIT", "DRAFT_SAVED"],
  ]);
  assert.deepEqual(await of(NOBODY), []);
  const address = `/api/audit?organizationId=${bench.organizationId}&correlationId=`;
  assertProblem(await bench.caller.get(`${address}x`), 400, /"path":"correlationId"/);
});

test("an id of another organization names nothing here", async (bench) => {
  const { first, modificationId, writeId } = await aPast(bench);
  const stranger = await aPlanner(bench.db);
  const caller = await bench.app.as(stranger.userId);
  for (const id of [first.jobId, modificationId, writeId]) {
    assert.deepEqual(await ask(caller, stranger, `correlationId=${id}`), []);
  }
  for (const path of ["", ".csv", "/people", "/verify"]) {
    const theirs = `/api/audit${path}?organizationId=${bench.organizationId}`;
    assertProblem(await caller.get(theirs), 403);
  }
  const { organizationId } = bench;
  assertProblem(await caller.post("/api/audit/verify", { organizationId }), 403);
});

test("events, people and times narrow the trail, and pages follow one another", async (bench) => {
  await aPast(bench);
  const { caller, organizationId, tenant, db } = bench;
  const other = await aMember(db, organizationId);
  const theirs = await bench.app.as(other.userId);
  await theirs.post("/api/pems/pause", { organizationId, reason: "month end" });
  assert.deepEqual(typesOf(await ask(caller, bench, "eventType=PAUSE,COMMIT")), [
    ...["PAUSE", "COMMIT", "COMMIT", "COMMIT"],
  ]);
  assert.deepEqual(typesOf(await ask(caller, bench, `userId=${other.userId}`)), ["PAUSE"]);
  assert.equal((await ask(caller, bench, `userId=${tenant.userId}&eventType=COMMIT`)).length, 3);
  assert.deepEqual(await ask(caller, bench, "from=2099-01-01"), []);
  assert.deepEqual(await ask(caller, bench, "to=2020-01-01"), []);
  const { body: people } = await caller.get(`/api/audit/people?organizationId=${organizationId}`);
  assertShape(People, people);
  assert.deepEqual(
    people.people.map(({ id }: { id: string }) => id).sort(),
    [tenant.userId, other.userId].sort(),
  );
  const whole = await ask(caller, bench);
  const turned: Entry[] = [];
  let cursor = "";
  do {
    const page = `/api/audit?organizationId=${organizationId}&limit=2${cursor}`;
    const { body } = await caller.get(page);
    turned.push(...body.entries);
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
  } while (cursor);
  assert.deepEqual(turned, whole);
  const wrong = `/api/audit?organizationId=${organizationId}&eventType=COMMIT,NONSENSE`;
  assertProblem(await caller.get(wrong), 400, /"path":"eventType"/);
});

test("each entry says what happened, and what it changed field by field", async (bench) => {
  await aPast(bench);
  const { caller, db, organizationId } = bench;
  const other = await aMember(db, organizationId, { username: "bruno" });
  const members = `/api/admin/organizations/${organizationId}/members/${other.userId}`;
  await caller.put(members, { permissions: ["Read", "Export"] });
  const [given, retried, sent, ...rest] = await ask(caller, bench);
  assert.equal(given!.summary, "gave bruno 2 permissions: Read, Export");
  assert.equal(retried!.summary, "will send it anew: PEMS changed other fields meanwhile");
  assert.equal(sent!.summary, "sent a write to PEMS, made for version 2");
  const commit = rest.find(({ eventType, pfaId }) => eventType === "COMMIT" && pfaId === "A")!;
  assert.equal(commit.summary, "committed 2 fields");
  assert.deepEqual(commit.changes.toSorted((a, b) => a.field.localeCompare(b.field)), [
    { field: "model", from: "LR 1250", to: FORMULA, masked: false },
    { field: "monthlyRate", from: 5511.1, to: 6622.2, masked: false },
  ]);
});

test("without ViewFinancials no amount is told, and that there is one is", async (bench) => {
  await aPast(bench);
  const blind = await bench.without("ViewFinancials");
  const entries = await ask(blind, bench);
  assert.doesNotMatch(JSON.stringify(entries), AMOUNTS);
  const commit = entries.find(({ eventType, pfaId }) => eventType === "COMMIT" && pfaId === "A")!;
  assert.deepEqual(commit.changes.find(({ field }) => field === "monthlyRate"), {
    field: "monthlyRate",
    from: null,
    to: null,
    masked: true,
  });
  const { body } = await blind.get(`/api/audit.csv?organizationId=${bench.organizationId}`);
  assert.ok(body.includes("monthlyRate"));
  assert.doesNotMatch(body, /(?<![\da-f-])(?:6622|5511)(?:\.\d+)?(?![\da-f-])/i);
});

test("as a file: a line for each field, what matches alone, formulas defused, itself in the trail", async (bench) => {
  const { caller, db, organizationId } = bench;
  await aPast(bench);
  // More than a page of the file.
  await record(
    db.worker,
    Array.from({ length: 1500 }, () => ({ eventType: "IMPORT" as const, organizationId })),
  );
  const file = async (filter: string) => {
    const { status, headers, body } = await caller.get(
      `/api/audit.csv?organizationId=${organizationId}&${filter}`,
    );
    assert.equal(status, 200, body);
    assert.equal(headers.get("content-type"), "text/csv; charset=utf-8");
    assert.match(headers.get("content-disposition")!, /^attachment; filename="audit-\w+\.csv"$/);
    const [head, ...rows] = readCsv(body) as [string[], ...string[][]];
    return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]!])));
  };
  const imports = await file("eventType=IMPORT");
  assert.equal(new Set(imports.map(({ id }) => id)).size, 1500);
  const commits = await file("eventType=COMMIT&pfaId=A");
  assert.deepEqual(commits.map(({ field, to }) => [field, to]).sort(), [
    ["model", `'${FORMULA}`],
    ["monthlyRate", "6622.2"],
  ]);
  assert.equal(commits[0]!["reason"], "'=the monthlyRate is 6622.20 now");
  const wrong = `/api/audit.csv?organizationId=${organizationId}&eventType=NONSENSE`;
  assertProblem(await caller.get(wrong), 400, /eventType/);
  const [newest] = await ask(caller, bench, "eventType=EXPORT");
  assert.equal(newest!.summary, "exported the audit trail");
});

test("an entry tells its place in the chain once it has one", async (bench) => {
  await aPast(bench);
  assert.ok((await ask(bench.caller, bench)).every(({ link }) => link === null));
  await sealEntries(bench.db.worker, 1000);
  const links = (await ask(bench.caller, bench)).map(({ link }) => link);
  assert.deepEqual(links, links.map((_, at) => links.length - at));
});
