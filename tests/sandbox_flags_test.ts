/** The flags of `deno task sandbox`. */
import assert from "node:assert/strict";
import { readFlags, USAGE } from "../pems/flags.ts";
import { NO_FAULTS } from "../pems/faults.ts";

Deno.test("without flags the sandbox keeps the contract's rate and does nothing wrong", () => {
  assert.deepEqual(readFlags([]), {
    port: 8100,
    apiKey: "sandbox-key",
    seed: 1,
    empty: false,
    memory: false,
    faults: { ...NO_FAULTS, rateLimit: 10 },
  });
});

Deno.test("each flag sets its switch", () => {
  const flags = readFlags(
    "--port 0 --latency 20 --jitter=5 --error-rate 1.5 --unavailable-rate 2 --lose-responses 3 --drop-requests 4 --hang-rate 5 --broken-bodies 6 --rate-limit 50 --limiter window --ignore-idempotency-keys --api-key abc --seed 7 --empty --memory"
      .split(" "),
  );
  assert.deepEqual(flags, {
    port: 0,
    apiKey: "abc",
    seed: 7,
    empty: true,
    memory: true,
    faults: {
      ...NO_FAULTS,
      latencyMs: 20,
      jitterMs: 5,
      errorRate: 1.5,
      unavailableRate: 2,
      loseResponses: 3,
      dropRequests: 4,
      hangRate: 5,
      brokenBodies: 6,
      rateLimit: 50,
      limiter: "window",
      ignoreIdempotencyKeys: true,
      seed: 7,
    },
  });
});

Deno.test("every wrong flag is named at once", () => {
  assert.deepEqual(
    readFlags(["--port", "70000", "--error-rate", "101", "--seed", "x", "--limiter", "leaky"]),
    {
      problems: [
        '--port must be a whole number from 0 to 65535, not "70000"',
        '--error-rate must be a percentage from 0 to 100, not "101"',
        '--seed must be a whole number, not "x"',
        '--limiter must be bucket or window, not "leaky"',
      ],
    },
  );
});

Deno.test("an unknown flag, a missing value and a stray word are named", () => {
  const problem = (...args: string[]) => {
    const flags = readFlags(args);
    return "problems" in flags ? flags.problems.join() : "";
  };
  assert.match(problem("--lattency", "3"), /--lattency/);
  assert.match(problem("--latency"), /--latency/);
  assert.match(problem("fast"), /fast/);
});

Deno.test("the help tells every flag", () => {
  assert.deepEqual(readFlags(["--help"]), { help: true });
  for (const flag of ["--latency", "--limiter bucket|window", "--memory", "--late-rate"]) {
    assert(USAGE.includes(flag), flag);
  }
});
