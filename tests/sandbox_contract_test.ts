/** The sandbox PEMS keeps the contract, over real HTTP. */
import assert from "node:assert/strict";
import { brokenRules } from "../domain/rules.ts";
import { generateRecords } from "../pems/generator.ts";
import { type Served, serveSandbox } from "../pems/serve.ts";
import { memoryStore, type StoredRecord } from "../pems/store.ts";

const KEY = "key-5f1c";
const ANY = generateRecords()[0]!;
const RENTED: StoredRecord = {
  ...ANY,
  version: 3,
  record: {
    ...ANY.record,
    source: "Rental",
    monthlyRate: "4200.00",
    forecastStart: "2026-03-01",
    forecastEnd: "2026-09-30",
    isDiscontinued: false,
  },
};
assert.deepEqual(brokenRules(RENTED.record), []);

async function withSandbox(
  test: (api: Api) => Promise<void>,
  records: ReadonlyArray<StoredRecord> = [RENTED],
): Promise<void> {
  const store = memoryStore();
  await store.insert(records);
  const served = await serveSandbox({ port: 0, store, apiKey: KEY });
  try {
    await test(makeApi(served));
  } finally {
    await served.stop();
  }
}

type Api = ReturnType<typeof makeApi>;
interface Answer {
  readonly status: number;
  // deno-lint-ignore no-explicit-any
  readonly body: any;
}

function makeApi(served: Served) {
  const call = async (path: string, init: RequestInit & { key?: string } = {}): Promise<Answer> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${init.key ?? KEY}`);
    const response = await fetch(`${served.url}/pems${path}`, { ...init, headers });
    return { status: response.status, body: await response.json() };
  };
  const write = (method: string, body: object, idempotencyKey: string = crypto.randomUUID()) =>
    call(`/pfa/${RENTED.pfaId}`, {
      method,
      body: JSON.stringify({
        pfaId: RENTED.pfaId,
        organizationCode: RENTED.organizationCode,
        version: RENTED.version,
        modifiedBy: "ana@example.com",
        changeReason: "rate agreed",
        ...body,
      }),
      headers: { "idempotency-key": idempotencyKey },
    });
  const control = async (path: string, body?: unknown, headers: HeadersInit = {}) => {
    const response = await fetch(
      `${served.origin}/sandbox${path}`,
      body === undefined ? { headers } : {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "content-type": "application/json", ...headers },
      },
    );
    return { status: response.status, body: await response.json() } as Answer;
  };
  return { call, write, control, served };
}

Deno.test("an update raises the version by one and is there to be read", () =>
  withSandbox(async ({ call, write }) => {
    const done = await write("PUT", { changes: { monthlyRate: 5500.5, description: " Crane " } });
    assert.equal(done.status, 200);
    assert.deepEqual([done.body.success, done.body.pfaId, done.body.newVersion], [
      true,
      RENTED.pfaId,
      4,
    ]);
    const { body } = await call(`/pfa/${RENTED.pfaId}`);
    assert.deepEqual(
      [body.version, body.updatedAt, body.modifiedBy, body.changeReason],
      [4, done.body.updatedAt, "ana@example.com", "rate agreed"],
    );
    assert.deepEqual([body.data.monthlyRate, body.data.description], [5500.5, "Crane"]);
    assert.equal(body.data.forecastStart, "2026-03-01T00:00:00Z");
  }));

Deno.test("a delete discontinues the record, which stays in the list", () =>
  withSandbox(async ({ call, write }) => {
    assert.equal((await write("DELETE", {})).body.newVersion, 4);
    const { body } = await call("/pfa?organizationCode=RIO");
    assert.deepEqual(
      body.records.map((record: { data: object }) => record.data),
      [{ ...body.records[0].data, isDiscontinued: true }],
    );
  }));

Deno.test("a wrong key is refused", () =>
  withSandbox(async ({ call }) => {
    assert.equal((await call(`/pfa/${RENTED.pfaId}`, { key: "other" })).status, 401);
    assert.equal((await call("/health", { key: "" })).status, 401);
  }));

Deno.test("a malformed request gets 400", () =>
  withSandbox(async ({ call, write }) => {
    const raw = (body: string) => call(`/pfa/${RENTED.pfaId}`, { method: "PUT", body });
    assert.equal((await raw("{")).status, 400);
    assert.equal((await raw("{}")).status, 400);
    assert.equal((await write("PUT", {})).status, 400);
    assert.equal((await write("PUT", { changes: {}, version: "3" })).status, 400);
    assert.equal((await write("PUT", { changes: { dor: "BEO" }, pfaId: "PFA-9" })).status, 400);
    assert.equal((await write("PUT", { changes: { dor: "BEO" }, modifiedBy: "" })).status, 400);
  }));

Deno.test("a record that is not there gets 404, in the wrong organization as well", () =>
  withSandbox(async ({ call, write }) => {
    assert.equal((await call("/pfa/PFA-0")).status, 404);
    const elsewhere = { changes: { dor: "BEO" }, organizationCode: "PORTARTHUR" };
    assert.equal((await write("PUT", elsewhere)).status, 404);
    assert.equal((await call("/no-such-thing")).status, 404);
  }));

Deno.test("a stale version gets 409 with the fields changed since", () =>
  withSandbox(async ({ write }) => {
    await write("PUT", { changes: { monthlyRate: 1 } });
    await write("PUT", { changes: { dor: "BEO", monthlyRate: 2 }, version: 4 });
    await write("PUT", { changes: { contract: null }, version: 5 });
    const stale = await write("PUT", { changes: { monthlyRate: 3 }, version: 4 });
    assert.deepEqual(stale, {
      status: 409,
      body: {
        error: "VERSION_CONFLICT",
        currentVersion: 6,
        expectedVersion: 4,
        conflictingFields: ["dor", "monthlyRate", "contract"],
      },
    });
    const ahead = await write("PUT", { changes: { monthlyRate: 3 }, version: 9 });
    assert.deepEqual([ahead.status, ahead.body.conflictingFields], [409, []]);
  }));

Deno.test("of many writes to one version at once, one is executed", () =>
  withSandbox(async ({ write, control }) => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => write("PUT", { changes: { description: `${i}` } })),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal(answers.filter(({ status }) => status === 409).length, 19);
    assert.equal((await control("/ledger")).body.changes.length, 1);
  }));

Deno.test("a change that breaks a rule of the whole record gets 422 and PEMS's words", () =>
  withSandbox(async ({ call, write }) => {
    const messages = {
      "forecastEnd 2026-09-30 must not be before forecastStart 2026-10-01": {
        forecastStart: "2026-10-01T00:00:00Z",
      },
      "a Rental needs a monthlyRate": { monthlyRate: null },
      "areaSilo must not be empty": { areaSilo: " " },
      "originalStart must not be changed": { originalStart: "2026-01-01T00:00:00Z" },
      "colour is no field of a record": { colour: "red" },
      "changes must not be empty": {},
    };
    for (const [message, changes] of Object.entries(messages)) {
      const { status, body } = await write("PUT", { changes });
      assert.deepEqual([status, body.message], [422, message]);
    }
    assert.equal((await call(`/pfa/${RENTED.pfaId}`)).body.version, 3);
  }));

Deno.test("the same key with the same content gets the same answer and is executed once", () =>
  withSandbox(async ({ write, control }) => {
    const changes = { monthlyRate: 5500 };
    const first = await write("PUT", { changes }, "key-1");
    await write("PUT", { changes: { dor: "BEO" }, version: 4 }, "key-2");
    assert.deepEqual(await write("PUT", { changes }, "key-1"), first);
    assert.equal((await control("/ledger")).body.changes.length, 2);
  }));

Deno.test("the same key with other content gets 422, whatever its version", () =>
  withSandbox(async ({ write }) => {
    await write("PUT", { changes: { monthlyRate: 5500 } }, "key-1");
    const changes = { monthlyRate: 6000 };
    assert.equal((await write("PUT", { changes }, "key-1")).status, 422);
    assert.equal((await write("PUT", { changes, version: 4 }, "key-1")).status, 422);
    assert.equal((await write("DELETE", {}, "key-1")).status, 422);
  }));

Deno.test("a sandbox told to ignore keys goes by versions alone", () =>
  withSandbox(async ({ write, control }) => {
    await control("/faults", { ignoreIdempotencyKeys: true });
    const changes = { monthlyRate: 5500 };
    assert.equal((await write("PUT", { changes }, "key-1")).status, 200);
    assert.equal((await write("PUT", { changes }, "key-1")).status, 409);
    assert.equal((await write("PUT", { changes, version: 4 }, "key-1")).body.newVersion, 5);
  }));

Deno.test("the list goes by updatedAt, then id, and pages lose and repeat nothing among ties", async () => {
  const at = (minute: number) => `2026-02-01T00:0${minute}:00.000Z`;
  const minutes = { c: 1, a: 1, e: 1, b: 2, d: 0, g: 1, f: 3 };
  const records = Object.entries(minutes)
    .map(([pfaId, minute]) => ({ ...RENTED, pfaId, updatedAt: at(minute) }));
  await withSandbox(async ({ call }) => {
    const pages: string[][] = [];
    let cursor: string | null = null;
    do {
      const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body }: Answer = await call(`/pfa?organizationCode=RIO&limit=2${query}`);
      pages.push(body.records.map(({ pfaId }: { pfaId: string }) => pfaId));
      cursor = body.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(pages, [["d", "a"], ["c", "e"], ["g", "b"], ["f"]]);

    const since = await call(`/pfa?organizationCode=RIO&limit=5&updatedSince=${at(2)}`);
    assert.deepEqual(since.body.records.map(({ pfaId }: { pfaId: string }) => pfaId), ["b", "f"]);
    assert.equal(since.body.nextCursor, null);
  }, [...records, { ...RENTED, pfaId: "z", organizationCode: "PORTARTHUR" }]);
});

Deno.test("a list with a malformed filter gets 400", () =>
  withSandbox(async ({ call }) => {
    const queries = ["", "?organizationCode=", "?organizationCode=RIO&limit=0"];
    const more = ["limit=1001", "limit=x", "updatedSince=yesterday", "cursor=bogus"];
    for (const query of [...queries, ...more.map((text) => `?organizationCode=RIO&${text}`)]) {
      assert.equal((await call(`/pfa${query}`)).status, 400, query);
    }
  }));

Deno.test("health answers 200", () =>
  withSandbox(async ({ call }) => assert.equal((await call("/health")).status, 200)));

Deno.test("the ledger tells every change executed and every request received", () =>
  withSandbox(async ({ write, control }) => {
    await write("PUT", { changes: { monthlyRate: 5500 } }, "key-1");
    await write("PUT", { changes: { monthlyRate: 6000 } }, "key-2");
    const { body } = await control("/ledger");
    const [change] = body.changes;
    assert.equal(body.changes.length, 1);
    assert.deepEqual(
      [change.pfaId, change.version, change.changes, change.modifiedBy, change.idempotencyKey],
      [RENTED.pfaId, 4, { monthlyRate: "5500.00" }, "ana@example.com", "key-1"],
    );
    const path = `/api/pems/pfa/${RENTED.pfaId}`;
    assert.deepEqual(
      body.requests.map(({ at: _, ...request }: { at: string }) => request),
      [
        { method: "PUT", path, idempotencyKey: "key-1", status: 200, fate: "served" },
        { method: "PUT", path, idempotencyKey: "key-2", status: 409, fate: "served" },
      ],
    );
    const later = await control("/ledger?since=2999-01-01T00:00:00Z");
    assert.deepEqual(later.body, { changes: [], requests: [] });
    assert.equal((await control("/ledger?since=now")).status, 400);
  }));

Deno.test("somebody else edits in PEMS whatever the version", () =>
  withSandbox(async ({ call, write, control }) => {
    await write("PUT", { changes: { dor: "BEO" } });
    const edit = {
      organizationCode: "RIO",
      pfaId: RENTED.pfaId,
      changes: { contract: "C-1" },
      modifiedBy: "pems.user@example.com",
    };
    assert.equal((await control("/edit", edit)).body.newVersion, 5);
    assert.equal((await call(`/pfa/${RENTED.pfaId}`)).body.modifiedBy, "pems.user@example.com");
    assert.equal((await control("/edit", { ...edit, pfaId: "PFA-0" })).status, 404);
  }));

Deno.test("switches are set live, and a misspelt or impossible one is refused", () =>
  withSandbox(async ({ control }) => {
    assert.equal((await control("/faults", { errorRate: 5 })).body.errorRate, 5);
    assert.equal((await control("/faults", { errorrate: 7 })).status, 400);
    assert.equal((await control("/faults", { errorRate: 101 })).status, 400);
    assert.equal((await control("/faults")).body.errorRate, 5);
  }));

Deno.test("a web page cannot reach the switches, by another host name or by a plain form", () =>
  withSandbox(async ({ control, served }) => {
    assert.equal((await control("/faults", {}, { "content-type": "text/plain" })).status, 415);
    const rebound = new Request("http://evil.example/sandbox/faults");
    assert.equal((await served.sandbox.fetch(rebound)).status, 403);
  }));
