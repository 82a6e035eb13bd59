/** `deno task test`: makes ready what the tests need, runs them, and says plainly what it had to skip. */
import { getK6 } from "../load/k6.ts";
import { findChromium, VARIABLE as CHROMIUM } from "./chromium.ts";
import { migratedSnapshot } from "./database.ts";
import { missing, type Server, startPostgres, VARIABLES, type Version } from "./postgres.ts";

/** Makes a skipped test a failure: for machines that must run everything. */
const NO_SKIPS = "--no-skips";

/** A test that hangs must not hang the machine that waits for it. */
const MOST_MINUTES = 25;

const servers: Server[] = [];
const environment: Record<string, string> = {};
const stopped = Promise.withResolvers<string>();

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopped.resolve(`stopped by ${signal}`));
}
const overdue = setTimeout(
  () => stopped.resolve(`not done after ${MOST_MINUTES} minutes: see "pending" above`),
  MOST_MINUTES * 60_000,
);
/** What is asked for; or everything: browsers with the machine to themselves, then what mostly waits for others. */
const BROWSER = "tests/browser";
const LOAD = "tests/load_smoke_test.ts";
const CHAOS = "tests/chaos";
/** Computes for minutes, on a clock of its own: played beside all others, with the time that they leave. */
const SIMULATION = "tests/simulation";
const asked = Deno.args.filter((argument) => argument !== NO_SKIPS);
const phases = asked.length > 0
  ? [asked]
  : [[`--ignore=${[BROWSER, LOAD, CHAOS, SIMULATION].join()}`], [BROWSER], [CHAOS, LOAD]];
const allowsSkips = !Deno.args.includes(NO_SKIPS);
/** Builds k6 beside the first tests, where it must be there. */
const k6 = allowsSkips ? undefined : getK6().catch((error) => console.log(error.message));
let success = true;
let reports = "";
try {
  await prepare();
  const simulated = asked.length > 0 ? Promise.resolve() : play([SIMULATION], ["nice", "-n", "19"]);
  for (const phase of phases) {
    if (phase.includes(LOAD)) await k6;
    await play(phase);
  }
  await simulated;
} finally {
  clearTimeout(overdue);
  await Promise.all(servers.map((server) => server.stop()));
}
const { passed, failed, skipped } = read(reports);
for (const name of skipped) console.log(`skipped: ${plain(name)}`);
if (skipped.length > 0 && !allowsSkips) {
  console.log(`${skipped.length} tests were skipped, and ${NO_SKIPS} counts them as failed`);
}
// What throws outside a test is not in the report, only in the exit code.
const failures = Math.max(failed, success ? 0 : 1) + (allowsSkips ? 0 : skipped.length);
console.log(`${passed} passed, ${failures} failed`);
Deno.exit(failures === 0 ? 0 : 1);

/** Packages, a migrated PGlite, the servers and the browser. */
async function prepare(): Promise<void> {
  const { success } = await deno("install", "--quiet").status;
  if (!success) throw new Error("Cannot install the packages of deno.json");
  await Promise.all([migratedSnapshot(), chromium(), server(18), server(15)]);
}

/** Plays the phase, and keeps what it came to. */
async function play(phase: ReadonlyArray<string>, manner: ReadonlyArray<string> = []) {
  const report = await Deno.makeTempFile({ prefix: "vanguard-tests-", suffix: ".xml" });
  success = await run([...manner, Deno.execPath()], report, phase) && success;
  const told = await Deno.readTextFile(report);
  reports += told;
  await Deno.remove(report);
}

/** Runs the tests; asked to stop, Deno names those that were running. */
async function run(
  [command, ...args]: ReadonlyArray<string>,
  report: string,
  phase: ReadonlyArray<string>,
): Promise<boolean> {
  const tests = new Deno.Command(command!, {
    args: [...args, "test", "-A", "--no-check", "--parallel", "--junit-path", report, ...phase],
    // One more than there are cores: tests wait as much as they compute.
    env: { ...environment, DENO_JOBS: String(navigator.hardwareConcurrency + 1) },
  }).spawn();
  const reason = await Promise.race([stopped.promise, tests.status]);
  if (typeof reason !== "string") return reason.success;
  tests.kill("SIGINT");
  await tests.status;
  console.log(reason);
  return false;
}

/** Starts the Postgres, unless this machine cannot run it. */
async function server(version: Version): Promise<void> {
  const reason = missing(version);
  if (reason !== undefined) return console.log(`Postgres ${version} is skipped: ${reason}`);
  const started = await startPostgres(version);
  servers.push(started);
  environment[VARIABLES[version]] = started.url;
  console.log(`Postgres ${started.release} at ${started.url}`);
}

/** Finds Chromium, or installs it where that needs no password. */
async function chromium(): Promise<void> {
  if (findChromium() === undefined && Deno.uid() === 0 && await has("apt-get")) {
    console.log("Installing Chromium with apt-get");
    const quiet = { stdout: "null", env: { DEBIAN_FRONTEND: "noninteractive" } } as const;
    for (const args of [["update", "-qq"], ["install", "-y", "-qq", "chromium"]]) {
      await new Deno.Command("apt-get", { args, ...quiet }).spawn().status;
    }
  }
  const found = findChromium();
  if (found === undefined) {
    return console.log(
      "Chromium is skipped: none on the PATH, and only root with apt-get installs it",
    );
  }
  environment[CHROMIUM] = found;
  console.log(`Chromium at ${found}`);
}

/** The counts of a JUnit report; steps count like tests. */
function read(xml: string): { passed: number; failed: number; skipped: string[] } {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*>(.*?)<\/testcase>/gs)];
  const skipped = cases.filter(([, , body]) => body!.includes("<skipped")).map(([, name]) => name!);
  const failed = cases.filter(([, , body]) => /<(failure|error)\b/.test(body!)).length;
  return { passed: cases.length - failed - skipped.length, failed, skipped };
}

/** XML text as it was before it was escaped. */
function plain(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'").replaceAll("&amp;", "&");
}

function deno(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), { args, env: environment }).spawn();
}

async function has(command: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${command}`] })
    .output();
  return success;
}
