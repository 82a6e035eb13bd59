/** What the client makes of every answer PEMS may give to a write, over real HTTP. */
import assert from "node:assert/strict";
import { Result } from "effect";
import type { PemsError } from "../pems/errors.ts";
import { ask, KEY, told } from "./pems_ask.ts";

const WRITE = {
  pfaId: "PFA-10001",
  body: '{"pfaId":"PFA-10001","organizationCode":"RIO","changes":{"monthlyRate":5500.00},' +
    '"version":3,"modifiedBy":"ana@example.com","changeReason":"é"}',
  idempotencyKey: "3f0c5a52-8b6e-4a39-9d6c-1b7a6a1f8a11",
};
const DONE = {
  success: true,
  pfaId: "PFA-10001",
  newVersion: 4,
  updatedAt: "2026-11-28T10:30:00Z",
  message: "ok",
};

async function failure(
  status: number,
  body: BodyInit | null,
  headers: Record<string, string> = {},
): Promise<PemsError> {
  const result = await ask(
    () => new Response(body, { status, headers }),
    (client) => client.put(WRITE),
  );
  assert(Result.isFailure(result), "the call must fail");
  return result.failure;
}

Deno.test("a 200 tells the new version and when it was made", async () => {
  const result = await ask(() => Response.json(DONE), (client) => client.put(WRITE));
  assert.deepEqual(
    Result.getOrThrow(result),
    { newVersion: 4, updatedAt: "2026-11-28T10:30:00Z" },
  );
});

for (const method of ["put", "delete"] as const) {
  Deno.test(`a ${method} sends the frozen text byte for byte, with the headers of the contract`, async () => {
    const seen: unknown[] = [];
    await ask(async (request) => {
      const headers = ["authorization", "accept", "content-type", "idempotency-key"]
        .map((name) => request.headers.get(name));
      seen.push([request.method, new URL(request.url).pathname, headers, await request.text()]);
      return Response.json(DONE);
    }, (client) => client[method](WRITE));
    assert.deepEqual(seen, [[
      method.toUpperCase(),
      "/api/pems/pfa/PFA-10001",
      [`Bearer ${KEY}`, "application/json", "application/json", WRITE.idempotencyKey],
      WRITE.body,
    ]]);
  });
}

Deno.test("a record id is encoded into the path, and one that would leave it is refused", async () => {
  const paths: string[] = [];
  const answer = (request: Request) => {
    paths.push(new URL(request.url).pathname);
    return Response.json({ ...DONE, pfaId: "a/b ?é" });
  };
  await ask(answer, (client) => client.put({ ...WRITE, pfaId: "a/b ?é" }));
  const refused = await ask(answer, (client) => client.put({ ...WRITE, pfaId: ".." }));
  assert.deepEqual(paths, ["/api/pems/pfa/a%2Fb%20%3F%C3%A9"]);
  assert(Result.isFailure(refused));
  assert.equal(refused.failure._tag, "Rejected");
});

Deno.test("a 409 is a version conflict with what PEMS told about it", async () => {
  const error = await failure(
    409,
    JSON.stringify({
      error: "VERSION_CONFLICT",
      currentVersion: 9,
      expectedVersion: 3,
      conflictingFields: ["monthlyRate"],
    }),
  );
  assert.deepEqual(told(error), {
    _tag: "VersionConflict",
    message: "PEMS answered 409: the record is at version 9, not 3",
    status: 409,
    currentVersion: 9,
    expectedVersion: 3,
    conflictingFields: ["monthlyRate"],
  });
});

Deno.test("a 409 that cannot be read is a version conflict all the same", async () => {
  for (const body of ["", "<html>conflict</html>", '{"currentVersion":"nine"}', "[]", "null"]) {
    const error = await failure(409, body);
    assert(error._tag === "VersionConflict", error._tag);
    assert.equal(error.currentVersion, undefined);
  }
});

for (const status of [400, 404, 422, 405, 410, 418]) {
  Deno.test(`a ${status} is permanent and carries PEMS's own message`, async () => {
    const message = "forecastEnd must not be before forecastStart";
    const error = await failure(status, JSON.stringify({ error: "INVALID", message }));
    assert.deepEqual(told(error), {
      _tag: "Rejected",
      message: `PEMS answered ${status}: ${message}`,
      status,
    });
  });
}

Deno.test("PEMS's own message is found in text and nested errors, and HTML is left out", async () => {
  const messages = await Promise.all([
    failure(400, "no such   contract"),
    failure(400, '{"error":{"message":"no such contract"}}'),
    failure(400, '{"error":"no such contract"}'),
    failure(400, "<html><body>Bad Request</body></html>"),
    failure(400, null),
  ]);
  assert.deepEqual(messages.map(({ message }) => message), [
    "PEMS answered 400: no such contract",
    "PEMS answered 400: no such contract",
    "PEMS answered 400: no such contract",
    "PEMS answered 400",
    "PEMS answered 400",
  ]);
});

Deno.test("a redirect is not followed and is permanent", async () => {
  let asked = 0;
  const result = await ask((request) => {
    asked += 1;
    return Response.redirect(new URL("/elsewhere", request.url), 307);
  }, (client) => client.put(WRITE));
  assert(Result.isFailure(result));
  assert.equal(result.failure._tag, "Rejected");
  assert.equal(asked, 1);
});

for (const status of [401, 403]) {
  Deno.test(`a ${status} says that our credentials are refused`, async () => {
    const error = await failure(status, '{"error":"bad key"}');
    assert.deepEqual(told(error), {
      _tag: "Unauthorized",
      message: `PEMS answered ${status}: bad key`,
      status,
    });
  });
}

Deno.test("a key that PEMS echoes does not get into the message", async () => {
  const error = await failure(401, JSON.stringify({ error: `Bearer ${KEY} is unknown` }));
  assert.equal(error.message, "PEMS answered 401: Bearer [key] is unknown");
});

Deno.test("a 429 and a 503 carry Retry-After in milliseconds, from seconds or from a date", async () => {
  for (const [status, tag] of [[429, "RateLimited"], [503, "Unavailable"]] as const) {
    const inSeconds = await failure(status, null, { "retry-after": "7" });
    assert.deepEqual([inSeconds._tag, retryAfter(inSeconds)], [tag, 7000]);

    const date = new Date(Date.now() + 60_000).toUTCString();
    const byDate = retryAfter(await failure(status, null, { "retry-after": date }))!;
    assert(byDate > 50_000 && byDate <= 60_000, `${byDate} ms`);

    const past = await failure(status, null, { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" });
    assert.equal(retryAfter(past), 0);
    assert.equal(retryAfter(await failure(status, null)), undefined);
    assert.equal(retryAfter(await failure(status, null, { "retry-after": "-5" })), undefined);
  }
});

const retryAfter = (error: PemsError) => "retryAfterMs" in error ? error.retryAfterMs : undefined;

for (const status of [500, 501, 507, 599, 201, 202, 204]) {
  Deno.test(`a ${status} leaves in doubt what PEMS did`, async () => {
    const error = await failure(status, status === 204 ? null : "oops");
    assert.deepEqual([error._tag, "status" in error && error.status], ["Doubtful", status]);
  });
}

for (const status of [502, 504]) {
  Deno.test(`a ${status} is no answer of PEMS itself`, async () => {
    const error = await failure(status, "<html>Bad gateway</html>");
    assert.deepEqual(told(error), {
      _tag: "Unanswered",
      message: `PEMS answered ${status}`,
      status,
    });
  });
}

Deno.test("a 200 that cannot be read leaves in doubt what PEMS did", async () => {
  const bodies = [
    "",
    "<html>welcome</html>",
    '{"success":true,"pfaId":"PFA-1',
    JSON.stringify({ ...DONE, success: false }),
    JSON.stringify({ ...DONE, newVersion: "4" }),
    JSON.stringify({ ...DONE, updatedAt: "yesterday" }),
    JSON.stringify({ ...DONE, pfaId: "PFA-10002" }),
  ];
  for (const body of bodies) {
    const error = await failure(200, body);
    assert.equal(error._tag, "Doubtful", body);
  }
});
