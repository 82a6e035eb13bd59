/** Both ways in which PEMS may count requests. */
import assert from "node:assert/strict";
import { makeLimiter } from "../pems/limiter.ts";
import { makeSandbox } from "../pems/sandbox.ts";
import { memoryStore } from "../pems/store.ts";

function limited(kind: "bucket" | "window") {
  const clock = { ms: 1000 };
  const limiter = makeLimiter(kind, 10, () => clock.ms);
  /** How many of so many requests pass at this time. */
  const passing = (requests: number, ms: number) => {
    clock.ms = ms;
    return Array.from({ length: requests }, () => limiter.admit()).filter((wait) => wait === 0)
      .length;
  };
  return { limiter, passing };
}

Deno.test("a bucket refills evenly and never above its size", () => {
  const { limiter, passing } = limited("bucket");
  assert.equal(passing(20, 1000), 10);
  assert.equal(limiter.admit(), 100);
  assert.equal(passing(20, 1050), 0);
  assert.equal(limiter.admit(), 50);
  assert.equal(passing(20, 1100), 1);
  assert.equal(passing(20, 1500), 4);
  assert.equal(passing(20, 60_000), 10);
});

Deno.test("a bucket lets twice the rate through within its first second", () => {
  const { passing } = limited("bucket");
  const passed = Array.from({ length: 10 }, (_, i) => passing(20, 1000 + i * 100));
  assert.equal(passed.reduce((sum, count) => sum + count, 0), 19);
});

Deno.test("a window lets no more than the rate through in any second", () => {
  const { limiter, passing } = limited("window");
  assert.equal(passing(6, 1000), 6);
  assert.equal(passing(6, 1600), 4);
  assert.equal(limiter.admit(), 400);
  assert.equal(passing(20, 1999), 0);
  assert.equal(passing(20, 2000), 6);
  assert.equal(passing(20, 2599), 0);
  assert.equal(passing(20, 2600), 4);
});

for (const limiter of ["bucket", "window"] as const) {
  Deno.test(`a sandbox with a ${limiter} answers 429 with Retry-After, to reads and writes together`, async () => {
    const clock = { ms: 0 };
    const sandbox = makeSandbox({
      store: memoryStore(),
      apiKey: "k",
      faults: { rateLimit: 2, limiter },
      now: () => clock.ms,
    });
    const ask = (path: string, method = "GET") =>
      sandbox.fetch(
        new Request(`http://127.0.0.1/api/pems${path}`, {
          method,
          headers: { authorization: "Bearer k" },
        }),
      );
    assert.equal((await ask("/health")).status, 200);
    assert.equal((await ask("/pfa/PFA-1", "DELETE")).status, 400);
    const refused = await ask("/health");
    assert.deepEqual([refused.status, refused.headers.get("retry-after")], [429, "1"]);
    clock.ms = 1000;
    assert.equal((await ask("/health")).status, 200);
  });
}
