/** What the client makes of what it reads: records, pages and health, over real HTTP. */
import assert from "node:assert/strict";
import { Result } from "effect";
import { generateRecords } from "../pems/generator.ts";
import { toWire } from "../pems/records.ts";
import { ask, told } from "./pems_ask.ts";

const RECORD = toWire(generateRecords()[0]!);

Deno.test("get reads the whole record through the domain", async () => {
  const result = await ask(
    () => Response.json(RECORD),
    (client) => client.get("PFA-10001", "RIO"),
  );
  const { record, version, updatedAt, modifiedBy, changeReason } = generateRecords()[0]!;
  assert.deepEqual(
    Result.getOrThrow(result),
    { record, version, updatedAt, modifiedBy, changeReason },
  );
});

Deno.test("a record with unreadable content is doubtful, and the message names it", async () => {
  const data = { ...RECORD.data, forecastStart: "2026-02-30", source: "Loan" };
  const result = await ask(
    () => Response.json({ ...RECORD, data }),
    (client) => client.get("PFA-10001", "RIO"),
  );
  assert(Result.isFailure(result));
  assert.deepEqual(told(result.failure), {
    _tag: "Doubtful",
    message: "Cannot read PEMS record PFA-10001: source must be one of Rental, Purchase; " +
      "forecastStart must be a date that exists, as YYYY-MM-DD",
    status: 200,
  });
});

Deno.test("a record of another id or another organization is not taken for the one asked for", async () => {
  const get = (wire: unknown) =>
    ask(() => Response.json(wire), (client) => client.get("PFA-10001", "RIO"));
  const otherId = await get({ ...RECORD, pfaId: "PFA-10002" });
  const otherOrganization = await get({ ...RECORD, organizationCode: "PORTARTHUR" });
  assert(Result.isFailure(otherId) && Result.isFailure(otherOrganization));
  assert.equal(otherId.failure._tag, "Doubtful");
  assert.equal(otherOrganization.failure._tag, "Rejected");
});

Deno.test("list passes its filters on, and one unreadable record does not hold up the others", async () => {
  let query = "";
  const result = await ask((request) => {
    query = new URL(request.url).search;
    return Response.json({
      records: [
        RECORD,
        { ...RECORD, pfaId: "PFA-10002", data: { ...RECORD.data, dor: "NOBODY" } },
        { ...RECORD, pfaId: "PFA-50001", organizationCode: "PORTARTHUR" },
      ],
      nextCursor: "a+b",
    });
  }, (client) =>
    client.list({
      organizationCode: "RIO",
      updatedSince: "2026-01-01T00:00:00+01:00",
      cursor: "c+d",
      limit: 3,
    }));
  const page = Result.getOrThrow(result);
  assert.equal(
    query,
    "?organizationCode=RIO&updatedSince=2026-01-01T00%3A00%3A00%2B01%3A00&cursor=c%2Bd&limit=3",
  );
  assert.deepEqual(page.records.map(({ pfaId }) => pfaId), ["PFA-10001"]);
  assert.deepEqual(page.unreadable, [
    {
      pfaId: "PFA-10002",
      message: "Cannot read PEMS record PFA-10002: dor must be one of BEO, PROJECT",
    },
    { pfaId: "PFA-50001", message: "PEMS holds PFA-50001 for PORTARTHUR, not for RIO" },
  ]);
  assert.equal(page.nextCursor, "a+b");
});

Deno.test("a page whose frame cannot be read is doubtful", async () => {
  for (const page of [{}, { records: [RECORD] }, { records: [{ pfaId: "x" }], nextCursor: null }]) {
    const result = await ask(
      () => Response.json(page),
      (client) => client.list({ organizationCode: "RIO" }),
    );
    assert(Result.isFailure(result));
    assert.equal(result.failure._tag, "Doubtful");
  }
});

Deno.test("health is up with 200 and unavailable with 503", async () => {
  const up = await ask(() => Response.json({}), (client) => client.health());
  const down = await ask(() => new Response(null, { status: 503 }), (client) => client.health());
  assert(Result.isSuccess(up) && Result.isFailure(down));
  assert.equal(down.failure._tag, "Unavailable");
});
