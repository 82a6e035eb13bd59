/** The flags of `deno task sandbox`. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { Result, Schema } from "effect";
import { Faults, NO_FAULTS } from "./faults.ts";

/** What the contract allows a connection, when no flag says otherwise. */
export const CONTRACT_RATE = 10;

/** Flags that set a switch, with what it says about them. */
const SWITCHES = [
  ["latency", "latencyMs", "ms before every answer"],
  ["jitter", "jitterMs", "up to so many ms more"],
  ["error-rate", "errorRate", "% answered 500"],
  ["gateway-rate", "gatewayRate", "% answered 504"],
  ["applied-rate", "appliedRate", "% of the 500 and 504 that were executed all the same"],
  ["unavailable-rate", "unavailableRate", "% answered 503"],
  ["retry-after", "retryAfterSeconds", "Retry-After of these 503, in seconds"],
  ["lose-responses", "loseResponses", "% executed, then the connection is dropped"],
  ["drop-requests", "dropRequests", "% dropped before they are executed"],
  ["late-rate", "lateRate", "% dropped, and executed later"],
  ["late-ms", "lateMs", "so many ms later"],
  ["hang-rate", "hangRate", "% never answered"],
  ["broken-bodies", "brokenBodies", "% executed, answered with half a body"],
  ["rate-limit", "rateLimit", `requests a second, 0: no limit (default ${CONTRACT_RATE})`],
  ["too-many-rate", "tooManyRate", "% answered 429 within the limit"],
  ["too-many-burst", "tooManyBurst", "so many 429 more after each of these"],
  ["seed", "seed", "of the records and of the rolls (default 1)"],
] as const satisfies ReadonlyArray<readonly [string, keyof Faults, string]>;

export const USAGE = `deno task sandbox [flags]

  ${"--port".padEnd(26)}where to listen on 127.0.0.1, 0: any free port (default 8100)
  ${"--api-key".padEnd(26)}the key that is accepted (default sandbox-key)
${SWITCHES.map(([flag, , about]) => `  ${`--${flag}`.padEnd(26)}${about}`).join("\n")}
  ${"--limiter bucket|window".padEnd(26)}how requests are counted (default bucket)
  ${"--ignore-idempotency-keys".padEnd(26)}Idempotency-Key means nothing
  ${"--refuse-writes".padEnd(26)}every write is answered 422
  ${"--empty".padEnd(26)}without the 5,000 records
  ${"--memory".padEnd(26)}keep records in memory even when DATABASE_URL is set
  --help

Percentages may have decimals. Records are kept in DATABASE_URL, schema sandbox, when it is set.`;

export interface Flags {
  readonly port: number;
  readonly apiKey: string;
  readonly seed: number;
  readonly empty: boolean;
  readonly memory: boolean;
  readonly faults: Faults;
}

type Reading =
  | { readonly help: true }
  | { readonly problems: ReadonlyArray<string> }
  | Flags;

/** Reads the flags; `problems` names every wrong one. */
export function readFlags(args: ReadonlyArray<string>): Reading {
  const parsed = parse(args);
  if ("problem" in parsed) return { problems: [parsed.problem] };
  const { values } = parsed;
  if (values["help"] === true) return { help: true };
  const problems: string[] = [];
  const port = numberOf(values["port"] ?? "8100");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    problems.push(`--port must be a whole number from 0 to 65535, not "${values["port"]}"`);
  }
  const apiKey = String(values["api-key"] ?? "sandbox-key");
  if (!/^[\x21-\x7e]+$/.test(apiKey)) problems.push("--api-key must be text without spaces");
  const faults: Faults = {
    ...NO_FAULTS,
    rateLimit: CONTRACT_RATE,
    ...readSwitches(values, problems),
  };
  if (problems.length > 0) return { problems };
  const { empty, memory } = values;
  return {
    port,
    apiKey,
    seed: faults.seed,
    empty: empty === true,
    memory: memory === true,
    faults,
  };
}

type Values = { readonly [flag: string]: unknown };

function parse(args: ReadonlyArray<string>): { values: Values } | { problem: string } {
  try {
    return { values: parseArgs({ args: [...args], options: OPTIONS }).values };
  } catch (error) {
    // Node goes on about positional arguments; the first sentence names what is wrong.
    return { problem: (error as Error).message.split(". ")[0]! };
  }
}

/** The switches that flags set; a wrong value is added to `problems`. */
function readSwitches(values: Values, problems: string[]): Partial<Faults> {
  const given: { [name: string]: unknown } = {
    ignoreIdempotencyKeys: values["ignore-idempotency-keys"] === true,
    refusing: values["refuse-writes"] === true,
  };
  for (const [flag, name] of SWITCHES) {
    const value = values[flag];
    if (value === undefined) continue;
    given[name] = numberOf(value);
    if (!accepts(name, given[name])) {
      problems.push(`--${flag} must be ${mustBe(name)}, not "${value}"`);
    }
  }
  const limiter = values["limiter"];
  if (limiter !== undefined) given["limiter"] = limiter;
  if (limiter !== undefined && !accepts("limiter", limiter)) {
    problems.push(`--limiter must be bucket or window, not "${limiter}"`);
  }
  return given as Partial<Faults>;
}

const numberOf = (text: unknown): number => text === "" ? NaN : Number(text);

const accepts = (name: keyof Faults, value: unknown): boolean =>
  Result.isSuccess(Schema.decodeUnknownResult(Faults.fields[name])(value));

function mustBe(name: keyof Faults): string {
  if (accepts(name, 0.5)) {
    return name.endsWith("Ms") ? "ms from 0 to 600000" : "a percentage from 0 to 100";
  }
  return accepts(name, -1) ? "a whole number" : "a whole number from 0 on";
}

const OPTIONS: NonNullable<ParseArgsConfig["options"]> = Object.fromEntries([
  ...["port", "api-key", "limiter", ...SWITCHES.map(([flag]) => flag)]
    .map((flag) => [flag, { type: "string" }]),
  ...["ignore-idempotency-keys", "refuse-writes", "empty", "memory", "help"]
    .map((flag) => [flag, { type: "boolean" }]),
]);
